"""The list of appointments as a file: what stands in it, who may have it, and what is recorded."""

import csv
import io
import resource
import time
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, ScreeningAnswers
from booking.registration import Person
from tests.booking import a_year
from tests.booking.admin_steps import LIST, desk_of, words
from tests.booking.steps import desk_visit, hold, visit
from tests.cast import ANA, BEN, NOW, Cast, make_staff
from tests.factories import make_clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

EXPORT = f"{LIST}export/"
HEADINGS = [
    "Reference",
    "Weekday",
    "When (Edmonton time)",
    "Practitioner",
    "Location",
    "Room",
    "Service",
    "State",
    "Booked through",
    "Patient",
    "Phone",
    "E-mail",
    "Booked on (Edmonton time)",
]


@pytest.fixture
def anas(cast: Cast) -> Appointment:
    return visit(cast, "10:00")


@pytest.fixture
def bens(cast: Cast) -> Appointment:
    return desk_visit(cast, "13:00", person=BEN, practitioner=cast.tomas, about="Knee")


def export(browser: Client, kind: str = "csv", **filters: Any) -> Any:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return browser.post(f"{EXPORT}?{query}", {"format": kind})


def rows(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def cells(answer: Any) -> list[list[Any]]:
    file = io.BytesIO(b"".join(answer.streaming_content))
    return [list(row) for row in openpyxl.load_workbook(file).active.values]


def reads_health(user: User) -> User:
    user.user_permissions.add(Permission.objects.get(codename="read_all_answers"))
    return User.objects.get(pk=user.pk)


def test_csv_has_a_row_for_each_visit(cast: Cast, anas: Appointment) -> None:
    heading, row = rows(export(desk_of(cast.dina), day="all"))

    assert heading == HEADINGS
    assert row == [
        anas.reference,
        "Tuesday",
        "2026-11-24 10:00",
        "Priya Nair",
        "Riverside",
        "Room 1",
        "First visit",
        "Booked",
        "Website",
        "Ana Lopez",
        "(780) 555-0150",
        "ana@example.com",
        "2026-11-23 07:00",
    ]


def test_xlsx_has_the_same_rows(cast: Cast, anas: Appointment, bens: Appointment) -> None:
    desk = desk_of(cast.dina)
    told = rows(export(desk, day="all"))

    found = cells(export(desk, "xlsx", day="all"))

    assert [[written(cell) for cell in row] for row in found] == told


def written(cell: Any) -> str:
    return cell if isinstance(cell, str) else f"{cell:%Y-%m-%d %H:%M}"


def test_the_list_keeps_its_filters_and_search(
    cast: Cast, anas: Appointment, bens: Appointment
) -> None:
    desk = desk_of(cast.dina)

    def exported(**filters: Any) -> list[str]:
        return [row[0] for row in rows(export(desk, **filters))[1:]]

    assert exported() == []
    assert exported(day="tomorrow") == [anas.reference, bens.reference]
    assert exported(day="all", practitioner__id__exact=cast.tomas.pk) == [bens.reference]
    assert exported(day="all", source__exact="online") == [anas.reference]
    assert exported(q="lopez") == [anas.reference]


def test_every_page_of_the_list_is_exported(
    cast: Cast, anas: Appointment, bens: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booking.admin.appointments.AppointmentAdmin.list_per_page", 1)

    assert len(rows(export(desk_of(cast.dina), day="all"))) == 3


def test_a_strangers_hold_is_nobodys_visit(cast: Cast) -> None:
    hold(cast, "10:00")

    assert rows(export(desk_of(cast.dina), day="all")) == [HEADINGS]


def test_health_data_is_left_out_for_the_desk(cast: Cast, bens: Appointment) -> None:
    answer = export(desk_of(cast.dina), day="all")

    assert "Knee" not in str(rows(answer))


def test_who_may_read_every_answer_gets_the_outcome_too(cast: Cast, bens: Appointment) -> None:
    answers = ScreeningAnswers(
        version="1", outcome=ScreeningAnswers.Outcome.REVIEW, given_at=NOW, patient=bens.patient
    )
    answers.seal({"fever": "yes"})
    answers.save()
    bens.screening = answers
    bens.save(by_scheduling=True)

    heading, row = rows(export(desk_of(reads_health(cast.dina)), day="all"))

    assert heading == [*HEADINGS, "What it is about", "Safety questions"]
    assert row[-2:] == ["Knee", "Look first"]
    assert "fever" not in str(row)


def test_a_childs_visit_is_reached_through_the_adult(cast: Cast) -> None:
    visit(cast, "10:00", person=Person(ANA.name, ANA.email, ANA.phone, dependant="Leo Lopez"))

    row = rows(export(desk_of(cast.dina), day="all"))[1]

    assert row[9:12] == ["Leo Lopez (with Ana Lopez)", "(780) 555-0150", "ana@example.com"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_formula_for_a_name_is_text(cast: Cast, kind: str) -> None:
    nasty = Person(name='=HYPERLINK("http://x.example.com")', email=ANA.email, phone=ANA.phone)
    visit(cast, "10:00", person=nasty)
    answer = export(desk_of(cast.dina), kind, day="all")

    row = (rows(answer) if kind == "csv" else cells(answer))[1]

    assert row[9] == f"'{nasty.name}"


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_the_file_is_saved_and_kept_in_no_cache(
    cast: Cast, anas: Appointment, kind: str, content_type: str
) -> None:
    answer = export(desk_of(cast.dina), kind, day="all")

    assert answer["Content-Type"] == content_type
    assert answer["Content-Disposition"] == f'attachment; filename="visits-2026-11-23.{kind}"'
    assert answer["Cache-Control"] == "no-store, private"
    answer.close()


def test_it_is_recorded_without_names(cast: Cast, anas: Appointment) -> None:
    export(desk_of(cast.dina), day="all", source__exact="online", q="lopez")

    entry = LogEntry.objects.get()
    assert (entry.user, entry.action_time) == (cast.dina, NOW)
    assert entry.object_repr == "Export of 1 visits"
    assert entry.get_change_message() == (
        "Exported 1 visits as CSV, without health data. "
        "Filters: day=all, a search, source__exact=online."
    )


def test_who_may_not_export_gets_nothing(anas: Appointment) -> None:
    priya = make_staff("priya", "Priya", "Nair", group="Practitioner")
    editor = make_staff("mei", "Mei", "Lindqvist", group="Editor")

    assert [export(desk_of(user), day="all").status_code for user in (priya, editor)] == [403, 403]
    assert export(Client(), day="all").status_code == 302
    assert not LogEntry.objects.exists()
    assert "Export as CSV" not in words(desk_of(priya).get(f"{LIST}?day=all"))


def test_the_desk_finds_the_buttons_below_the_list(cast: Cast, anas: Appointment) -> None:
    answer = desk_of(cast.dina).get(f"{LIST}?day=all&q=lopez")

    assert "Export as CSV" in words(answer)
    assert f'formaction="{EXPORT}?day=all&amp;q=lopez"' in answer.content.decode()


def test_a_link_exports_nothing(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.dina)

    assert browser.get(EXPORT).status_code == 405
    assert export(browser).status_code == 403


def test_what_cannot_be_read_is_refused(cast: Cast) -> None:
    desk = desk_of(cast.dina)

    assert export(desk, "exe").status_code == 400
    assert export(desk, day="someday")["Location"] == LIST
    assert export(desk, nonsense="1")["Location"] == LIST
    assert not LogEntry.objects.exists()


def test_more_visits_ask_no_more_of_the_database(cast: Cast) -> None:
    desk = desk_of(cast.dina)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            rows(export(desk, day="all"))
        return len(queries)

    visit(cast, "9:00")
    one = asked()
    for hour in (11, 13, 15):
        visit(cast, f"{hour}:00", person=BEN, practitioner=cast.tomas)

    assert asked() == one


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_whole_year_is_taken_along_in_little_memory(db: None, kind: str) -> None:
    """100,000 visits under `make prove`, else 2,000."""
    visits, people = (100_000, 14) if settings.PROVE else (2_000, 4)
    make_clinic()
    a_year.fill(visits=visits, people=people, first=date(2025, 11, 24))
    desk = desk_of(make_staff("mara", "Mara", "Engel", group="Manager"))
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()

    answer = export(desk, kind, day="all")
    size = lines = 0
    for part in answer.streaming_content:
        size += len(part)
        lines += part.count(b"\r\n")
    answer.close()

    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    took = time.perf_counter() - started
    print(f"{kind}: {visits:,} visits, {size / 1e6:.1f} MB in {took:.1f} s, {grown:.0f} MB more")
    assert grown < 64
    assert size > 40 * visits
    if kind == "csv":
        assert lines == visits + 1
