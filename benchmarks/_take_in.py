"""Fills a database with the pages of the proof `recheck`, as if each had been taken in a month ago."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from claims.models import (  # noqa: E402 - after setup
    Article,
    Candidate,
    Host,
    Publisher,
    PublisherSite,
    RawContent,
    Snapshot,
)
from claims.operations.catalogue import site_prefix  # noqa: E402 - after setup
from claims.operations.sightings import sha256_of  # noqa: E402 - after setup
from claims.pipeline.extract_claims import extract_claims  # noqa: E402 - after setup
from claims.pipeline.extract_text import extract_text  # noqa: E402 - after setup
from claims.queries.clock import database_now  # noqa: E402 - after setup
from claims.vocabulary import ArticleState  # noqa: E402 - after setup


def take_in(file: Path) -> None:
    """Write rows in bulk, the texts by the product's own extraction; the ledger is not what is measured."""
    plan = json.loads(file.read_text())
    then = database_now() - timedelta(days=30)
    articles, contents, snapshots = [], {}, []
    candidates: list[Candidate] = []
    publishers: dict[str, Publisher] = {}
    for key, states in plan["pages"].items():
        host, _, path = key.partition("/")
        host, body = f"{host}:{plan['port']}", states["before"].encode()
        text = extract_text(body, content_type="text/html; charset=utf-8")
        article = Article(url=f"http://{host}/{path}", host=host, state=ArticleState.LIVE)
        article.added_at = article.updated_at = article.last_checked_at = article.due_at = then
        article.publisher = publishers.setdefault(
            host, Publisher(slug=host.replace(".", "-").replace(":", "-"), name=host, updated_at=then)
        )
        article.headline, article.snapshot_count, article.check_count = text.headline or "", 1, 1
        article.etag = f'"{sha256_of(body)[:16]}"'
        articles.append(article)
        contents[sha256_of(body)] = RawContent(sha256=sha256_of(body), body=b"", size=len(body))
        snapshots.append(
            Snapshot(
                article=article,
                number=1,
                captured_at=then,
                final_url=article.url,
                http_status=200,
                content_id=sha256_of(body),
                headline=text.headline or "",
                text=text.text,
                language=text.language or "",
                fingerprint=text.fingerprint,
                extractor_version=text.extractor_version,
            )
        )
        candidates += [
            Candidate(
                id=f"{len(candidates) + place:012}",  # so many made within a second could meet by chance
                snapshot=snapshots[-1],
                text=found.text[:500],
                quote=found.quote,
                start=found.start,
                end=found.end,
                proposed_at=then,
                updated_at=then,
            )
            for place, found in enumerate(
                extract_claims(headline=text.headline, text=text.text, published_at=None)
            )
        ]
    hosts = {article.host for article in articles}
    Publisher.objects.bulk_create(publishers.values())
    PublisherSite.objects.bulk_create(
        PublisherSite(publisher=publisher, prefix=site_prefix(f"http://{host}/"))
        for host, publisher in publishers.items()
    )
    Host.objects.bulk_create(
        Host(name=name, free_at=then, robots_status=404, robots_until=then) for name in hosts
    )
    Article.objects.bulk_create(articles)
    RawContent.objects.bulk_create(contents.values())
    Snapshot.objects.bulk_create(snapshots)
    for article, snapshot in zip(articles, snapshots, strict=True):
        article.newest = snapshot
    Article.objects.bulk_update(articles, ["newest"], batch_size=500)
    Candidate.objects.bulk_create(candidates, batch_size=1_000)


if __name__ == "__main__":
    take_in(Path(sys.argv[1]))
