"""Reads pages with trafilatura alone, in a process in which nothing of ours has touched it.

Takes a JSON list of pages (HTML) as the first line of its input. For each line after that it reads all of
them once and writes, as a line, the CPU seconds that it took.
"""

import json
import sys
from time import process_time

import trafilatura

if __name__ == "__main__":
    pages = json.loads(sys.stdin.readline())
    for _ in sys.stdin:
        begun = process_time()
        for page in pages:
            trafilatura.extract(page, favor_precision=True, include_comments=False)
        sys.stdout.write(f"{process_time() - begun}\n")
        sys.stdout.flush()
