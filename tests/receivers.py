"""A program that is told of changes by webhook: it keeps every message, and checks who signed it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks.webhooks import Webhook as Signer

from tests.pipeline.hostile import Server, Visit, serving

INBOX = "/inbox"


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The id that stays when it is sent again."""
        return self.headers["webhook-id"]

    @property
    def told(self) -> dict[str, Any]:
        """What it says: type, timestamp, and a row of the change feed."""
        said: dict[str, Any] = json.loads(self.body)
        return said

    @property
    def kind(self) -> str:
        """The kind of event that it tells of."""
        return str(self.told["data"]["kind"])

    def is_signed_with(self, secret: str) -> bool:
        """Whether the library of the specification takes it for real."""
        try:
            Signer(secret).verify(self.body, self.headers)
        except Exception:  # noqa: BLE001 - whatever it trips over, it does not take it
            return False
        return True


@dataclass
class Receiver:
    """A server with an inbox; ``answer`` says what becomes of a message, usually 204."""

    server: Server
    messages: list[Message] = field(default_factory=list)
    answer: Callable[[Visit], None] = field(default=lambda visit: visit.answer(b"", "204 No Content"))

    @property
    def url(self) -> str:
        """The address of the inbox."""
        return self.server.url(INBOX)

    @property
    def kinds(self) -> list[str]:
        """The kinds of event that it was told of, in order."""
        return [message.kind for message in self.messages]

    def says(self, status: str, *headers: str) -> None:
        """Answer so from now on."""
        self.answer = lambda visit: visit.answer(b"", status, *headers)

    def take(self, visit: Visit) -> None:
        """Keep the message and answer."""
        self.messages.append(Message(visit.headers, visit.body))
        self.answer(visit)


@contextmanager
def receiving(host: str = "127.0.0.1") -> Iterator[Receiver]:
    """Run a receiver for the length of a ``with`` block."""
    with serving({}, host=host) as server:
        receiver = Receiver(server)
        server.behaviours[INBOX] = receiver.take
        yield receiver
