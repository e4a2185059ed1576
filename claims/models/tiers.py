"""What a language model's endpoint answered, and what was spent on it each day."""

from django.db import models


class EndpointAnswer(models.Model):
    """An answer of the right shape, by the hash of address and request; the same is never asked twice."""

    request_sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.TextField()
    asked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="endpoint_answers_by_age")]

    def __str__(self) -> str:
        return self.request_sha256


class EndpointDay(models.Model):
    """What a day's (UTC) requests came to; ``tokens`` counts reserved ones until their answer says better."""

    day = models.DateField(primary_key=True)
    requests = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day}: {self.requests} requests, {self.tokens} tokens"
