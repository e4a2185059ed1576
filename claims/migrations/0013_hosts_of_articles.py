"""Name the host of every article that was taken on before it had a column."""

from urllib.parse import urlsplit

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

AT_ONCE = 1_000


def name_hosts(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Read every article's address once."""
    articles = apps.get_model("claims", "Article").objects
    rows = []
    for article in articles.filter(host="").only("id", "url").iterator(AT_ONCE):
        article.host = urlsplit(article.url).netloc.lower()
        rows.append(article)
    articles.bulk_update(rows, ["host"], batch_size=AT_ONCE)


class Migration(migrations.Migration):
    dependencies = [("claims", "0012_hosts_are_held_and_answers_remembered")]
    operations = [migrations.RunPython(name_hosts, migrations.RunPython.noop)]
