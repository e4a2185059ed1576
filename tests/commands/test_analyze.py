"""`manage.py analyze`: one answer per line, whatever the lines hold; no database, nothing written."""

import contextlib
import io
import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from claims.management.analyze import lines as analyze_lines
from claims.management.analyze.kinds import KINDS

ROOT = Path(__file__).resolve().parent.parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py"), "analyze"]
WITHIN_SECONDS = 60

SAID = "“The bridge is safe,” Mayor Ann Keller said on Monday. The council closed it in 2019."
PAGE = (
    "<html lang='en'><head><title>Bridge closed</title></head>"
    "<body><article><h1>Bridge closed after storm</h1>"
    "<p>The harbour bridge was closed on Wednesday after a storm, the mayor said.</p>"
    "<p>It will stay closed until the engineers have looked at every cable, she told the council.</p>"
    "</article></body></html>"
)
LINES: dict[str, dict[str, Any]] = {
    "article": {"html": PAGE, "url": "https://harbour.example/bridge"},
    "sentences": {"text": "The council cut the school budget by 12 percent last year."},
    "attributions": {"text": SAID},
    "claims": {"title": "Mayor: bridge is safe", "text": SAID, "published_at": "2011-03-30T22:00Z"},
    "match": {"text": "Minister Moussa Koussa has arrived in Britain"},
    "stance": {
        "claim": "The harbour bridge is safe.",
        "headline": "Harbour bridge is safe, mayor says",
        "body": "The harbour bridge is safe.",
    },
}
KEYS: dict[str, dict[str, Any]] = {
    "article": {"headline": str, "text": str, "byline": str | None, "published_at": str | None},
    "sentences": {"score": float, "checkworthy": bool, "reasons": list},
    "attributions": {"attributions": list},
    "claims": {"claims": list},
    "match": {"matches": list},
    "stance": {
        "stance": str,
        "headline_stance": str | None,
        "body_stance": str | None,
        "score": float,
        "reason": str,
    },
}


class Ran(NamedTuple):
    """What a run of the command printed, and how it ended."""

    status: int
    answers: list[dict[str, Any]]
    words: str


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """A file of three tracked claims."""
    file = tmp_path / "claims.jsonl"
    claims = (
        {"id": "koussa1", "text": "Moussa Koussa has arrived in Britain."},
        {"id": 7, "text": "The harbour bridge is safe."},
        {"id": "treki1", "text": "Ali Treki has declined a post at the United Nations."},
    )
    file.write_text("".join(json.dumps(claim) + "\n" for claim in claims))
    return file


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, known: Path) -> Any:
    """Run the command in this process: ``run("sentences", b"…")``; a dictionary becomes a line."""

    def run_command(kind: str, given: bytes | Sequence[dict[str, Any]], *arguments: str) -> Ran:
        if not isinstance(given, bytes):
            given = b"".join(json.dumps(line).encode() + b"\n" for line in given)
        out = io.BytesIO()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, write_through=True))
        if kind == "match" and not arguments:
            arguments = ("--claims", str(known))
        status, words = 0, ""
        try:
            call_command("analyze", kind, *arguments)
        except CommandError as error:
            status, words = error.returncode, str(error)
        return Ran(status, [json.loads(line) for line in out.getvalue().decode().splitlines()], words)

    return run_command


def start(kind: str, *arguments: str, var: Path, **changes: Any) -> "subprocess.Popen[bytes]":
    """Start the command as a person does, with a folder ``var`` that does not exist."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DJANGO_SETTINGS_MODULE", "SECRET_KEY")}
    environment |= {
        "VAR_DIR": str(var),
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "REDIS_URL": "",
    }
    pipes: dict[str, Any] = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "env": environment,
        "cwd": var.parent,
    }
    return subprocess.Popen([*MANAGE, kind, *arguments], **(pipes | changes))


# ---------------------------------------------------------------- the contract of every kind
@pytest.mark.parametrize("kind", KINDS)
def test_a_line_is_answered_with_its_id_and_every_key_of_its_kind(kind: str, run: Any) -> None:
    ran = run(kind, [{"id": "a-1", **LINES[kind], "unheard_of": [1]}])

    assert (ran.status, ran.words) == (0, "")
    [answer] = ran.answers
    assert answer["id"] == "a-1"
    for key, of_type in KEYS[kind].items():
        assert isinstance(answer[key], of_type), key


@pytest.mark.parametrize("kind", KINDS)
def test_empty_input_has_an_empty_answer(kind: str, run: Any) -> None:
    assert run(kind, b"") == Ran(0, [], "")


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_without_its_field_is_named_and_the_rest_still_done(kind: str, run: Any) -> None:
    field = KINDS[kind].fields.strings[0]
    lacking = {key: value for key, value in LINES[kind].items() if key != field}
    ran = run(kind, [{"id": "first", **lacking}, {"id": "second", **LINES[kind]}])

    assert ran.answers[0] == {"id": "first", "error": f'line 1: it has no "{field}".'}
    assert "error" not in ran.answers[1]
    assert (ran.status, ran.words) == (1, "1 line could not be read.")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800 said", "\u202e“((", "“" * 300, "a " * 5_000])
def test_strange_texts_are_answered_as_well(kind: str, text: str, run: Any) -> None:
    given = {key: text for key in LINES[kind] if key not in ("url", "published_at")}
    ran = run(kind, [{"id": "s", **given}])

    assert ran.status == 0
    assert "error" not in ran.answers[0]


def test_answers_come_in_order_and_numbers_as_ids_stay_numbers(run: Any) -> None:
    ids = ["b", 3, "a", -1, ""]
    ran = run("sentences", [{"id": own_id, **LINES["sentences"]} for own_id in ids])
    assert [answer["id"] for answer in ran.answers] == ids


# ---------------------------------------------------------------- lines that cannot be read
GOOD = b'{"id": "good", "text": "The council met on Monday."}\n'


@pytest.mark.parametrize(
    ("line", "answered_id", "words"),
    [
        (b"{not json}", None, "it is not JSON"),
        (b'{"id": "x", "text": "cut', None, "it is not JSON"),
        (b'{"id": "x", "text": "\xff"}', None, "it is not UTF-8 (byte 22)."),
        (b'{"id": "x", "text": "a\x00b"}', None, "it is not JSON"),
        (b"[1, 2]", None, "it must be a JSON object, not a list."),
        (b'"text"', None, "it must be a JSON object, not a string."),
        (b"null", None, "it must be a JSON object, not null."),
        (b'{"text": "Hello."}', None, 'it has no "id".'),
        (b'{"id": null, "text": "Hello."}', None, '"id" must be a string or a whole number, not null.'),
        (
            b'{"id": true, "text": "Hello."}',
            None,
            '"id" must be a string or a whole number, not true or false.',
        ),
        (b'{"id": ["x"], "text": "Hello."}', None, '"id" must be a string or a whole number, not a list.'),
        (b'{"id": "x"}', "x", 'it has no "text".'),
        (b'{"id": "x", "text": 5}', "x", '"text" must be a string, not a number.'),
        (b'{"id": "x", "text": null}', "x", '"text" must be a string, not null.'),
        (b'{"id": "x", "text": {"en": "Hello."}}', "x", '"text" must be a string, not an object.'),
        (b'{"id": 1' + b"0" * 5_000 + b', "text": "x"}', None, "it holds a number that is too long."),
        (b'{"id": "x", "text": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", None, "it is nested too deeply."),
        (b"[" * 10_000, None, "it is nested too deeply."),
    ],
)
def test_an_unreadable_line_says_what_is_wrong_with_it(
    line: bytes, answered_id: str | None, words: str, run: Any
) -> None:
    ran = run("sentences", GOOD + line + b"\n" + GOOD)

    assert [answer["id"] for answer in ran.answers] == ["good", answered_id, "good"]
    assert ran.answers[1]["error"].startswith(f"line 2: {words}")
    assert ran.answers[1].keys() == {"id", "error"}
    assert ran.status == 1


def test_blank_lines_are_skipped_but_counted(run: Any) -> None:
    ran = run("sentences", b"\n  \t\r\n" + GOOD + b"\n{\n")

    assert len(ran.answers) == 2
    assert ran.answers[1]["error"].startswith("line 5: ")


def test_a_byte_order_mark_windows_line_ends_and_a_missing_last_one_do_no_harm(run: Any) -> None:
    ran = run("sentences", b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n") + GOOD.rstrip())
    assert [answer["id"] for answer in ran.answers] == ["good", "good"]


def test_a_line_may_hold_line_separators_of_unicode(run: Any) -> None:
    ran = run("sentences", '{"id": "x", "text": "One.\u2028Two.\x85Three."}\n'.encode())
    assert [answer["id"] for answer in ran.answers] == ["x"]
    assert ran.status == 0


def test_a_line_beyond_the_limit_is_passed_over(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyze_lines, "LONGEST_LINE", 100)
    long = json.dumps({"id": "long", "text": "x" * 4_000}).encode() + b"\n"
    just = json.dumps({"id": "just", "text": ""}).encode()
    just = just.replace(b'""', b'"' + b"y" * (99 - len(just)) + b'"') + b"\n"
    assert len(just) == 100
    ran = run("sentences", long + just + long.rstrip())

    assert ran.answers[0] == {"id": None, "error": "line 1: it is longer than 100 bytes."}
    assert ran.answers[1]["id"] == "just"
    assert "score" in ran.answers[1]
    assert ran.answers[2]["error"] == "line 3: it is longer than 100 bytes."
    assert ran.words == "2 lines could not be read."


def test_a_lone_surrogate_comes_back_as_it_went_in(run: Any) -> None:
    text = "\ud83d “The bridge is safe,” the mayor said."
    ran = run("claims", [{"id": "\ud800", "title": "", "text": text}])

    [answer] = ran.answers
    assert answer["id"] == "\ud800"
    assert [claim["quote"] for claim in answer["claims"]] == [
        text[claim["start"] : claim["end"]] for claim in answer["claims"]
    ]


def test_what_may_be_unknown_may_be_null_but_not_of_another_type(run: Any) -> None:
    ran = run(
        "claims",
        [
            {"id": 1, "title": None, "text": SAID, "published_at": None},
            {"id": 2, "title": ["x"], "text": SAID},
            {"id": 3, "text": SAID},
            {"id": 4, "title": "", "text": SAID, "published_at": 2011},
            {"id": 5, "title": "", "text": SAID, "published_at": "last Monday"},
            {"id": 6, "title": "", "text": SAID, "published_at": "2011-03-30"},
        ],
    )

    assert [answer.get("error") for answer in ran.answers] == [
        None,
        'line 2: "title" must be a string or null, not a list.',
        'line 3: it has no "title".',
        'line 4: "published_at" must be a string or null, not a number.',
        'line 5: "published_at" is not a moment as 2011-03-30T22:00Z.',
        None,
    ]
    assert [answer["id"] for answer in ran.answers] == [1, 2, 3, 4, 5, 6]


# ---------------------------------------------------------------- the kinds
def test_an_article_is_read_from_its_page(run: Any) -> None:
    page = PAGE.replace(
        "</head>", "<meta property='article:published_time' content='2011-03-30T22:00:00Z'></head>"
    )
    [answer] = run("article", [{"id": 1, "html": page}]).answers

    assert answer["headline"] == "Bridge closed after storm"
    assert answer["text"].startswith("The harbour bridge was closed on Wednesday after a storm")
    assert answer["published_at"] == "2011-03-30T22:00:00Z"


def test_a_page_in_characters_is_not_decoded_once_more(run: Any) -> None:
    page = PAGE.replace("<head>", "<head><meta charset='iso-8859-1'>").replace("storm, the", "“storm”, the")
    [answer] = run("article", [{"id": 1, "html": page}]).answers
    assert "“storm”" in answer["text"]


def test_a_page_without_text_has_an_empty_text_and_says_why(run: Any) -> None:
    ran = run("article", [{"id": 1, "html": "<html><body><nav></nav></body></html>"}])

    [answer] = ran.answers
    assert (answer["text"], answer["headline"], ran.status) == ("", None, 0)
    assert answer["reason"].startswith("There is no readable article text")


def test_attributions_point_into_the_text(run: Any) -> None:
    text = "The mayor said the bridge was “perfectly safe”. “It is safe,” Ann Keller said."
    [answer] = run("attributions", [{"id": 1, "text": text}]).answers

    found = [
        (found["kind"], text[slice(*found["source"])], [text[slice(*part)] for part in found["content"]])
        for found in answer["attributions"]
    ]
    assert [(kind, source) for kind, source, _ in found] == [("mixed", "The mayor"), ("direct", "Ann Keller")]
    assert found[0][2] == ["the bridge was “perfectly safe”"]


def test_claims_quote_exactly_and_a_headline_speaks_for_itself(run: Any) -> None:
    title = "Mayor: bridge is safe"
    [answer] = run("claims", [{"id": 1, "title": title, "text": SAID}]).answers

    voices = {claim["voice"] for claim in answer["claims"]}
    assert {"headline", "direct"} <= voices
    for claim in answer["claims"]:
        base = title if claim["voice"] == "headline" else SAID
        assert base[claim["start"] : claim["end"]] == claim["quote"]


def test_a_stance_follows_the_part_that_is_there(run: Any) -> None:
    claim = "The harbour bridge is safe."
    denial = "Engineers deny that the harbour bridge is safe"
    ran = run(
        "stance",
        [
            {"id": 1, "claim": claim, "headline": denial, "body": ""},
            {"id": 2, "claim": claim, "headline": None, "body": denial + "."},
            {"id": 3, "claim": claim, "headline": "Cat wins prize in Malta", "body": ""},
            {"id": 4, "claim": claim, "headline": "", "body": ""},
        ],
    )

    shown = [(a["stance"], a["headline_stance"], a["body_stance"]) for a in ran.answers]
    assert shown == [
        ("refutes", "refutes", None),
        ("refutes", None, "refutes"),
        ("unrelated", "unrelated", None),
        ("unrelated", None, None),
    ]
    assert all(answer["reason"] for answer in ran.answers)


def test_match_finds_the_tracked_claim_and_gives_its_id_as_it_was_written(run: Any) -> None:
    ran = run("match", [{"id": 1, **LINES["match"]}, {"id": 2, "text": "The harbour bridge is safe"}])

    assert ran.answers[0]["matches"][0]["id"] == "koussa1"
    assert ran.answers[1]["matches"][0]["id"] == 7
    assert {m["zone"] for a in ran.answers for m in a["matches"]} <= {"link", "suggest", "new"}
    for answer in ran.answers:
        scores = [found["score"] for found in answer["matches"]]
        assert scores == sorted(scores, reverse=True)


def test_match_gives_at_most_twenty_and_none_twice(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    text = "The mayor of ward {} has resigned over the harbour bridge."
    file.write_text("".join(json.dumps({"id": n, "text": text.format(n)}) + "\n" for n in range(60)))
    [answer] = run("match", [{"id": 1, "text": text.format(3)}], "--claims", str(file)).answers

    ids = [found["id"] for found in answer["matches"]]
    assert len(ids) == len(set(ids)) == 20


# ---------------------------------------------------------------- how it is called
def test_match_needs_its_claims_and_the_others_take_none(run: Any, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.jsonl"
    with pytest.raises(CommandError, match="match needs --claims FILE") as refused:
        call_command("analyze", "match")
    assert refused.value.returncode == 2
    ran = run("match", [], "--claims", str(missing))
    assert (ran.status, ran.words) == (2, f"{missing} cannot be read: No such file or directory.")
    ran = run("sentences", [], "--claims", str(missing))
    assert (ran.status, ran.words) == (2, "sentences takes no --claims FILE.")


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ("{", "it is not JSON (Expecting property name enclosed in double quotes, character 3)."),
        ('{"id": "b"}', 'it has no "text".'),
        ('{"id": "a", "text": "x"}', "the id 'a' is given twice."),
    ],
)
def test_a_file_of_claims_with_a_bad_line_is_refused_whole(
    second: str, words: str, run: Any, tmp_path: Path
) -> None:
    file = tmp_path / "claims.jsonl"
    file.write_text(f'{{"id": "a", "text": "The bridge is safe."}}\n{second}\n')
    ran = run("match", [{"id": 1, "text": "x"}], "--claims", str(file))
    assert (ran.status, ran.answers, ran.words) == (2, [], f"{file}, line 2: {words}")


def test_an_unknown_kind_is_refused_with_the_kinds_there_are(tmp_path: Path) -> None:
    with start("opinions", var=tmp_path / "var") as process:
        out, err = process.communicate(timeout=WITHIN_SECONDS)
    assert (process.returncode, out) == (2, b"")
    assert all(kind in err.decode() for kind in KINDS)


def test_it_needs_no_database_and_writes_nothing(tmp_path: Path) -> None:
    with start("sentences", var=tmp_path / "var") as process:
        out, err = process.communicate(GOOD + b"{\n" + GOOD, timeout=WITHIN_SECONDS)

    assert process.returncode == 1
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["good", None, "good"]
    assert err == b"CommandError: 1 line could not be read.\n"
    assert list(tmp_path.iterdir()) == []


def test_an_answer_is_there_before_the_next_question(tmp_path: Path) -> None:
    with start("sentences", var=tmp_path / "var") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for own_id in (b"1", b"2"):
            process.stdin.write(GOOD.replace(b'"good"', own_id))
            process.stdin.flush()
            assert select.select([process.stdout], [], [], WITHIN_SECONDS)[0]
            assert json.loads(process.stdout.readline())["id"] == int(own_id)
        process.stdin.close()
        assert process.wait(WITHIN_SECONDS) == 0


def test_a_reader_who_leaves_is_no_reason_to_complain(tmp_path: Path) -> None:
    with start("sentences", var=tmp_path / "var") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(GOOD)
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(GOOD * 1_000)
            process.stdin.close()
        assert process.wait(WITHIN_SECONDS) == 1
        assert process.stderr.read() == b""


def test_progress_is_told_at_a_terminal(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with start("sentences", var=tmp_path / "var", stderr=theirs) as process:
        os.close(theirs)
        out, _ = process.communicate(GOOD * 3, timeout=WITHIN_SECONDS)
    told = os.read(ours, 10_000)
    os.close(ours)
    assert len(out.splitlines()) == 3
    assert told.strip().endswith(b"3 answered")
