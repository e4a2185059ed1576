from django.db import migrations, models
from django.db.models import Exists, OuterRef, Q

WAITING = "awaiting_sign_off"


def overtake(apps, schema_editor):
    """Let what another review settled since wait no more, nor a second proposal of the same verdict."""
    Review = apps.get_model("claims", "Review")
    in_force = Review.objects.filter(claim=OuterRef("claim"), state="in_force")
    settled = in_force.filter(
        Q(number__gt=OuterRef("number")) | Q(signed_off_at__gte=OuterRef("decided_at"))
    )
    earlier = Review.objects.filter(
        claim=OuterRef("claim"), verdict=OuterRef("verdict"), state=WAITING, number__lt=OuterRef("number")
    )
    waiting = Review.objects.filter(state=WAITING)
    for other in (settled, earlier):
        overtaken = list(waiting.filter(Exists(other)).values_list("pk", flat=True))
        Review.objects.filter(pk__in=overtaken).update(state="overtaken")


def wait_again(apps, schema_editor):
    """Before, a review that another one had settled was kept as waiting."""
    apps.get_model("claims", "Review").objects.filter(state="overtaken").update(state=WAITING)


class Migration(migrations.Migration):
    dependencies = [("claims", "0019_terms_by_more_words")]

    operations = [
        migrations.RemoveConstraint(model_name="review", name="a_review_is_in_a_known_state"),
        migrations.AlterField(
            model_name="review",
            name="state",
            field=models.CharField(
                choices=[
                    ("in_force", "In force"),
                    (WAITING, "Awaiting a second editor"),
                    ("overtaken", "Overtaken by another decision"),
                ],
                default="in_force",
                max_length=24,
            ),
        ),
        migrations.RunPython(overtake, wait_again),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=Q(state__in=["in_force", WAITING, "overtaken"]),
                name="a_review_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                fields=["claim", "verdict"],
                condition=Q(state=WAITING),
                name="a_verdict_waits_once_on_a_claim",
            ),
        ),
    ]
