"""Serves the pages of many hosts, each answer after a while, in a process of its own.

Takes a JSON file ``{"port", "latency", "pages": {"host/path": {"before", "after", "around"}}}``.
``GET /-/MODE`` sets what all hosts answer from then on: ``before``, ``after``, ``around`` (after, where only
the surroundings of the article changed, else before) or ``full``: the first again, without validators.
"""

import asyncio
import hashlib
import json
import sys
from pathlib import Path
from typing import cast

Bodies = dict[str, dict[str, bytes]]


class _Site(asyncio.Protocol):
    mode = "before"
    bodies: Bodies = {}
    latency = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.received = cast("asyncio.Transport", transport), b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            asyncio.get_running_loop().call_later(type(self).latency, self._answer, head.decode("latin-1"))

    def _answer(self, head: str) -> None:
        lines = head.split("\r\n")
        path = lines[0].split(" ")[1]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if path.startswith("/-/"):
            type(self).mode = path[3:]
            self._send("200 OK", b"done", "")
            return
        page = type(self).bodies.get(headers["host"].partition(":")[0] + path)
        if page is None:
            self._send("404 Not Found", b"", "")
            return
        body = page["before" if type(self).mode == "full" else type(self).mode]
        if type(self).mode == "full":
            self._send("200 OK", body, "")
            return
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if headers.get("if-none-match") == etag:
            self._send("304 Not Modified", b"", f"ETag: {etag}\r\n")
        else:
            self._send("200 OK", body, f"ETag: {etag}\r\n")

    def _send(self, status: str, body: bytes, more: str) -> None:
        length = "" if status.startswith("304") else f"Content-Length: {len(body)}\r\n"
        kind = "Content-Type: text/html; charset=utf-8\r\n"
        if not self.transport.is_closing():
            self.transport.write(f"HTTP/1.1 {status}\r\n{kind}{length}{more}\r\n".encode() + body)


async def _serve(file: Path) -> None:
    plan = json.loads(file.read_text())
    _Site.latency = plan["latency"]
    _Site.bodies = {
        key: {state: text.encode() for state, text in states.items()} for key, states in plan["pages"].items()
    }
    hosts = sorted({key.partition("/")[0] for key in plan["pages"]})
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(_Site, host, plan["port"]) for host in hosts]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
