"""What a verdict rests on can be taken along as a WARC file, and be kept by a public archive, too."""

import base64
import gzip
import hashlib
import io
import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from pytest_django import Settings
from warcio.archiveiterator import ArchiveIterator

from claims.models import ArchiveCopy, Article, Claim, Event, Evidence, Host, RawContent, Snapshot, User
from claims.operations import rounds as rounds_of_work
from claims.operations.custody import CopyReport, save_copies
from claims.operations.leases import hold_host, lease
from claims.operations.turns import Turn
from claims.pipeline.fetch import FetchPolicy, FetchRequest, FetchResult
from claims.queries.due import due_copies
from claims.tasks import save_copies as save_task
from claims.vocabulary import ArchiveState, ClaimStatus, EventKind
from tests.sites import NewsSite, news_site
from tests.stories import a_claim, check, decided, right_now, taken_on, tracked

pytestmark = pytest.mark.django_db

LANDED = "The foreign minister landed at Farnborough airport on Wednesday evening, the Foreign Office said."
HARBOUR = "The harbour was closed for the night, and nobody at the port would say why it had been shut."


@pytest.fixture
def claim(site: NewsSite, edith: User) -> Claim:
    """A claim from a page that was really fetched."""
    url = site.says("/landed", "Minister lands", LANDED, HARBOUR)
    site.pages["/landed"].headers["X-Newsroom"] = "Harbour; Poste"
    return tracked(taken_on(url), "landed at Farnborough", edith)


# ---------------------------------------------------------------- bytes
def test_bytes_are_kept_once_however_often_they_are_seen_and_smaller_than_they_came(claim: Claim) -> None:
    article = Article.objects.get()
    for _ in range(3):
        check(article)
    [kept] = RawContent.objects.all()
    assert len(bytes(kept.body)) < kept.size


# ---------------------------------------------------------------- WARC
def records(raw: bytes) -> list[dict[str, Any]]:
    """The records of a WARC file as warcio reads them back; it checks their digests as it goes."""
    found = []
    for record in ArchiveIterator(io.BytesIO(raw), check_digests="raise"):
        body = record.content_stream().read()
        assert record.digest_checker.passed is True, record.rec_headers
        found.append(
            {"type": record.rec_type, "warc": record.rec_headers, "http": record.http_headers, "body": body}
        )
    return found


def test_a_warc_file_holds_each_cited_page_with_its_headers_and_who_cites_it(
    claim: Claim, site: NewsSite, edith: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = site.pages["/landed"].body
    decided(claim, edith, ClaimStatus.CONFIRMED)
    site.says("/landed", "Minister lands", LANDED.replace("Wednesday", "Thursday"), HARBOUR)
    check(Article.objects.get())
    assert Snapshot.objects.count() == 2
    file = tmp_path / "claim.warc.gz"
    call_command("warc", claim.id, out=file)
    assert json.loads(capsys.readouterr().out) == {"file": str(file), "snapshots": 1, "without_page": 0}
    info, page, beside = records(file.read_bytes())
    assert [one["type"] for one in (info, page, beside)] == ["warcinfo", "response", "metadata"]
    assert page["body"] == sent, "what was cited, not what the page says now"
    digest = base64.b32encode(hashlib.sha256(sent).digest()).decode()
    assert page["warc"].get_header("WARC-Payload-Digest") == f"sha256:{digest}"
    assert page["warc"].get_header("WARC-Target-URI") == site.url("/landed")
    snapshot = Snapshot.objects.get(number=1)
    assert page["warc"].get_header("WARC-Date") == f"{snapshot.captured_at:%Y-%m-%dT%H:%M:%S.%fZ}"
    assert page["http"].get_statuscode() == "200"
    assert page["http"].get_header("X-Newsroom") == "Harbour; Poste"
    assert page["http"].get_header("Content-Type") == "text/html; charset=utf-8"
    for name, value in snapshot.headers:
        known = {page["http"].get_header(name), page["http"].get_header(f"X-Archive-Orig-{name}")}
        assert value in known, name
    assert beside["warc"].get_header("WARC-Refers-To") == page["warc"].get_header("WARC-Record-ID")
    told = json.loads(beside["body"])
    piece = Evidence.objects.get()
    assert told["sha256"] == snapshot.content_id
    [cited] = told["cited_by"]
    assert (cited["evidence"], cited["review"], cited["claim"]) == (piece.id, piece.review_id, claim.id)
    assert (cited["verdict"], cited["snapshot"]) == ("confirmed", snapshot.id)


def test_a_warc_file_that_was_touched_does_not_read_back(claim: Claim, edith: User, tmp_path: Path) -> None:
    decided(claim, edith, ClaimStatus.CONFIRMED)
    call_command("warc", claim.id, out=tmp_path / "a")
    plain = gzip.decompress((tmp_path / "a").read_bytes())
    with pytest.raises(Exception, match="digest failed"):
        records(plain.replace(b"Wednesday evening", b"Tuesday evening  "))


def test_an_uploaded_file_is_a_resource_record(edith: User, tmp_path: Path) -> None:
    claim = decided(a_claim(edith), edith, ClaimStatus.CONFIRMED)
    call_command("warc", claim.id, out=tmp_path / "a")
    _, page, _ = records((tmp_path / "a").read_bytes())
    assert (page["type"], page["http"]) == ("resource", None)
    assert b"landed at Farnborough" in page["body"]


def test_where_there_is_nothing_to_export_the_command_says_so(edith: User) -> None:
    claim = a_claim(edith)
    with pytest.raises(CommandError, match="cites a page"):
        call_command("warc", claim.id)
    with pytest.raises(CommandError, match="There is no claim 'zzzzzzzz'"):
        call_command("warc", "zzzzzzzz")


def test_editors_download_it_at_the_desk_and_see_a_snapshots_bytes_as_text(
    claim: Claim, edith: User, cora: User, site: NewsSite
) -> None:
    decided(claim, edith, ClaimStatus.CONFIRMED)
    desk, other = Client(), Client()
    desk.force_login(edith)
    other.force_login(cora)
    where, raw = f"/desk/claims/{claim.id}/warc/", f"/desk/articles/{Article.objects.get().id}/snapshots/1/"
    answer = desk.get(where)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert [one["type"] for one in records(answer.getvalue())][1] == "response"
    assert where in desk.get(f"/desk/claims/{claim.id}/").content.decode()
    shown = desk.get(raw)
    assert shown.content == site.pages["/landed"].body
    assert shown.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "sandbox" in shown.headers["Content-Security-Policy"].split("; ")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    for door in (where, raw):
        assert other.get(door).status_code == 403
    assert desk.get(raw.replace("/1/", "/7/")).status_code == 404
    assert desk.get("/desk/claims/zzzzzzzz/warc/").status_code == 404


# ---------------------------------------------------------------- a public archive
class Archive:
    """A server that answers like Save Page Now."""

    def __init__(self, server: NewsSite, page: str) -> None:
        self.server = server
        self.door = f"/save/{page}"
        self.copy = f"/web/20261127030000/{page}"

    @property
    def asked(self) -> list[int]:
        """The statuses that it answered a wish to save the page with."""
        return self.server.statuses(self.door)

    def saves(self) -> None:
        """Let it save the page and send the asker to the copy."""
        self.server.answers(self.door, status=302, headers={"Location": self.copy}, validators=False)
        self.server.answers(self.copy, body=b"<h1>Minister lands</h1>")

    def refuses(self, status: int, **headers: str) -> None:
        """Let it say no."""
        self.server.answers(self.door, status=status, headers=headers)


@pytest.fixture
def archive(site: NewsSite, settings: Settings) -> Iterator[Archive]:
    """An archive that is switched on."""
    with news_site() as server:
        settings.FETCH_ALLOW_PRIVATE = [one.address.removeprefix("http://") for one in (site, server)]
        settings.WAYBACK_SAVE, settings.WAYBACK_URL = True, f"{server.address}/save/"
        yield Archive(server, site.url("/landed"))


def save() -> list[CopyReport]:
    """Let the worker do what is due."""
    return list(save_copies(due_copies(), only_due=True))


def make_due() -> ArchiveCopy:
    """Let the wait be over; returns the row."""
    ArchiveCopy.objects.update(due_at=right_now(), lease_until=None)
    Host.objects.update(free_at=right_now())
    return ArchiveCopy.objects.get()


def shown(claim: Claim, edith: User) -> tuple[str, str]:
    """What readers and editors see of the claim."""
    desk = Client()
    desk.force_login(edith)
    return (
        Client().get(f"/claims/{claim.id}/", follow=True).content.decode(),
        desk.get(f"/desk/claims/{claim.id}/").content.decode(),
    )


def test_a_cited_page_is_saved_and_the_copy_stands_beside_the_evidence(
    archive: Archive, claim: Claim, edith: User
) -> None:
    archive.saves()
    decided(claim, edith, ClaimStatus.CONFIRMED)
    assert ArchiveCopy.objects.get().state == ArchiveState.WAITING, "written with the review"
    assert archive.asked == [], "an editor's click waits for nobody"
    assert "To be archived" in shown(claim, edith)[1]
    save_task(due_copies())
    copy, address = ArchiveCopy.objects.get(), f"{archive.server.address}{archive.copy}"
    assert (copy.state, copy.address, copy.due_at) == (ArchiveState.SAVED, address, None)
    assert save() == []
    assert archive.asked == [302]
    for page in shown(claim, edith):
        assert f'href="{address}"' in page
    [event] = Event.objects.filter(kind=EventKind.EVIDENCE_ARCHIVED)
    assert event.payload.data["address"] == address
    assert not event.public


def test_while_it_is_off_nobody_is_asked_and_nothing_is_noted(
    archive: Archive, claim: Claim, edith: User, settings: Settings
) -> None:
    archive.saves()
    settings.WAYBACK_SAVE = False
    decided(claim, edith, ClaimStatus.CONFIRMED)
    assert (ArchiveCopy.objects.count(), save(), archive.server.asked) == (0, [], [])
    settings.WAYBACK_SAVE = True
    decided(claim, edith, ClaimStatus.REFUTED)
    settings.WAYBACK_SAVE = False
    assert (due_copies(), list(save_copies([ArchiveCopy.objects.get().id], only_due=False))) == ([], [])
    assert archive.server.asked == []
    settings.WAYBACK_SAVE = True
    assert len(save()) == 1
    assert archive.asked == [302], "with it on, the same row is asked for"


def test_a_review_that_was_not_written_asks_for_no_copy(archive: Archive, claim: Claim, edith: User) -> None:
    with transaction.atomic():
        decided(claim, edith, ClaimStatus.CONFIRMED)
        assert ArchiveCopy.objects.count() == 1
        transaction.set_rollback(True)
    assert Evidence.objects.count() == 0
    assert ArchiveCopy.objects.count() == 0


@pytest.mark.parametrize("status", [429, 500, 520, 200])
def test_an_archive_that_fails_is_asked_again_later_and_the_desk_says_why(
    archive: Archive, claim: Claim, edith: User, status: int
) -> None:
    archive.refuses(status)
    decided(claim, edith, ClaimStatus.CONFIRMED)
    waits = []
    for number in range(1, 4):
        [report] = save()
        assert report.problem
        copy = ArchiveCopy.objects.get()
        assert (copy.state, copy.failures) == (ArchiveState.FAILING, number)
        assert copy.due_at is not None
        waits.append(copy.due_at - right_now())
        make_due()
    assert waits[2] > waits[0], "the wait is stretched"
    reader, desk = shown(claim, edith)
    assert "Not archived yet" in desk
    assert report.problem in desk
    assert "archive keeps it" not in reader
    archive.saves()
    make_due()
    assert save()[0].address


@pytest.mark.parametrize(
    "named",
    [
        "javascript:/web/20110330000000/alert(1)",
        "//elsewhere.example/web/20110330000000/x",
        "http://[bad/web/20110330000000/x",
    ],
)
def test_a_copy_is_never_where_no_reader_should_be_led(
    archive: Archive, claim: Claim, edith: User, named: str
) -> None:
    archive.refuses(200, **{"Content-Location": named})
    decided(claim, edith, ClaimStatus.CONFIRMED)
    assert save()[0].problem == "The archive answered without saying where it keeps the page."
    assert ArchiveCopy.objects.get().address == ""
    assert not any("20110330000000" in page for page in shown(claim, edith))
    archive.refuses(200, **{"Content-Location": "/web/20110330000000/x"})
    make_due()
    assert save()[0].address == f"{archive.server.address}/web/20110330000000/x", "the control"


def test_retry_after_is_heeded(archive: Archive, claim: Claim, edith: User) -> None:
    archive.refuses(429, **{"Retry-After": "50"})
    decided(claim, edith, ClaimStatus.CONFIRMED)
    save()
    host = Host.objects.get(name=archive.server.address.removeprefix("http://"))
    assert host.free_at - right_now() > timedelta(seconds=40)
    assert list(save_copies([ArchiveCopy.objects.get().id], only_due=False)) == []
    assert archive.asked == [429]


def test_an_archive_that_may_not_be_asked_now_keeps_no_worker_awake(
    archive: Archive, claim: Claim, edith: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided(claim, edith, ClaimStatus.CONFIRMED)
    Article.objects.update(due_at=right_now() + timedelta(days=1))
    hold_host(archive.server.address.removeprefix("http://"), until=right_now() + timedelta(hours=1))
    rounds = []

    class Rested(Exception):  # noqa: N818 - no error
        """The worker sleeps."""

    def rest(_seconds: float) -> None:
        raise Rested

    def look_around() -> None:
        rounds.append(1)
        assert len(rounds) < 5, "it goes round and round"

    monkeypatch.setattr(rounds_of_work, "put_in_order", look_around)
    monkeypatch.setattr(time, "sleep", rest)
    with pytest.raises(Rested):
        list(rounds_of_work.keep_working())
    assert (due_copies(), archive.asked) == ([], [])
    make_due()
    assert len(due_copies()) == 1, "the control"


def test_an_archive_that_hangs_holds_nobody_for_long(
    archive: Archive, claim: Claim, edith: User, settings: Settings
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        settings.FETCH_ALLOW_PRIVATE = [*settings.FETCH_ALLOW_PRIVATE, address]
        settings.WAYBACK_URL, settings.FETCH_DEADLINE_SECONDS = f"http://{address}/save/", 0.2
        decided(claim, edith, ClaimStatus.CONFIRMED)
        [report] = save()
    assert "did not" in report.problem
    assert ArchiveCopy.objects.get().state == ArchiveState.FAILING


def test_the_gate_stands_before_the_archive_too(
    archive: Archive, claim: Claim, edith: User, settings: Settings
) -> None:
    settings.FETCH_ALLOW_PRIVATE = []
    archive.saves()
    decided(claim, edith, ClaimStatus.CONFIRMED)
    [report] = save()
    assert report.problem
    assert archive.server.asked == []


def test_a_late_workers_answer_is_dropped(archive: Archive, claim: Claim, edith: User) -> None:
    archive.saves()
    decided(claim, edith, ClaimStatus.CONFIRMED)
    copy = ArchiveCopy.objects.get()

    fetch = Turn.fetch

    def fetch_while_another_takes_over(
        turn: Turn, request: FetchRequest, *, policy: FetchPolicy
    ) -> FetchResult:
        ArchiveCopy.objects.update(lease_until=None)
        lease(ArchiveCopy, copy.id, seconds=timedelta(minutes=5), only_due=False)
        return fetch(turn, request, policy=policy)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Turn, "fetch", fetch_while_another_takes_over)
        [late] = save()
    assert late.problem == "Another worker took over."
    assert ArchiveCopy.objects.get().state == ArchiveState.WAITING
    make_due()
    assert save()[0].address
