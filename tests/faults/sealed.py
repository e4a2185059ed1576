"""A server behind TLS whose certificate nobody may accept, or a good one."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pycurl
import pytest
from django.conf import settings

from claims.models import Candidate, User
from claims.pipeline.gate import wire
from tests.faults.measuring import Measured, refused, start_afresh, told
from tests.faults.paths import no_rules
from tests.faults.ways_out import story, ways_out
from tests.pipeline.certificates import certificate_for
from tests.pipeline.hostile import Behaviour, Server

NAME = "sealed.example"


class Sealed(Server):
    """Listens on 127.0.0.4 as ``NAME``."""

    def url(self, path: str) -> str:
        """Return the full address of ``path``."""
        return f"https://{NAME}:{self.port}{path}"


def certificates(folder: Path) -> tuple[dict[str, ssl.SSLContext], Path]:
    """Return the server's side of bad certificates and of a "good" one, and the file of those trusted."""
    made = {
        "good": certificate_for(NAME, folder, name="good"),
        "expired": certificate_for(NAME, folder, ended=True, name="expired"),
        "for another host": certificate_for("elsewhere.example", folder, name="elsewhere"),
        "signed by itself": certificate_for(NAME, folder, name="own"),
    }
    trusted = folder / "trusted.pem"
    names = ("good", "expired", "for another host")
    trusted.write_bytes(b"".join(made[name][1].read_bytes() for name in names))
    return {name: context for name, (context, _) in made.items()}, trusted


@contextmanager
def sealed(behaviours: dict[str, Behaviour], context: ssl.SSLContext) -> Iterator[Sealed]:
    """Run such a server for the length of a ``with`` block."""
    server = Sealed(behaviours, "127.0.0.4", context)
    try:
        yield server
    finally:
        server.close()


def measure_seals(
    door: Server,
    waiting: Candidate,
    edith: User,
    scratch: Path,
    measured: Measured,
    patch: pytest.MonkeyPatch,
) -> None:
    """Count the requests that reach servers with bad certificates, also with nobody looking at them."""

    def trusting(handle: Any) -> None:
        handle.setopt(pycurl.SSL_VERIFYPEER, 0)
        handle.setopt(pycurl.SSL_VERIFYHOST, 0)

    contexts, trusted = certificates(scratch)
    patch.setenv("SSL_CERT_FILE", str(trusted))
    usual = settings.FETCH_PORTS, settings.FETCH_ALLOW_PRIVATE
    for case, context in contexts.items():
        with sealed({"/robots.txt": no_rules}, context) as server:
            settings.FETCH_PORTS = [80, 443, server.port, door.port]
            settings.FETCH_ALLOW_PRIVATE = [server.place, door.place]
            for name, way in ways_out(server, waiting, edith).items():
                place = f"/{name}-{case}".replace(" ", "-")
                server.behaviours[place] = server.behaviours[f"{place}x"] = story
                start_afresh()
                go = told if case == "good" else refused
                words = go(way, place, f"{name} {case}", measured)
                if case == "good":
                    continue
                measured.cases += 1
                if not words.strip():
                    measured.wordless.append(f"{name} {case}")
            asked = len(server.visits)
            if case == "good":
                measured.asked_behind_a_good_one = asked
                continue
            measured.asked_behind_bad_certificates[case] = asked
            with patch.context() as opened:
                opened.setattr(wire, "_trust", trusting)
                for name, way in ways_out(server, waiting, edith).items():
                    start_afresh()
                    told(way, f"/{name}-{case}x".replace(" ", "-"), f"{name} {case}, unverified", measured)
            measured.asked_unverified[case] = len(server.visits) - asked
    settings.FETCH_PORTS, settings.FETCH_ALLOW_PRIVATE = usual
