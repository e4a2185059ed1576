from django.db import migrations, models
from django.db.models import Case, F, OuterRef, Subquery, When


def stance():
    """The body's stance, else the headline's."""
    return Case(When(body_stance="", then=F("headline_stance")), default=F("body_stance"))


def take_over(apps, schema_editor):
    """Appearances say what the newest snapshot of their page says, or what they said where there is none."""
    Appearance, Anchor = apps.get_model("claims", "Appearance"), apps.get_model("claims", "Anchor")
    Appearance.objects.update(stance_now=stance())
    newest = Anchor.objects.filter(appearance=OuterRef("pk")).order_by("-snapshot__number", "-id")
    looked_for = Appearance.objects.filter(anchors__isnull=False).values("pk")
    Appearance.objects.filter(pk__in=looked_for).update(
        stance_now=Subquery(newest.annotate(said=stance()).values("said")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [("claims", "0016_failing_since_and_doubts")]

    operations = [
        migrations.AddField(
            model_name="appearance",
            name="stance_now",
            field=models.CharField(
                blank=True,
                choices=[("supports", "Supports"), ("refutes", "Refutes"), ("reports", "Reports")],
                max_length=16,
            ),
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
