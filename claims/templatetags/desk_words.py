"""How the desk's templates write texts with their claims marked, and the machine's reasons."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from claims.queries.desk_articles import Paragraph
from claims.queries.why import why_proposed, why_there, worth

register = template.Library()
register.filter(why_proposed)
register.filter(why_there)
register.filter(worth)


@register.simple_tag
def marked(paragraph: Paragraph) -> SafeString:
    """Return a paragraph's text, character for character, with what carries claims in ``<mark>``."""
    return format_html_join(
        "",
        "{}",
        (
            (
                format_html(
                    '<mark class="desk-mark{}">{}</mark>',
                    " desk-mark--several" if len(segment.labels) > 1 else "",
                    segment.text,
                )
                if segment.labels
                else segment.text,
            )
            for segment in paragraph.segments
        ),
    )
