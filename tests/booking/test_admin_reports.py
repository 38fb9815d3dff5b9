"""The pages of the reports: who sees them, what stands on them, and what they ask the database."""

import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import scheduling
from booking.admin.report_pictures import Series, bars, curve, heat_map, heat_step, shares
from booking.admin.reports import REPORTS
from tests.booking import a_year
from tests.booking.admin_steps import desk_of, words
from tests.booking.steps import visit
from tests.cast import NOW, Cast, make_staff
from tests.factories import local, make_clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

OVERVIEW = "/admin/reports/"
PAGES = [f"{OVERVIEW}{slug}/" for slug in REPORTS]
LAST_WEEK = {"span": "own", "first": "2026-11-16", "last": "2026-11-22"}
MOST_QUERIES = 12


@pytest.fixture
def manager(cast: Cast) -> Client:
    return desk_of(make_staff("mara", "Mara", "Engel", group="Manager"))


@pytest.fixture
def last_week(cast: Cast) -> None:
    """Ana came on Tuesday; on Thursday she did not."""
    booked = local("2026-11-10", "9:00")
    came = visit(cast, "10:00", day="2026-11-17", now=booked)
    missed = visit(cast, "10:00", day="2026-11-19", now=booked)
    at_ten = {"by": cast.dina, "now": local("2026-11-17", "10:00")}
    scheduling.arrive(appointment=came, **at_ten)
    scheduling.no_show(appointment=missed, by=cast.dina, now=local("2026-11-19", "11:00"))


def test_there_are_five_reports_and_each_asks_a_question(manager: Client) -> None:
    page = words(manager.get(OVERVIEW))

    assert list(REPORTS) == ["utilisation", "bookings", "attendance", "next-free", "waiting-list"]
    assert [each.question for each in REPORTS.values() if each.question not in page] == []


@pytest.mark.parametrize("page", [OVERVIEW, *PAGES])
def test_only_who_may_see_reports_sees_them(cast: Cast, page: str) -> None:
    def status(user: User) -> int:
        return desk_of(user).get(page).status_code

    editor = make_staff("mei", "Mei", "Lindqvist", group="Editor")
    lead = make_staff("lea", "Lea", "Roy", group="Lead practitioner")
    assert (status(cast.dina), status(editor), status(lead)) == (403, 403, 200)
    assert status(User.objects.create_user("ben")) == 302
    assert Client().get(page).status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_a_report_is_read_and_never_sent(manager: Client, page: str) -> None:
    assert manager.post(page).status_code == 405


def test_a_report_that_does_not_exist_is_not_found(manager: Client) -> None:
    assert manager.get(f"{OVERVIEW}patients/").status_code == 404


@pytest.mark.parametrize("page", [page for page in PAGES if "next-free" not in page])
def test_with_nothing_to_count_it_says_so(manager: Client, cast: Cast, page: str) -> None:
    for practitioner in (cast.priya, cast.tomas):
        practitioner.working_hours.all().delete()

    answer = manager.get(page)

    assert answer.status_code == 200
    assert "There is nothing to count in these days yet." in words(answer)
    assert "<svg" not in main_of(answer)


@pytest.mark.usefixtures("last_week")
def test_the_working_time_stands_in_picture_and_table(manager: Client) -> None:
    page = words(manager.get(f"{OVERVIEW}utilisation/", LAST_WEEK))

    assert "Monday 16 November 2026 to Sunday 22 November 2026 (Edmonton time)" in page
    assert "3% of the working time was booked: 2.0 h of 80 h." in page
    assert "1.0 h of 8.0 h" in page
    assert "13%" in page


@pytest.mark.usefixtures("last_week")
def test_missed_visits_stand_in_picture_and_table(manager: Client) -> None:
    page = words(manager.get(f"{OVERVIEW}attendance/", LAST_WEEK))

    assert "Without a reminder, 50% did not come and 0% cancelled late." in page
    assert "Without a reminder 1 (50%) 0 (0%) 1 (50%) 2" in page


@pytest.mark.usefixtures("last_week")
@pytest.mark.parametrize("page", PAGES)
def test_no_report_names_a_patient_or_a_visit(manager: Client, page: str) -> None:
    answer = main_of(manager.get(page))

    assert [word for word in ("Ana", "Lopez", "ana@") if word in answer] == []


@pytest.mark.usefixtures("last_week")
@pytest.mark.parametrize("slug", ["utilisation", "bookings", "attendance", "next-free"])
def test_every_picture_has_words_and_its_table(manager: Client, slug: str) -> None:
    answer = manager.get(f"{OVERVIEW}{slug}/")
    page, sections = main_of(answer), answer.context["sections"]

    assert sections
    assert page.count('role="img"') == page.count("<title id=") == page.count("<desc id=")
    assert page.count('role="img"') == page.count("<caption>") == len(sections)
    assert "style=" not in page
    assert all(section.picture.description for section in sections)


def test_the_practitioner_and_location_asked_for_are_named(manager: Client, cast: Cast) -> None:
    asked = LAST_WEEK | {"practitioner": cast.priya.pk, "location": cast.riverside.pk}

    page = words(manager.get(f"{OVERVIEW}utilisation/", asked))

    assert ", with Priya Nair, at Riverside." in page
    assert "of 40 h." in page


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"first": ""}, "Choose the first and the last day."),
        ({"last": ""}, "Choose the first and the last day."),
        ({"first": "2026-11-22", "last": "2026-11-16"}, "must not lie before the first"),
        ({"last": "2026-11-23"}, "Choose days that are over"),
        ({"first": "2019-01-01"}, "Choose three years at most."),
        ({"first": "0001-01-01"}, "Choose a year from 2000 to 2099."),
        ({"practitioner": "999999"}, "Select a valid choice."),
        ({"span": "century"}, "Select a valid choice."),
    ],
)
def test_days_that_cannot_be_counted_are_refused_in_words(
    manager: Client, asked: dict[str, str], told: str
) -> None:
    answer = manager.get(PAGES[0], LAST_WEEK | asked)

    assert answer.status_code == 400
    assert told in words(answer)


def test_the_span_is_whole_weeks_up_to_yesterday(manager: Client) -> None:
    def days(**asked: str) -> tuple[date, date]:
        stretch = manager.get(PAGES[0], asked).context["stretch"]
        return stretch.first, stretch.last

    yesterday = date(2026, 11, 22)
    assert days() == days(span="12") == (yesterday - timedelta(days=52 * 7 - 1), yesterday)
    assert days(span="3") == (yesterday - timedelta(days=13 * 7 - 1), yesterday)


class TestAYear:
    """100,000 visits under `make prove`, else 2,000."""

    VISITS, PEOPLE = (100_000, 14) if settings.PROVE else (2_000, 4)

    @pytest.fixture
    def year(self, db: None) -> a_year.Year:
        make_clinic()
        days = self.VISITS // (self.PEOPLE * a_year.SLOTS) + 1
        first = NOW.date() - timedelta(days=days)
        return a_year.fill(visits=self.VISITS, people=self.PEOPLE, first=first)

    @pytest.mark.prove
    def test_each_page_asks_little_and_answers_soon(self, year: a_year.Year) -> None:
        manager = desk_of(make_staff("mara", "Mara", "Engel", group="Manager"))
        for page in PAGES:
            before = time.perf_counter()
            with CaptureQueriesContext(connection) as asked:
                answer = manager.get(page)
            took = time.perf_counter() - before
            print(f"{page}: {len(asked)} queries, {took:.2f} s, {self.VISITS:,} visits")
            assert answer.status_code == 200
            assert len(asked) <= MOST_QUERIES, "\n".join(
                each["sql"][:90] + each["sql"][-60:] for each in asked
            )
            assert took < 10, page

    @pytest.mark.prove
    def test_the_figures_add_up(self, year: a_year.Year) -> None:
        manager = desk_of(make_staff("mara", "Mara", "Engel", group="Manager"))
        span = {"span": "own", "first": f"{year.first}", "last": f"{year.last}"}
        numbers = range(self.VISITS)
        cancelled = sum(n % 7 == 0 for n in numbers)
        missed = sum(n % 7 != 0 and n % 11 == 0 for n in numbers)

        load = sections(manager, "utilisation", span)[0].table.rows[-1][-1]
        rows = sections(manager, "attendance", span)[0].picture

        assert load.startswith(f"{(self.VISITS - cancelled) / 2:,.0f} h of ")
        table = sections(manager, "attendance", span)[0].table.rows
        assert sum(count(row[3]) for row in table) == missed
        assert sum(count(row[1]) for row in table) == self.VISITS - cancelled - missed
        assert [each for each in rows.boxes if each.width <= 0] == []


def sections(manager: Client, slug: str, asked: dict[str, str]) -> Any:
    return manager.get(f"{OVERVIEW}{slug}/", asked).context["sections"]


def count(cell: str) -> int:
    """1,234 (5%)"""
    return int(cell.split(" ", maxsplit=1)[0].replace(",", ""))


def main_of(answer: Any) -> Any:
    """The page's own part, without admin's frame, its icons and who is signed in."""
    _, _, page = answer.content.decode().partition('id="content-main"')
    return page.partition("<footer")[0]


class TestPictures:
    def test_a_bar_is_as_long_as_its_number(self) -> None:
        picture = bars("Bars", "", ["a", "b"], [Series("s", "first", [10, 5])])

        longest, half = picture.boxes
        assert longest.width == 2 * half.width
        assert [each.text for each in picture.words] == ["a", "10", "b", "5"]

    def test_shares_fill_the_row_and_say_how_much(self) -> None:
        parts = [Series("a", "first", [3]), Series("b", "second", [1]), Series("c", "third", [0])]

        picture = shares("Shares", "", ["row"], parts)

        three, one = picture.boxes
        assert three.width == 3 * one.width
        assert three.x + three.width == one.x
        assert [each.text for each in picture.words] == ["row", "75%", "25%"]

    def test_a_cell_says_its_number_and_its_step(self) -> None:
        picture = heat_map("Heat", "", ["Priya"], ["Mon", "Week"], [[None, 95]])

        assert [box.kind for box in picture.boxes] == ["heat-none", "heat-4"]
        assert [each.text for each in picture.words] == ["Mon", "Week", "Priya", "–", "95%"]
        assert [heat_step(value) for value in (0, 25, 50, 75, 120)] == [
            f"heat-{step}" for step in range(5)
        ]

    def test_a_curve_is_broken_where_there_is_no_value(self) -> None:
        picture = curve("Curve", "", ["a", "b", "c"], [Series("s", "first", [0, None, 8])], most=60)

        (line,) = picture.lines
        assert line.path.count("M") == len(line.marks) == 2
        assert "L" not in line.path
        assert line.marks[0][1] > line.marks[1][1]
