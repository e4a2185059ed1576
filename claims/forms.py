"""What people type at the desk, checked for shape; whether a rule allows it is the operations' word."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat

from claims.operations.candidates import LONGEST_CLAIM
from claims.vocabulary import ClaimStatus

LONGEST_REASON = 10_000
LONGEST_PASSAGE = 5_000
_LARGEST_VERSION = 2**31 - 1


def _line(label: str, *, max_length: int, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=max_length,
        widget=forms.TextInput(attrs={"class": "input"}),
        **options,
    )


def _passage(
    label: str, *, rows: int, max_length: int, quote: bool = False, **options: Any
) -> forms.CharField:
    look = "input input--quote" if quote else "input"
    return forms.CharField(
        label=label,
        required=False,
        max_length=max_length,
        widget=forms.Textarea(attrs={"class": look, "rows": rows}),
        **options,
    )


def _moment(label: str, help_text: str) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        help_text=help_text,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput(
            attrs={"class": "input", "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        ),
        error_messages={"invalid": "Give day and time as 2011-03-30 21:10, in UTC."},
    )


class DecideForm(forms.Form):
    """A verdict on the version of a claim that the editor saw."""

    version = forms.IntegerField(min_value=0, max_value=_LARGEST_VERSION, widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        label="Verdict",
        choices=ClaimStatus.choices(),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a verdict."},
    )
    reason = _passage("Reason", rows=5, max_length=LONGEST_REASON, help_text="Readers see this.")
    override = _passage("Why the policy is set aside", rows=2, max_length=2000)


class TrackForm(forms.Form):
    """How a candidate becomes a claim."""

    text = _passage(
        "The claim in our words",
        rows=3,
        max_length=LONGEST_CLAIM * 4,
        quote=True,
        help_text="One sentence that can be checked, about 75 characters if possible.",
    )
    claimant = _line(
        "Claimed by", max_length=200, help_text="Who asserts it, as far up the chain as is told."
    )
    topics = forms.MultipleChoiceField(
        label="Topics", required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )
    internal = forms.BooleanField(label="Keep it internal to the desk", required=False)

    def __init__(self, *args: Any, topics: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        """Take the topics on offer as (slug, name)."""
        super().__init__(*args, **kwargs)
        self.offer(topics or [])

    def offer(self, topics: list[tuple[str, str]]) -> None:
        """Set the topics on offer as (slug, name)."""
        self.fields["topics"].choices = topics  # type: ignore[attr-defined]  # a Field only to the stubs


class EditForm(TrackForm):
    """The wording, claimant and topics of a tracked claim."""

    internal = None  # type: ignore[assignment]  # Django's way to leave out a field of the parent


class NewClaimForm(TrackForm):
    """A claim proposed by hand, or from a passage of an article; an editor may track it at once."""

    field_order = ("text", "claimant", "article", "quote", "topics", "track", "internal", "start")
    article = _line(
        "Article", max_length=2000, help_text="Its address, if the claim is made in an article that we hold."
    )
    quote = _passage(
        "Passage",
        rows=4,
        max_length=LONGEST_PASSAGE,
        quote=True,
        help_text="The exact words of the article in which the claim is made.",
    )
    track = forms.BooleanField(label="Track at once", required=False)
    start = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_start(self) -> int | None:
        """Return where the passage was selected (code points), None for what no script of ours sends."""
        words: str = self.cleaned_data["start"]
        return int(words) if words.isascii() and words.isdigit() and len(words) <= 9 else None


class AddArticleForm(forms.Form):
    """An address to take on."""

    url = _line(
        "Address", max_length=70_000, help_text="The page’s own address, beginning with http:// or https://"
    )
    published_at = _moment("Published (UTC)", "Only if the page itself does not say it.")
    publisher = _line("Publisher", max_length=200, help_text="Only if the page itself does not say it.")


class AddFeedForm(forms.Form):
    """A feed to follow."""

    url = _line("Address of the feed", max_length=70_000, help_text="RSS or Atom.")
    publisher = _line("Publisher", max_length=200, help_text="Whose articles it brings in.")


class AddWebhookForm(forms.Form):
    """A program to tell of changes."""

    url = _line("Address of the program", max_length=70_000, help_text="Where it takes messages, by POST.")


class UploadForm(AddArticleForm):
    """A page in hand."""

    field_order = ("url", "published_at", "publisher", "file")
    file = forms.FileField(
        label="File",
        help_text="HTML or plain text.",
        allow_empty_file=True,
        error_messages={"required": "Choose a file.", "missing": "Choose a file."},
        widget=forms.FileInput(attrs={"class": "input", "accept": ".html,.htm,.txt,text/html,text/plain"}),
    )

    def __init__(self, *args: Any, largest: int, **kwargs: Any) -> None:
        """Take the largest size of a file (bytes) that we read."""
        super().__init__(*args, **kwargs)
        self.largest = largest
        self.fields["url"].help_text = "If it has one: the page is then checked there from now on."

    def clean_file(self) -> "UploadedFile[bytes]":
        """Return the file; one over the limit is refused before it is read."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        size = file.size or 0
        if size > self.largest:
            raise forms.ValidationError(
                f"This file has {filesizeformat(size)}; the largest page we read has "
                f"{filesizeformat(self.largest)}. Save the article alone, or as text."
            )
        return file


class AliasForm(forms.Form):
    """Two names that are one."""

    name = _line(
        "Name", max_length=200, help_text="As papers write it: a title, a nickname, another spelling."
    )
    canonical = _line("Is read as", max_length=200, help_text="The name that it stands for.")


class TopicForm(forms.Form):
    """A new topic."""

    name = _line("Name", max_length=200)
    summary = _passage("What it is about", rows=3, max_length=2000)
