"""Captured pages as WARC records (ISO 28500), which any web archive reads without us."""

import base64
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

VERSION = "WARC/1.1"
# They tell how the bytes travelled; ours are unpacked, so these would make a reader unpack them again.
_OF_TRANSPORT = frozenset(
    {"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"}
)
ORIGINAL = "X-Archive-Orig-"
"""Goes before the name of a header of transport, as other archives write it; its value is kept."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One page as we hold it, and who cites it.

    ``address`` is ours for the snapshot, by which its record gets its id; ``headers`` are the server's, in
    order; ``status`` is None for a file in hand. ``citations`` go into a metadata record beside it.
    """

    address: str
    url: str
    captured_at: datetime
    status: int | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    citations: tuple[dict[str, Any], ...]

    @property
    def sha256(self) -> str:
        """The hash (hex) of the body."""
        return hashlib.sha256(self.body).hexdigest()


def warc_file(captures: Iterable[Capture], *, software: str, made_at: datetime) -> Iterator[bytes]:
    """Yield a gzipped WARC file record by record: who made it, then each capture and who cites it.

    A page fetched is a response record with the server's status and headers, a file in hand a resource
    record; digests are SHA-256.
    """
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version=VERSION)
    about = {"software": software, "format": "WARC File Format 1.1"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in about.items()).encode()
    yield _written(
        out,
        writer,
        _record(
            writer,
            "warcinfo",
            "",
            lines,
            "application/warc-fields",
            _id(f"{software} {made_at.isoformat()}"),
            made_at,
        ),
    )
    for capture in captures:
        yield _written(out, writer, _page(writer, capture))
        told = json.dumps({"sha256": capture.sha256, "cited_by": capture.citations}, indent=1).encode()
        beside = _record(
            writer,
            "metadata",
            capture.url,
            told,
            "application/json",
            _id(f"{capture.address} cited {made_at.isoformat()}"),
            made_at,
            {"WARC-Refers-To": _id(capture.address)},
        )
        yield _written(out, writer, beside)


def _written(out: BytesIO, writer: WARCWriter, record: ArcWarcRecord) -> bytes:
    writer.write_record(record)
    piece = out.getvalue()
    out.seek(0)
    out.truncate()
    return piece


def _page(writer: WARCWriter, capture: Capture) -> ArcWarcRecord:
    address = _id(capture.address)
    if capture.status is None:
        kind = next((value for name, value in capture.headers if name.lower() == "content-type"), "")
        return _record(
            writer,
            "resource",
            capture.url,
            capture.body,
            kind or "application/octet-stream",
            address,
            capture.captured_at,
        )
    headers = [
        (f"{ORIGINAL}{name}" if name.lower() in _OF_TRANSPORT else name, value)
        for name, value in capture.headers
    ]
    headers.append(("Content-Length", str(len(capture.body))))
    return writer.create_warc_record(
        capture.url,
        "response",
        payload=BytesIO(capture.body),
        length=len(capture.body),
        warc_headers_dict=_heads(
            address, capture.captured_at, {"WARC-Payload-Digest": _digest(capture.body)}
        ),
        http_headers=StatusAndHeaders(_status_line(capture.status), headers, protocol="HTTP/1.1"),
    )


def _record(
    writer: WARCWriter,
    kind: str,
    url: str,
    body: bytes,
    content_type: str,
    record_id: str,
    at: datetime,
    more: dict[str, str] | None = None,
) -> ArcWarcRecord:
    digest = _digest(body)
    return writer.create_warc_record(
        url,
        kind,
        payload=BytesIO(body),
        length=len(body),
        warc_content_type=content_type,
        warc_headers_dict=_heads(
            record_id, at, {"WARC-Block-Digest": digest, "WARC-Payload-Digest": digest, **(more or {})}
        ),
    )


def _heads(record_id: str, at: datetime, more: dict[str, str]) -> dict[str, str]:
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"WARC-Record-ID": record_id, "WARC-Date": moment, **more}


def _id(address: str) -> str:
    """Return a record's id: the same address gets the same one, whoever exports it when."""
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, address)}>"


def _digest(body: bytes) -> str:
    return f"sha256:{base64.b32encode(hashlib.sha256(body).digest()).decode('ascii')}"


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:  # a number that no standard names
        return f"{status} "
