"""`make screenshots`: starts the demo in a folder of its own and takes pictures of the main pages.

All of them go under ``screenshots/``, which is not kept; the two that the README shows go under
``docs/pictures/``, which is.
"""

import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

from claims.management.demo.story import PASSWORD
from tests.chromium import chromium
from tests.conftest import ColorScheme
from tests.running import LAST_LINE, ROOT, Running, running

FOLDER = ROOT / "screenshots"
KEPT = ROOT / "docs" / "pictures"
KEPT_HEIGHT = {"claim": 1400, "desk": 1000}
"""px from the top of the page, at 1280 px in the light, that the README shows."""
MOST_KEPT_BYTES = 300_000
CLAIM = "/claims/?q=intelligence+chief+Tunisia"
STORY_ENDS_WITHIN_SECONDS = 240.0
LAST_DEEDS = ("took its page down", "corrected its page", "updated its page")
"""What the demo's pages have done to the claim when the story is over."""
WIDTHS = (390, 1280)
SCHEMES: tuple[ColorScheme, ...] = ("light", "dark")


def main() -> int:
    """Write ``screenshots/<page>-<width>-<light|dark>.png`` and the README’s; return 1 if those grew fat."""
    FOLDER.mkdir(exist_ok=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "var") as site:
        site.wait_for(LAST_LINE)
        wait_for_the_story(site)
        with sync_playwright() as playwright:
            options = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=chromium(), args=options)
            for width in WIDTHS:
                for scheme in SCHEMES:
                    for name, page in pages(browser, site.address, width, scheme):
                        file = FOLDER / f"{name}-{width}-{scheme}.png"
                        page.screenshot(path=file, full_page=True)
                        sys.stdout.write(f"{file.relative_to(ROOT)}\n")
                        if (width, scheme) == (1280, "light") and name in KEPT_HEIGHT:
                            keep(name, page)
            browser.close()
    fat = [file.name for file in KEPT.glob("*.png") if file.stat().st_size > MOST_KEPT_BYTES]
    if fat:
        sys.stdout.write(f"Larger than {MOST_KEPT_BYTES} bytes: {', '.join(fat)}\n")
    return 1 if fat else 0


def keep(name: str, page: Page) -> None:
    """Write the top of the page to ``docs/pictures/<name>.png``."""
    file = KEPT / f"{name}.png"
    top: FloatRect = {"x": 0, "y": 0, "width": 1280, "height": KEPT_HEIGHT[name]}
    page.screenshot(path=file, full_page=True, clip=top)
    sys.stdout.write(f"{file.relative_to(ROOT)}\n")


def claim_path(page: str) -> str:
    """Return where the first claim of a list page leads."""
    found = re.search(r'claim-line__text">\s*<a href="([^"]+)"', page)
    if not found:
        raise AssertionError("the demo story tracks no claim about the intelligence chief")
    return found[1]


def wait_for_the_story(site: Running) -> None:
    """Wait until the demo's pages have changed as they will; AssertionError when they do not in time."""
    path = claim_path(site.get(CLAIM)[1])
    deadline = time.monotonic() + STORY_ENDS_WITHIN_SECONDS
    while missing := [deed for deed in LAST_DEEDS if deed not in site.get(path)[1]]:
        if time.monotonic() > deadline:
            raise AssertionError(f"never told: {missing}")
        time.sleep(2)


def pages(browser: Browser, address: str, width: int, scheme: ColorScheme) -> Iterator[tuple[str, Page]]:
    """Open the pages one after the other, as a reader and then as Edith at her desk; yield name and page."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=address, locale="en-GB"
    )
    page = context.new_page()
    for name, path in (
        ("front", "/"),
        ("claims", "/claims/"),
        ("corrections", "/corrections/"),
        ("publisher", "/publishers/meridian-tv/"),
        ("method", "/method/"),
    ):
        page.goto(path)
        yield name, page
    page.goto(CLAIM)
    page.goto(claim_path(page.content()))
    yield "claim", page
    page.locator("a[href^='/articles/']").first.click()
    yield "article", page
    page.goto("/")
    page.locator("a[href^='/topics/']").first.click()
    yield "topic", page
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
