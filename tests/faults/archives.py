"""What an archive names as its copy, and what we write for archives, in hostile hands."""

import gzip
from io import BytesIO
from urllib.parse import urljoin

import pytest
from django.conf import settings
from warcio.archiveiterator import ArchiveIterator

from claims.models import ArchiveCopy, Snapshot
from claims.operations import custody
from claims.pipeline.warc import warc_file
from claims.queries.custody import Cited, captures
from tests.faults.bad_addresses import NO_COPY
from tests.faults.measuring import Measured, refused, start_afresh, told
from tests.faults.ways_out import saved, the_copy
from tests.pipeline.hostile import Server
from tests.stories import right_now


def measure_copies(door: Server, measured: Measured, patch: pytest.MonkeyPatch) -> None:
    """Count the addresses that an archive names and nobody should follow, and that are kept all the same."""

    def asked(location: str) -> str:
        door.behaviours["/save"] = lambda visit: visit.answer(
            b"kept", "200 OK", f"Content-Location: {location}"
        )
        settings.WAYBACK_URL = door.url("/save?")
        start_afresh()
        return saved(the_copy())

    for location in NO_COPY:
        words = refused(lambda _, location=location: asked(location), "", location[:60], measured)  # type: ignore[misc]
        measured.copies += 1
        measured.cases += 1
        if not words.strip() or ArchiveCopy.objects.get(pk=the_copy()).address:
            measured.copies_misplaced.append(location[:60])
    with patch.context() as opened:
        opened.setattr(
            custody,
            "_named_in",
            lambda result: urljoin(result.final_url, result.header("content-location")),
        )
        measured.copies_misplaced_unguarded = sum(
            not told(asked, location, location, measured) for location in NO_COPY[:4]
        )
    if told(asked, "/web/20110330000000/x", "a good copy", measured):
        measured.whole_missed.append("a good copy")


def measure_records(measured: Measured) -> None:
    """Write each page that was kept as a WARC record, and read it back; once more with a byte changed."""
    for key in Snapshot.objects.values_list("pk", flat=True):
        written = b"".join(warc_file(captures(Cited({key: ()}, 0)), software="tests", made_at=right_now()))
        measured.records += 1
        body = next(captures(Cited({key: ()}, 0))).body
        if _read_back(written) != [body]:
            measured.records_unreadable.append(key)
        touched = gzip.decompress(written).replace(body, body[:-1] + bytes([body[-1] ^ 1]))
        measured.records_unreadable_when_touched += _read_back(touched) != [body]


def _read_back(written: bytes) -> list[bytes]:
    """Return the bodies of a WARC file's pages; none where it does not read back."""
    try:
        return [
            record.content_stream().read()
            for record in ArchiveIterator(BytesIO(written), check_digests="raise")
            if record.rec_type in ("response", "resource")
        ]
    except Exception:  # noqa: BLE001 - whatever it trips over, the file does not read back
        return []
