"""Lists in a form: typed one entry per line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import Resolver404, resolve

from content.models import Region

LONGEST_LINE = 100


class OnePerLine(forms.CharField):
    """A list of short texts, one per line."""

    def __init__(
        self, *, rows: int = 4, most: int = 20, required: bool = False, **options: Any
    ) -> None:
        self.most = most
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(required=required, widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(self.line(entry) for entry in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[Any]:
        lines = [line.strip() for line in super().clean(value).splitlines()]
        entries = [self.entry(line) for line in lines if line]
        if len(entries) > self.most:
            raise forms.ValidationError(f"Enter at most {self.most} lines.")
        return list(entries)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def line(self, entry: Any) -> str:
        """How an entry of the list is written."""
        return str(entry)

    def entry(self, line: str) -> Any:
        """What a line stands for, or ValidationError."""
        if len(line) > LONGEST_LINE:
            raise forms.ValidationError(
                f"Shorten “{line[:40]}…” to {LONGEST_LINE} characters, or use two lines."
            )
        return line


class SmallLetters(OnePerLine):
    """Words as a search looks for them."""

    def entry(self, line: str) -> str:
        return str(super().entry(line)).lower()


class Regions(OnePerLine):
    """Regions of the body by their names, the main one first."""

    def line(self, entry: Any) -> str:
        return Region(entry).label if entry in Region.values else str(entry)

    def entry(self, line: str) -> str:
        by_name = {region.label.lower(): region.value for region in Region}
        by_name |= {region.value: region.value for region in Region}
        if line.lower() not in by_name:
            raise forms.ValidationError(
                f"“{line}” is no region. The regions are: {', '.join(Region.labels)}."
            )
        return by_name[line.lower()]


class Addresses(OnePerLine):
    """Addresses of pages on this site."""

    def entry(self, line: str) -> str:
        address = str(super().entry(line))
        try:
            resolve(address.partition("#")[0].partition("?")[0])
        except Resolver404:
            raise forms.ValidationError(
                f"This site has no page at “{line}”. Write it like /articles/your-first-visit/."
            ) from None
        return address
