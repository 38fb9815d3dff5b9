"""What an editor sees of a text before readers do."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from content.markdown import plain_text, render
from content.markdown_source import mistakes
from content.models import Clinic
from content.reading.texts import NumberedReference, new_rendering, numbered_references
from content.reading_grade import LONG, Readability, readability


@dataclass(frozen=True)
class TextPreview:
    """A Markdown text as it will look, and what an editor may want to know of it."""

    text: SafeString
    references: list[NumberedReference]
    mistakes: list[str]
    readability: Readability
    long: int = LONG


def preview_of(source: str) -> TextPreview:
    rendering = new_rendering(Clinic.objects.first() or Clinic())
    text = render(source, rendering)
    return TextPreview(
        text=text,
        references=numbered_references(rendering),
        mistakes=mistakes(source),
        readability=readability(plain_text(source)),
    )
