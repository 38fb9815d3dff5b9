"""Lists as CSV and XLSX in which nothing that somebody typed can become a formula.

Spreadsheets run what begins with = + - or @, some of them also after blanks or quotation marks, in
full width, or in a new cell that a separator inside a text opens. A leading apostrophe makes it
text for all of them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

Cell = str | int | datetime | None
Row = Sequence[Cell]

BOM = "\ufeff"  # without it Excel takes UTF-8 for its own old encoding
# As typed; in full width; as small forms; and the minus sign of typesetters.
FORMULA_STARTS = r"=+\-@" + "\uff1d\uff0b\uff0d\uff20" + "\ufe66\ufe62\ufe63\ufe6b" + "\u2212"
# What may stand before it all the same: blanks, quotation marks, what nobody sees.
UNSEEN = r"\s\"`\u00b4\u201c\u201d\u201e\u00ab\u00bb\x00-\x1f\u200b-\u200f\u2060\ufeff"
# At the start of a cell, or of one that a program might see inside it.
STARTS = re.compile(rf"(\A|[;\t\r\n|])(?=[{UNSEEN}]*[{FORMULA_STARTS}])")
CONTROLS_FIRST = re.compile(r"\A[\t\r\n\x00]")
# XML knows none of these, and no list needs them.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
MOMENT = "ddd yyyy-mm-dd hh:mm"


def as_text(text: str) -> str:
    """`text` as a cell that no spreadsheet calculates; a text that is safe stays as it is."""
    readable = CONTROLS.sub("", text)
    safe = STARTS.sub(r"\1'", readable)
    if safe == readable and (CONTROLS_FIRST.match(text) or CONTROLS_FIRST.match(safe)):
        return f"'{safe}"
    return safe


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """One line after the other, by RFC 4180, every cell in quotation marks."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    yield BOM
    for row in rows:
        yield writer.writerow([_written(cell) for cell in row])


def write_xlsx(file: IO[bytes], rows: Iterable[Row], *, title: str) -> None:
    """The first row is the heading. Rows go to the disk one by one, so any number fits."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows):
        cells = [_cell(sheet, value) for value in row]
        if number == 0:
            for cell in cells:
                cell.font = Font(bold=True)
        sheet.append(cells)
    book.save(file)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def _written(value: Cell) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else as_text(str(value))


def _cell(sheet: Any, value: Cell) -> Any:
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value=value.replace(tzinfo=None))
        cell.number_format = MOMENT
        return cell
    cell = WriteOnlyCell(sheet, value=_written(value))
    # openpyxl takes #N/A for an error, and would take a text that begins with = for a formula.
    cell.data_type = "s"
    return cell
