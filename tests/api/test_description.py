"""The API describes itself, and what it says of itself is so."""

from collections.abc import Callable, Mapping
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from rest_framework.test import APIClient

from claims.api import answers
from claims.api.urls import urlpatterns
from claims.models import Candidate, User
from claims.vocabulary import ClaimStatus
from tests.api.conftest import Program
from tests.stories import a_claim, a_topic, decided

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_the_description_is_valid_and_complete() -> None:
    written = StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=written)
    described = yaml.safe_load(written.getvalue())
    assert described["openapi"].startswith("3.")
    names = {pattern.name for pattern in urlpatterns} - {"schema", "docs", "nowhere"}
    assert len(described["paths"]) == len(names)
    summaries = [handler["summary"] for path in described["paths"].values() for handler in path.values()]
    assert "List the tracked public claims, latest change first" in summaries
    assert "Read one claim, now or as_of a moment" in summaries
    assert all(summaries)
    assert "If-Match" in [
        parameter["name"]
        for parameter in described["paths"]["/api/v1/claims/{claim_id}/"]["patch"]["parameters"]
    ]


def test_the_description_is_served(reader: APIClient) -> None:
    answer = reader.get("/api/v1/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    assert "/api/v1/changes/" in answer.json()["paths"]


def same_members(shape: Any, described: Any, where: str) -> None:
    """Look that a JSON answer has exactly the members that the description gives it, all the way down."""
    if isinstance(shape, list):
        for row in shape:
            same_members(row, described, where)
    elif isinstance(shape, Mapping) and hasattr(described, "fields"):
        assert set(shape) == set(described.fields), where
        for name, field in described.fields.items():
            same_members(shape[name], getattr(field, "child", field), f"{where}.{name}")


def test_answers_have_the_members_that_are_described(
    reader: APIClient, program_of: Program, edith: User
) -> None:
    claim = decided(
        a_claim(edith, claimant="The spokesman", topics=[a_topic().slug]), edith, ClaimStatus.REFUTED
    )
    Candidate.objects.update(suggested=claim)
    below = f"claims/{claim.id}/"
    program = program_of(edith)
    program.post("/api/v1/feeds/", {"url": "https://x.example/feed"}, format="json")
    for path, described in (
        ("claims/", answers.ClaimAnswer),
        (f"{below}timeline/", answers.EventAnswer),
        (f"{below}appearances/", answers.AppearanceAnswer),
        (f"{below}reviews/", answers.ReviewAnswer),
        ("candidates/", answers.CandidateAnswer),
        ("articles/", answers.ArticleAnswer),
        ("topics/", answers.TopicAnswer),
        ("claimants/", answers.ClaimantAnswer),
        ("publishers/", answers.PublisherAnswer),
        ("feeds/", answers.FeedAnswer),
        ("changes/", answers.ChangeRowAnswer),
    ):
        rows = program.get(f"/api/v1/{path}").json()["results"]
        assert rows, path
        same_members(rows, described(), path)


def test_the_docs_page_asks_nobody_else_for_anything(reader: APIClient) -> None:
    answer = reader.get("/api/v1/docs/", headers={"Accept": "text/html"})
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "img-src 'self' data:" in policy
    assert "unsafe" not in policy
    assert "data:" not in reader.get("/healthz").headers["Content-Security-Policy"]


@pytest.mark.browser
def test_the_docs_page_shows_the_endpoints(browser_page: Callable[..., "Page"], live_site: str) -> None:
    page = browser_page()
    page.goto("/api/v1/docs/")
    page.get_by_text("/api/v1/claims/{claim_id}/reviews/").first.wait_for()
    assert page.locator("body").evaluate("body => body.scrollWidth <= window.innerWidth")


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "script"), [("dark", True), ("dark", False), ("light", True)])
def test_the_docs_page_is_dark_where_the_other_pages_are(
    browser_page: Callable[..., "Page"], live_site: str, scheme: str, script: bool
) -> None:
    page = browser_page(color_scheme=scheme, script=script)
    page.goto("/method/")
    paper = ground(page)
    page.goto("/api/v1/docs/")
    assert ground(page) == paper
    if not script:
        return
    page.get_by_text("/api/v1/claims/{claim_id}/reviews/").first.wait_for()
    for part in (".swagger-ui", ".scheme-container", ".opblock-tag-section"):
        covered = page.locator(part).first.evaluate("part => getComputedStyle(part).backgroundColor")
        assert covered in (paper, "rgba(0, 0, 0, 0)", *(["rgb(255, 255, 255)"] if scheme == "light" else []))
    page.locator("[id*=reviews_decide] .opblock-summary").first.click()
    page.locator("[id*=reviews_decide] .opblock-body").wait_for()
    if scheme == "dark":
        poor = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
        assert not poor, [node["html"] for rule in poor for node in rule["nodes"]]


def ground(page: "Page") -> str:
    """The colour that the page is painted on."""
    return str(page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor"))
