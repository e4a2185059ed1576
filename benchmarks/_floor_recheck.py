"""Asks for every page with libcurl alone: no gate, no robots, no database, one page of a host at a time.

Takes a JSON file with a list of addresses; prints the CPU seconds that it used as JSON.
"""

import json
import sys
import time
from collections import defaultdict, deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pycurl


def ask_for(addresses: Iterable[str]) -> int:
    """Fetch all, hosts side by side, one connection each; returns how many came with status 200."""
    waiting: dict[str, deque[str]] = defaultdict(deque)
    for address in addresses:
        waiting[urlsplit(address).netloc].append(address)
    multi = pycurl.CurlMulti()
    hosts: dict[Any, str] = {pycurl.Curl(): host for host in waiting}
    for handle, host in hosts.items():
        _ask(multi, handle, waiting[host])
    found, running = 0, True
    while running or any(waiting.values()):
        multi.select(1.0)
        _, running = multi.perform()
        for handle in _landed(multi):
            found += handle.getinfo(pycurl.RESPONSE_CODE) == 200
            multi.remove_handle(handle)
            _ask(multi, handle, waiting[hosts[handle]])
            running = True
    return found


def _ask(multi: Any, handle: Any, waiting: deque[str]) -> None:
    if waiting:
        handle.setopt(pycurl.URL, waiting.popleft())
        handle.setopt(pycurl.WRITEFUNCTION, len)
        multi.add_handle(handle)


def _landed(multi: Any) -> list[Any]:
    _, good, bad = multi.info_read(1_000)
    if bad:
        raise ConnectionError(f"{bad[0][2]} ({len(bad)} pages)")
    return list(good)


if __name__ == "__main__":
    wanted = json.loads(Path(sys.argv[1]).read_text())
    started = time.process_time()
    if ask_for(wanted) != len(wanted):
        raise ConnectionError("Some pages were not there.")
    sys.stdout.write(json.dumps(time.process_time() - started))
