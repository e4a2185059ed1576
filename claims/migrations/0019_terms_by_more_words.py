"""Give the claims the terms that newer word lists read in their sentences, beside those they have."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from claims.pipeline.matching.match_text import shortlist_terms

LONGEST_TERM = 40
AT_ONCE = 1_000


def add_terms(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Read every claim's sentence once; what editors' aliases gave it stays."""
    claims, terms = apps.get_model("claims", "Claim"), apps.get_model("claims", "ClaimTerm")
    rows = []
    for claim_id, text in claims.objects.order_by("id").values_list("id", "text").iterator(AT_ONCE):
        read = sorted({term[:LONGEST_TERM] for term in shortlist_terms(text)})
        rows += [terms(claim_id=claim_id, term=term) for term in read]
        if len(rows) >= AT_ONCE:
            terms.objects.bulk_create(rows, ignore_conflicts=True)
            rows = []
    terms.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("claims", "0018_pages_that_are_put_off")]
    operations = [migrations.RunPython(add_terms, migrations.RunPython.noop)]
