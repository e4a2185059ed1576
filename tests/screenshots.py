"""`make screenshots`: starts the demo in a folder of its own and takes pictures of the main pages."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from claims.management.demo.story import PASSWORD
from tests.chromium import chromium
from tests.conftest import ColorScheme
from tests.running import LAST_LINE, ROOT, running

FOLDER = ROOT / "screenshots"
WIDTHS = (390, 1280)
SCHEMES: tuple[ColorScheme, ...] = ("light", "dark")


def main() -> int:
    """Write ``screenshots/<page>-<width>-<light|dark>.png``; return 0."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "var") as site:
        site.wait_for(LAST_LINE)
        with sync_playwright() as playwright:
            options = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=chromium(), args=options)
            for width in WIDTHS:
                for scheme in SCHEMES:
                    for name, page in pages(browser, site.address, width, scheme):
                        file = FOLDER / f"{name}-{width}-{scheme}.png"
                        page.screenshot(path=file, full_page=True)
                        sys.stdout.write(f"{file.relative_to(ROOT)}\n")
            browser.close()
    return 0


def pages(browser: Browser, address: str, width: int, scheme: ColorScheme) -> Iterator[tuple[str, Page]]:
    """Open the pages one after the other, as a reader and then as Edith at her desk; yield name and page."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=address, locale="en-GB"
    )
    page = context.new_page()
    for name, path in (("front", "/"), ("claims", "/claims/"), ("corrections", "/corrections/")):
        page.goto(path)
        yield name, page
    page.goto("/claims/?q=Tunisia")
    page.locator("a[href^='/claims/']", has_text=re.compile("Tunisia")).first.click()
    yield "claim", page
    page.goto("/accounts/login/")
    page.fill("[name=login]", "edith")
    page.fill("[name=password]", PASSWORD)
    page.locator("main form [type=submit]").first.click()
    page.goto("/desk/")
    yield "desk", page
    page.locator("main a[href^='/desk/claims/']").first.click()
    yield "workbench", page
    context.close()


if __name__ == "__main__":
    sys.exit(main())
