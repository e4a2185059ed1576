"""A page becomes the text of its article, or a sentence that tells Edith why not."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from trafilatura import core

from claims.pipeline.change.notices import new_notice
from claims.pipeline.diff import compare
from claims.pipeline.extract_text import (
    EXTRACTOR_VERSION,
    ArticleText,
    UnreadableError,
    extract_text,
    fingerprint,
)
from claims.pipeline.page.page_bytes import read_bytes
from claims.pipeline.text.tokens import squash
from claims.vocabulary import ChangeKind

ADDRESS = "https://harbour-post.example/news/bridge?ref=home"
PARAGRAPHS = (
    "The harbour bridge was closed on Wednesday after a storm tore two cables from its north tower.",
    "“We will open it once both cables are replaced,” the mayor told the council in the evening.",
    "The bridge was built in 1931 and carries about forty thousand cars a day, the port office said.",
)


def page(head: str = "", body: str = "", paragraphs: tuple[str, ...] = PARAGRAPHS) -> bytes:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">{head}</head><body>
        <header><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav></header>
        <article><h1>Storm closes bridge</h1>{body}{text}</article>
        <aside><h3>Most read</h3><p>Ten harbours that every sailor must have seen once.</p></aside>
        <footer><p>Copyright 2024 Harbour Post. Last updated May 9, 2023</p></footer>
        </body></html>""".encode()


def read(head: str = "", body: str = "") -> ArticleText:
    return extract_text(page(head, body), content_type="text/html; charset=utf-8", url=ADDRESS)


def test_the_paragraphs_of_the_article_are_kept_and_menus_boxes_and_footers_are_not() -> None:
    article = read()
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert article.headline == "Storm closes bridge"
    assert article.language == "en"
    assert article.extractor_version == EXTRACTOR_VERSION


def test_json_ld_is_believed_before_meta_tags() -> None:
    linked = """<script type="application/ld+json">{"@graph": [{"@type": "Organization", "name": "Post"},
        {"@type": "NewsArticle", "headline": "Storm &amp; tide close bridge",
        "datePublished": "2011-03-30T20:15:00+02:00", "author": [{"name": "Ann Keller"},
        {"name": "Tom Hale"}],
        "publisher": {"name": "The Harbour Post"}}]}</script>"""
    meta = """<meta property="og:title" content="Bridge shut">
        <meta property="article:published_time" content="2012-01-01T00:00:00Z">"""
    article, tagged = (
        extract_text(page(head).replace(b"Storm closes bridge", b"Harbour")) for head in (meta + linked, meta)
    )
    assert article.headline == "Storm & tide close bridge"
    assert article.published_at == datetime(2011, 3, 30, 18, 15, tzinfo=UTC)
    assert article.byline == "Ann Keller, Tom Hale"
    assert article.site_name == "The Harbour Post"
    assert tagged.headline == "Bridge shut"
    assert tagged.published_at == datetime(2012, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "top", "headline"),
    [
        ('<meta property="og:title" content="Bridge shut">', "Storm has closed the bridge", None),
        ("<title>Storm closes bridge | Post</title>", "Storm closes bridge", None),
        ("<title>Storm closes bridge | The Harbour Post</title>", "The Harbour Post", "Storm closes bridge"),
        (
            '<meta property="og:site_name" content="The Harbour Post"><title>Storm closes bridge</title>',
            "The Harbour Post",
            "Storm closes bridge",
        ),
        ("<title>Storm closes bridge</title>", "Breaking news", "Storm closes bridge"),
        ("<title>Opinion: let us close the bridge</title>", "Opinion", "Opinion: let us close the bridge"),
    ],
)
def test_the_one_heading_above_the_text_is_the_headline_unless_it_names_the_site(
    head: str, top: str, headline: str | None
) -> None:
    source = page(head).replace(b"<h1>Storm closes bridge</h1>", f"<h1>{top}</h1>".encode())
    assert extract_text(source).headline == headline or top


def test_a_headline_that_the_text_repeats_below_a_kicker_is_left_out() -> None:
    again = read(body="<p>Harbour news of the day</p><p>Storm closes bridge</p>")
    assert again.text == "\n\n".join(("Harbour news of the day", *PARAGRAPHS))


def in_pieces(between: str = "") -> bytes:
    texts = ["".join(f"<p>Pier {pier}: {words}</p>" for pier in range(4)) for words in PARAGRAPHS[::2]]
    pieces = [
        f"<div class='row'>{head}<div class='article__body wide'>{text}</div></div>"
        for head, text in zip(("", between), texts, strict=True)
    ]
    body = "<aside>Advertisement</aside>".join(pieces)
    return f"<html lang='en'><body><div class='chunks'>{body}</div></body></html>".encode()


def test_an_article_cut_up_for_advertisements_is_read_whole_and_the_next_article_is_another() -> None:
    assert f"Pier 3: {PARAGRAPHS[2]}" in extract_text(in_pieces()).text
    assert PARAGRAPHS[2] not in extract_text(in_pieces("<h1>Mayor of port resigns</h1>")).text


def test_broken_json_ld_is_passed_over() -> None:
    assert read('<script type="application/ld+json">{"@type": "NewsArticle", </script>').headline == (
        "Storm closes bridge"
    )


def test_a_title_loses_the_name_of_its_site() -> None:
    head = '<meta property="og:site_name" content="Harbour Post"><title>Bridge shut - Harbour Post</title>'
    untitled = page(head).replace(b"<h1>Storm closes bridge</h1>", b"")
    assert extract_text(untitled).headline == "Bridge shut"


def test_a_visible_time_is_the_date_and_a_visible_byline_the_author() -> None:
    article = read(body='<p class="byline">By Ann Keller</p><time datetime="2011-03-30T18:00Z">now</time>')
    assert article.published_at == datetime(2011, 3, 30, 18, tzinfo=UTC)
    assert article.byline == "Ann Keller"


def test_a_date_in_words_beside_the_headline_is_read() -> None:
    article = read(body='<div class="post-meta">Posted on June 7, 2012 at 9:15 PM</div>')
    assert article.published_at == datetime(2012, 6, 7, 21, 15, tzinfo=UTC)


@pytest.mark.parametrize("box", ["<footer>", '<div class="site-footer">', "<aside>"])
def test_a_date_outside_the_article_is_never_its_date(box: str) -> None:
    body = f'{box}<span class="date">May 9, 2023</span><time datetime="2023-05-09">May</time>'
    assert read(body=body + box.replace("<", "</").split(" ")[0].rstrip(">") + ">").published_at is None


@pytest.mark.parametrize(
    "date",
    ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "soon"],
)
def test_a_date_that_no_clock_shows_is_none(date: str) -> None:
    head = f'<meta property="article:published_time" content="{date}">'
    assert extract_text(page(head)).published_at is None


def test_the_address_gives_the_date_where_the_page_does_not() -> None:
    article = extract_text(page(), url="https://post.example/2011/03/30/bridge/")
    assert article.published_at == datetime(2011, 3, 30, tzinfo=UTC)


def test_a_canonical_address_is_made_absolute_and_only_the_web_counts() -> None:
    assert read('<link rel="canonical" href="/news/bridge">').canonical_url == (
        "https://harbour-post.example/news/bridge"
    )
    assert read('<link rel="canonical" href="javascript:alert(1)">').canonical_url is None


def test_a_very_short_page_still_gives_its_paragraphs_apart() -> None:
    short = page(paragraphs=("The ferry sank.", "Nobody was hurt, the port office said."))
    assert extract_text(short).text == "The ferry sank.\n\nNobody was hurt, the port office said."
    told = (
        "Three soldiers died when a helicopter crashed at the port on Sunday, the army said in a statement.",
        "The ministry said that the helicopter had been inspected just two days before the crash.",
    )
    signed = page(body="<p class='byline'>By Anna Reuter</p>", paragraphs=told)
    headed = signed.replace(
        b"Storm closes bridge", b"Army confirms that three soldiers died when one crashed"
    )
    assert extract_text(headed).text.split("\n\n") == ["By Anna Reuter", *told]


def test_plain_text_has_its_headline_on_a_first_line_of_its_own() -> None:
    article = extract_text(
        b"Storm closes bridge\r\n\r\nThe bridge was closed.\r\n\r\nIt opens on Friday.\r\n"
    )
    assert (article.headline, article.text) == (
        "Storm closes bridge",
        "The bridge was closed.\n\nIt opens on Friday.",
    )
    assert article.published_at is None


@pytest.mark.parametrize(
    "first",
    ["The bridge was closed on Wednesday.", "From Tuesday:", "The bridge " + "was shut, and " * 20 + "so on"],
)
def test_a_first_line_that_is_a_sentence_or_too_long_is_no_headline(first: str) -> None:
    article = extract_text(f"{first}\n\nMore will follow.".encode(), content_type="text/plain")
    assert article.headline is None
    assert article.text.startswith(first.strip())


def test_lines_broken_at_a_fixed_width_become_paragraphs_again() -> None:
    lines = [
        f"The harbour bridge was closed on Wednesday after a storm, part {number}" for number in range(5)
    ]
    article = extract_text(("\n".join(lines) + "\n\nIt opens on Friday.").encode())
    assert article.text == " ".join(lines) + "\n\nIt opens on Friday."


def test_what_no_stored_text_may_hold_becomes_a_space() -> None:
    controls = [*map(chr, range(0x20)), "\x7f", "\ufffe", "\uffff"]
    for control in set(controls) - set("\t\n\r"):
        assert read_bytes(f"<p>a{control}b</p>".encode(), None).text == "<p>a b</p>", repr(control)
    kept = "<p>\t\n\r\x80\ufffd\ud7a3\U0010ffff</p>"
    assert read_bytes(kept.encode(), None).text == kept


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (b"%PDF-1.7 ...", None, "PDF"),
        (b"%PDF-1.7 ...", "text/html", "PDF"),
        (b"\x89PNG\r\n", "image/png", "image"),
        (b"\x00\x01\x02\x03", None, "binary"),
        (b"", "text/html", "empty"),
        (b" \r\n", None, "empty"),
        (b"<html><body><script>render()</script></body></html>", "text/html", "no readable article text"),
        (b'<?xml version="1.0"?><rss><channel><title>x</title></channel></rss>', None, "feed"),
        (b'{"a": 1}', "application/json", "JSON"),
        ("<p>Größe</p>".encode("latin-1"), "text/html; charset=klingon", "encoding"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence_for_an_editor(
    body: bytes, content_type: str | None, words: str
) -> None:
    with pytest.raises(UnreadableError) as refusal:
        extract_text(body, content_type=content_type)
    assert words in str(refusal.value)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("utf-8", None),
        ("windows-1252", "text/html; charset=windows-1252"),
        ("utf-16", None),
        ("windows-1252", None),
    ],
)
def test_the_encoding_is_found_in_header_mark_or_guess(encoding: str, content_type: str | None) -> None:
    body = "<p>The café owner said that the “Größe” had been sold in May.</p>".encode(encoding)
    assert "café owner said that the “Größe”" in extract_text(body, content_type=content_type).text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ar", "استقال رئيس البلدية يوم الاثنين وفقا لبيان صدر عن البلدية مساء اليوم نفسه."),
        ("fr", "Le maire a démissionné lundi, selon un communiqué de la ville publié dans la soirée."),
        ("zh", "市长周一辞职，市政府当晚发表声明证实了这一消息，并表示将在下周选出继任者。"),
    ],
)
def test_pages_in_other_languages_are_read_and_their_language_is_named(language: str, sentence: str) -> None:
    article = extract_text(f"<html lang='en'><body><p>{sentence}</p></body></html>".encode())
    assert article.language == language
    assert sentence in article.text


def test_control_characters_that_no_database_takes_are_left_out() -> None:
    article = extract_text(b"<p>The bridge was \x01closed on Wednesday\x0b evening.</p>")
    assert article.text == "The bridge was closed on Wednesday evening."


def test_the_fingerprint_is_that_of_the_article_and_not_of_what_moves_around_it() -> None:
    before = page()
    moved = (
        before.replace(b"Ten harbours", b"Nine lighthouses")
        .replace(b"Copyright 2024", b"Copyright 2025")
        .replace(b"</head>", b"<script>var visit = 7</script></head>")
        .replace(b"<h1>", b"<h1>\n   ")
    )
    edited = before.replace(b"two cables", b"three cables")
    assert fingerprint(moved) == fingerprint(before) == extract_text(before).fingerprint
    assert fingerprint(edited) != fingerprint(before)


@pytest.mark.parametrize(
    ("printed", "again", "is_alike"),
    [
        ("“The bridge’s ‘cables’ held – so far”", "\"The bridge's 'cables' held - so far\"", True),
        ("«It held»", "„It held“", True),
        ("from –5 to 3 degrees", "from -5 to 3 degrees", True),
        ("“It held”, he said", "It held, he said", False),
        ("from —5 to 3 degrees", "from -5 to 3 degrees", False),
    ],
)
def test_how_a_sign_is_spelt_moves_no_fingerprint_and_that_it_stands_there_does(
    printed: str, again: str, *, is_alike: bool
) -> None:
    first, second = (fingerprint(f"<body><p>{said}.</p>".encode()) for said in (printed, again))
    assert (first == second) is is_alike
    if is_alike:
        told = compare(headline_before="", text_before=printed, headline_after="", text_after=again)
        assert told.kind is ChangeKind.TRIVIAL


def test_a_page_that_lies_in_one_form_has_a_fingerprint_of_its_text() -> None:
    whole = page().replace(b"<body>", b"<body><form id='aspnet'>").replace(b"</body>", b"</form></body>")
    edited = whole.replace(b"two cables", b"three cables")
    subscribe = b"<form><p>Get our letter: {}</p><input></form></article>"
    assert fingerprint(edited) != fingerprint(whole)
    assert fingerprint(page().replace(b"</article>", subscribe)) == fingerprint(page())


def test_a_fingerprint_that_is_known_already_is_kept_as_it_was_given() -> None:
    before = page()
    again = extract_text(before, mark=fingerprint(before))
    assert again == extract_text(before)
    assert extract_text(before, mark="known").fingerprint == "known"


def test_a_new_title_moves_the_fingerprint() -> None:
    assert fingerprint(page("<title>Bridge shut</title>")) != fingerprint(page("<title>Bridge open</title>"))


def test_a_page_nested_without_end_or_of_sixty_thousand_paragraphs_is_read_or_refused() -> None:
    many = extract_text(b"<p>It was shut." * 60_000)
    assert many.text.startswith("It was shut.\n\nIt was shut.")
    with pytest.raises(UnreadableError):
        extract_text(b"<div>" * 50_000 + b"<img>" + b"</div>" * 50_000)


CORRECTION = "An earlier version of this article named the wrong tower. We regret the error."


@pytest.mark.parametrize(
    ("head", "body", "notice"),
    [
        (
            "",
            f"<div class='note'><b>Correction</b><span>{CORRECTION}</span></div>",
            f"Correction: {CORRECTION}",
        ),
        ("", f"<aside><h4>Editor’s note</h4> <p>{CORRECTION}</p></aside>", f"Editor’s note: {CORRECTION}"),
        (
            "",
            "<h1><s>Storm takes bridge</s> Storm closes bridge</h1>",
            "Correction: the headline “Storm takes bridge”",
        ),
        (
            '<script type="application/ld+json">{"@type": "Report", "correction": "Two cables."}</script>',
            "",
            "Correction: Two cables.",
        ),
        (
            (
                '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "correction": '
                '[{"@type": "CorrectionComment", "text": "It was two cables."}]}]}</script>'
            ),
            "",
            "Correction: It was two cables.",
        ),
    ],
)
def test_a_notice_beside_the_text_is_part_of_what_the_article_says(head: str, body: str, notice: str) -> None:
    article = read(head, body)
    assert notice in article.text
    assert article.fingerprint != read().fingerprint


def test_a_notice_counts_though_the_frame_of_the_whole_page_is_named_like_a_box() -> None:
    framed = page(body=f"<div><b>Correction</b> {CORRECTION}</div>")
    framed = framed.replace(b"<article>", b"<div class='ad'>").replace(b"</article>", b"</div>")
    boxed = page(body=f"<div class='ad'><div><b>Correction</b> {CORRECTION}</div></div>")
    assert CORRECTION in extract_text(framed).text
    assert f"Correction: {CORRECTION}" not in extract_text(boxed.replace(b"article>", b"div>")).text


def test_a_notice_inside_the_text_is_kept_once_and_other_peoples_are_left_out() -> None:
    inside = extract_text(page(paragraphs=(*PARAGRAPHS, f"Correction: {CORRECTION}")))
    assert inside.text.count("earlier version") == 1
    for elsewhere in (
        f"<nav><p>Correction: {CORRECTION}</p></nav>",
        f"<div class='comments'><p>Correction: {CORRECTION}</p></div>",
        f"<p><a href='/other'>Correction: {CORRECTION}</a></p>",
    ):
        assert (
            "earlier version"
            not in extract_text(page().replace(b"<footer>", f"{elsewhere}<footer>".encode())).text
        )


@pytest.mark.parametrize(
    ("box", "is_kept"),
    [
        ("<article><footer><p>Correction: Not the bridge, the ferry.</p></footer></article>", True),
        ("<footer class='of-the-story'><p>Correction: Not the bridge, the ferry.</p></footer>", True),
        ("<aside><p>Because of an editing error, this article named the wrong tower.</p></aside>", True),
        ("<div class='n'>A paragraph on the ferry has been removed from this article.</div>", True),
        ("<div class='n'>An update was added to this article on the ferry.</div>", True),
        ("<div class='n'>Update: The ferry to the islands is running again.</div>", False),
        ("<div class='n'>This article was updated on 31 March 2011 at 10:15.</div>", False),
    ],
)
def test_a_box_is_a_notice_where_it_can_only_speak_of_this_article(box: str, is_kept: bool) -> None:
    body = page().replace(b"<footer>", f"{box}<footer>".encode())
    words = squash(re.sub("<.*?>", " ", box))
    assert (words in extract_text(body).text) is is_kept


@pytest.mark.parametrize("head", ["button", "summary", "h3", "b"])
def test_a_notice_below_a_heading_has_it_in_the_text(head: str) -> None:
    box = f"<div><{head}>Correction</{head}><p>Two cables were torn from the tower, not three.</p></div>"
    body = page().replace(b"</article>", f"{box}</article>".encode())
    told = new_notice(extract_text(page()).text, extract_text(body).text)
    assert told is not None
    assert told.text == "Correction: Two cables were torn from the tower, not three."
    assert extract_text(body).text.count("not three") == 1


def test_letters_with_their_accents_apart_are_the_same_letters() -> None:
    apart = extract_text(page(paragraphs=(*PARAGRAPHS, "The mayor of Orle\u0301ans came, too.")))
    assert "Orléans came" in apart.text


def test_a_line_that_is_nothing_but_a_link_is_another_headline() -> None:
    link = "<p><a href='/ferry'>Ferry talks stall in the north</a></p>"
    timed = "<ul><li><a href='/ferry'>Ferry talks stall in the north</a> <span>3 hours ago</span></li></ul>"
    for headline in (link, timed):
        assert extract_text(page(body=headline)).text == extract_text(page()).text
    for part in (
        "<ul><li><a href='/ferry'>Ferry talks stall in the north</a>: three ships lie idle</li></ul>",
        "<p><a href='/ferry'>Ferry talks have stalled, the union said.</a></p>",
        "<p>Asked why, he said: <a href='/ferry'>Ferry talks stall in the north</a></p>",
    ):
        assert "Ferry talks" in extract_text(page(body=part)).text


# ---------------------------------------------------------------------- a second look
LONG = tuple(f"{paragraph} It was {number} years ago." for number in range(9) for paragraph in PARAGRAPHS)
MENU = "".join(f"<div class='tile'><a href='/{n}'>Ten harbours to see, {n}</a></div>" for n in range(900))


@pytest.mark.parametrize("paragraphs", [PARAGRAPHS, LONG], ids=["short", "long"])
def test_a_page_that_is_mostly_article_is_not_measured(
    paragraphs: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("it was measured")

    monkeypatch.setattr("trafilatura.core.html2txt", never)
    assert extract_text(page(paragraphs=paragraphs)).text == "\n\n".join(paragraphs)


def test_a_page_of_which_little_is_found_has_trafilaturas_second_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[object] = []
    again = core._recall_retry

    def counted(*given: Any) -> Any:
        looks.append(given)
        return again(*given)

    monkeypatch.setattr(core, "_recall_retry", counted)
    assert extract_text(page(body=MENU)).text == "\n\n".join(PARAGRAPHS)
    assert looks
