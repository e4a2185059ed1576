"""Keep the terms of the claims that were tracked before there was a table for them."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from claims.pipeline.matching.match_text import shortlist_terms

LONGEST_TERM = 40
AT_ONCE = 1_000


def keep_terms(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Read every claim's sentence once."""
    claims, terms = apps.get_model("claims", "Claim"), apps.get_model("claims", "ClaimTerm")
    rows = []
    for claim_id, text in claims.objects.order_by("id").values_list("id", "text").iterator(AT_ONCE):
        kept = sorted({term[:LONGEST_TERM] for term in shortlist_terms(text)})
        rows += [terms(claim_id=claim_id, term=term) for term in kept]
        if len(rows) >= AT_ONCE:
            terms.objects.bulk_create(rows)
            rows = []
    terms.objects.bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [("claims", "0007_claim_terms_and_aliases")]
    operations = [migrations.RunPython(keep_terms, migrations.RunPython.noop)]
