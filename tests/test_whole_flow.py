"""From a page to a status and back: two papers, a desk, readers and programs, in a real Chromium."""

import json
import re
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from claims.operations.people import add_person
from claims.operations.recheck import check_due
from claims.queries.due import due_hosts
from claims.vocabulary import Role
from tests.sites import NewsSite
from tests.stories import right_now

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.both_engines, pytest.mark.django_db(transaction=True)]

SAID = "The harbour minister has resigned, the prime minister's spokesman Karl Brandt said on Sunday."
MORE = "Parliament meets on Tuesday to debate the budget for the ports, which has been late since January."


def sweep() -> None:
    """Do what the scheduler and a worker do."""
    list(check_due(due_hosts(patience=timedelta(0))))


def asked(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.load(answer)


def log_in(page: "Page", name: str) -> None:
    page.goto("/accounts/login/?next=/desk/articles/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", "a long passphrase")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/desk/articles/")


def test_from_a_page_to_a_status_and_back_to_the_desk(
    live_site: str, site: NewsSite, settings: Settings, browser_page: Callable[..., "Page"]
) -> None:
    settings.CHECK_MIN_SECONDS = settings.CHECK_MAX_SECONDS = 0.0  # due again at once
    add_person(username="edith", role=Role.EDITOR, by=None, now=right_now(), password="a long passphrase")
    edith, rita = browser_page(1280), browser_page(390)

    log_in(edith, "edith")
    adding = edith.locator("form", has=edith.get_by_role("button", name="Add article"))
    adding.locator("[name=url]").fill(site.says("/resigns", "Minister steps down", SAID, MORE))
    adding.get_by_role("button", name="Add article").click()
    expect(edith.get_by_text("It is fetched with the next sweep")).to_be_visible()
    sweep()

    edith.goto("/desk/")
    row = edith.locator("article", has_text="harbour minister has resigned").first
    row.get_by_label("In our words").fill("The harbour minister has resigned")
    row.get_by_role("button", name="Track").click()
    expect(edith.get_by_text("Tracked: The harbour minister has resigned")).to_be_visible()
    [claim] = asked(f"{live_site}/api/v1/claims/")["results"]
    assert (claim["status"], claim["article_count"], claim["origin_count"]) == ("unverified", 1, 1)

    rita.goto(claim["url"].removeprefix(live_site))
    assert rita.get_by_role("heading", level=1).inner_text() == "The harbour minister has resigned"
    assert "Unverified" in rita.locator("main").inner_text()

    edith.goto(f"/desk/claims/{claim['id']}/")
    edith.get_by_role("group", name="Verdict").get_by_label("Confirmed").check()
    edith.get_by_label("Reason", exact=True).fill("The prime minister's spokesman said so on the record.")
    edith.get_by_role("group", name="Evidence").get_by_role("checkbox").first.check()
    edith.get_by_role("button", name="Decide").click()
    expect(
        edith.get_by_text("two independent origins").first, "one named source is not enough"
    ).to_be_visible()
    expect(edith.get_by_label("Reason", exact=True)).to_have_value(re.compile("^The prime minister's"))
    edith.locator("select[name^=counts]").first.select_option("primary")
    edith.get_by_role("button", name="Decide").click()
    expect(edith.get_by_text("Decided: confirmed")).to_be_visible()

    rita.reload()
    shown = rita.locator("main").inner_text()
    assert "Confirmed" in shown
    assert "said so on the record" in shown
    told = asked(f"{live_site}/api/v1/claims/{claim['id']}/")
    assert (told["status"], told["under_review"]) == ("confirmed", False)
    with urllib.request.urlopen(f"{live_site}/claims/{claim['id']}/feed.atom", timeout=10) as feed:
        assert "Confirmed" in feed.read().decode()

    site.says("/resigns", "Minister stays", SAID.replace("has resigned", "has not resigned"), MORE)
    sweep()
    edith.goto("/desk/")
    task = edith.get_by_role("link", name="The harbour minister has resigned")
    expect(task.first, "a verdict whose evidence changed is to be looked at again").to_be_visible()
    assert asked(f"{live_site}/api/v1/claims/{claim['id']}/")["under_review"] is True
    kinds = [row["kind"] for row in asked(f"{live_site}/api/v1/changes/")["results"]]
    assert kinds[:2] == ["first_seen", "appearance"]
    assert kinds[-2:] == ["article_change", "re_review_opened"]
    rita.reload()
    assert (
        "silent" in rita.locator("main").inner_text().lower()
        or "without notice" in rita.locator("main").inner_text()
    )
