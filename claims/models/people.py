"""Who works at the desk, with what role, and by which tokens their programs come in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from knox.models import AbstractAuthToken

from claims.models.base import only_known_words
from claims.vocabulary import Role, Scope


class User(AbstractUser):  # type: ignore[django-manager-missing]  # knox's manager has no types
    """A person with an account; readers need none."""

    role = models.CharField(max_length=16, choices=Role.choices(), default=Role.CONTRIBUTOR)

    class Meta(AbstractUser.Meta):
        constraints = [only_known_words("role", Role, "a_person_has_a_known_role")]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name that timelines show; never an e-mail address."""
        return self.get_full_name() or self.username

    def may(self, role: Role) -> bool:
        """Whether this person holds ``role`` or a higher one and the account is not closed."""
        return self.is_active and Role(self.role).includes(role)


class ApiToken(AbstractAuthToken):  # type: ignore[misc]  # knox ships no types
    """A program's key: only its digest is kept. ``scopes`` are separated by commas."""

    scopes = models.CharField(max_length=80, default=str(Scope.READ))

    class Meta:
        verbose_name = "API token"

    def allows(self, scope: Scope) -> bool:
        """Whether the token was issued for ``scope``; `admin` stands for all."""
        held = self.scopes.split(",")
        return scope in held or Scope.ADMIN in held


class IdempotentAnswer(models.Model):
    """What we answered to a request with an Idempotency-Key; ``status`` is null while it is worked on."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="idempotent_answers")
    key = models.CharField(max_length=255)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveIntegerField(null=True, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    body = models.JSONField(null=True, blank=True)
    reserved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="a_token_uses_a_key_once"),
        ]
        indexes = [models.Index(fields=["reserved_at"], name="idempotent_answers_by_age")]

    def __str__(self) -> str:
        return self.key
