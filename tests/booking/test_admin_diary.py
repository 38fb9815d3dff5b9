"""The diary board: what stands where, the visit beside it, and what is refreshed."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import scheduling
from booking.models import Appointment, Closure, State
from tests.booking.admin_steps import desk_of, told, words
from tests.booking.big_day import make_big_day
from tests.booking.diary_steps import BESIDE, BOARD, board, on_board, panel, press
from tests.booking.steps import desk_visit, hold, visit
from tests.cast import BEN, NOW, TUESDAY, Cast, make_staff
from tests.factories import local, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

TODAY = "2026-11-23"


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def changed(browser: Client, page: object, query: str = f"?day={TUESDAY}") -> object:
    """Ask for what has changed since `page` was shown."""
    columns = page.context["columns"]  # type: ignore[attr-defined]
    seen = "".join(f"&seen={column.key}.{column.fingerprint}" for column in columns)
    return browser.get(f"{BOARD}changed/{query}{seen}", headers=BESIDE)


def names(answer: object) -> list[str]:
    return [column.name for column in answer.context["changed"]]  # type: ignore[attr-defined]


def test_a_day_with_visits_breaks_closures_and_free_hours(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00")
    hold(cast, "13:00", visitor="somebody")
    Closure.objects.create(
        practitioner=cast.tomas,
        starts_at=local(TUESDAY, "9:00"),
        ends_at=local(TUESDAY, "16:00"),
        reason="Training",
    )

    assert on_board(board(desk)) == {
        "Priya Nair": [
            "free 9:00 am to 10:00 am",
            "Ana Lopez: Booked",
            "free 11:10 am to 12 noon",
            "free 12 noon to 1:00 pm",
            "A visitor of the website: Held until 7:10 am",
            "free 2:10 pm to 3:00 pm",
            "free 3:00 pm to 4:00 pm",
            "free 4:00 pm to 5:00 pm",
        ],
        "Tomas Costa": ["closure 9:00 am to 4:00 pm", "free 4:00 pm to 5:00 pm"],
    }
    assert "Closed: Training" in words(board(desk))


def test_overbooked_visits_stand_side_by_side_and_say_so(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00")
    desk_visit(cast, "10:00", person=BEN, overbooking_reason="In great pain")

    page = board(desk)

    priyas = page.context["columns"][0]
    assert [(each.words, each.lane, each.of_lanes, each.overbooked) for each in priyas.items][
        1:3
    ] == [("Ana Lopez", 0, 2, False), ("Ben Carter", 1, 2, True)]
    assert "Ben Carter Booked, overbooked , 10:00 to 11:00 am First visit Room 2" in words(page)


@pytest.mark.parametrize("query", ["", "&by=room"])
def test_a_visit_over_which_a_closure_falls_says_so(desk: Client, cast: Cast, query: str) -> None:
    anas = visit(cast, "10:00")
    visit(cast, "13:00", person=BEN)
    closure = Closure.objects.create(
        practitioner=cast.priya,
        starts_at=local(TUESDAY, "9:00"),
        ends_at=local(TUESDAY, "12:00"),
        reason="Training",
    )

    page = board(desk, f"?day={TUESDAY}{query}")

    items = [item for column in page.context["columns"] for item in column.items]
    assert {each.words: each.in_closure for each in items if each.kind == "visit"} == {
        "Ana Lopez": True,
        "Ben Carter": False,
    }
    assert "Booked, in a closure , 10:00 to 11:00 am" in words(page)
    told_beside = desk.get(f"{BOARD}visit/{anas.pk}/", headers=BESIDE)
    assert "Priya Nair closed: Training. The visit still stands." in words(told_beside)
    assert f"/admin/booking/closure/{closure.pk}/rearrange/" in told_beside.content.decode()


def test_a_closure_of_somebody_else_or_elsewhere_marks_no_visit(desk: Client, cast: Cast) -> None:
    anas = visit(cast, "10:00")
    for closed in ({"practitioner": cast.tomas}, {"location": cast.hilltop}):
        Closure.objects.create(
            starts_at=local(TUESDAY, "9:00"),
            ends_at=local(TUESDAY, "12:00"),
            reason="Training",
            **closed,
        )

    assert "in a closure" not in words(board(desk)).split("As of")[0]
    assert "closed: Training" not in panel(desk, anas)


@pytest.mark.parametrize(("minutes", "size"), [(15, "line"), (20, "short"), (40, "tall")])
def test_a_visit_shows_as_many_lines_as_it_has_room_for(
    desk: Client, cast: Cast, minutes: int, size: str
) -> None:
    desk_visit(cast, "10:00", service=make_service(cast.priya, length_minutes=minutes))

    [anas] = [each for each in board(desk).context["columns"][0].items if each.kind == "visit"]

    assert anas.size == size


def test_the_buffer_is_part_of_the_scale(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00")

    anas = board(desk).context["columns"][0].items[1]

    assert (anas.span.classes, anas.buffer.classes) == ("h1 m0 lh1 lm0", "h1 m0 lh1 lm10")


def test_the_board_has_no_inline_style_or_script(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00")

    page = board(desk).content.decode()

    assert "style=" not in page
    assert "<script>" not in page


def test_todays_line_stands_where_the_day_does(
    desk: Client, at_now: time_machine.Traveller
) -> None:
    at_now.move_to(local(TODAY, "10:25"))

    assert board(desk, "").context["now"]["span"].classes == "h1 m25 lh0 lm0"
    assert board(desk).context["now"] is None


def test_in_a_week_the_line_stands_in_todays_column(
    cast: Cast, at_now: time_machine.Traveller
) -> None:
    at_now.move_to(local(TUESDAY, "10:25"))

    page = board(desk_of(cast.dina), f"?week_of={cast.priya.pk}")

    assert page.context["now"]["column"] == f"p{cast.priya.pk}-20261124"
    assert page.content.decode().count('id="now"') == 1


def test_free_hours_that_have_passed_are_not_offered(
    desk: Client, at_now: time_machine.Traveller
) -> None:
    at_now.move_to(local(TODAY, "15:30"))

    assert on_board(board(desk, ""))["Priya Nair"] == [
        "free 3:00 pm to 4:00 pm",
        "free 4:00 pm to 5:00 pm",
    ]


@pytest.mark.parametrize(
    ("query", "headings"),
    [
        ("by=room", ["Room 1, Riverside", "Room 2, Riverside", "Room 1, Hilltop"]),
        ("by=location", ["Riverside", "Hilltop"]),
        ("by=practitioner", ["Priya Nair", "Tomas Costa"]),
    ],
)
def test_the_columns_can_be_chosen(desk: Client, query: str, headings: list[str]) -> None:
    assert sorted(on_board(board(desk, f"?day={TUESDAY}&{query}"))) == sorted(headings)


def test_one_location_and_a_week_of_one_practitioner(desk: Client, cast: Cast) -> None:
    assert on_board(board(desk, f"?day={TUESDAY}&location={cast.hilltop.pk}")) == {}
    assert list(on_board(board(desk, f"?day={TUESDAY}&week_of={cast.priya.pk}"))) == [
        "Mon 23 Nov",
        "Tue 24 Nov",
        "Wed 25 Nov",
        "Thu 26 Nov",
        "Fri 27 Nov",
    ]


def test_practitioners_see_their_own_day_first(cast: Cast) -> None:
    tomas = make_staff("tomas", "Tomas", "Costa", group="Practitioner")
    cast.tomas.user = tomas
    cast.tomas.save()

    assert list(on_board(board(desk_of(tomas)))) == ["Tomas Costa", "Priya Nair"]


@pytest.mark.parametrize(
    "query",
    [
        "?day=nonsense",
        "?day=0001-01-01",
        "?day=9999-12-31",
        "?by=moon",
        "?location=99999999999999999999",
        "?week_of=x",
        "?moving=",
        "?moving=99999999999999999999",
        "?moving=0",
        "?day=%00",
    ],
)
def test_what_is_not_in_the_diary_is_a_page_that_says_so(desk: Client, query: str) -> None:
    assert [board(desk, query).status_code, desk.get(f"{BOARD}changed/{query}").status_code] == [
        400,
        400,
    ]


def test_a_visit_opens_beside_the_board_or_as_a_page(desk: Client, cast: Cast) -> None:
    anas = visit(cast, "10:00")

    beside = desk.get(f"{BOARD}visit/{anas.pk}/", headers=BESIDE)
    alone = desk.get(f"{BOARD}visit/{anas.pk}/")

    assert "<html" not in beside.content.decode()
    assert "<html" in alone.content.decode()
    for page in (beside, alone):
        assert "Ana Lopez Close Booked Move Cancel this visit When Tuesday 24 November" in (
            words(page)
        )
        assert "Safety questions Not asked online" in words(page)


def test_marking_beside_the_board_tells_the_board_to_look(desk: Client, cast: Cast) -> None:
    anas = visit(cast, "10:00", day=TODAY)

    answer = press(desk, anas, "arrived", headers=BESIDE)

    assert answer["HX-Trigger"] == "diary-changed"
    assert f"Visit {anas.reference} is now “Arrived”." in words(answer)
    anas.refresh_from_db()
    assert anas.state == State.ARRIVED


def test_marking_without_scripts_leads_back_to_the_board(desk: Client, cast: Cast) -> None:
    anas = visit(cast, "10:00", day=TODAY)

    answer = press(desk, anas, "arrived", follow=True)

    assert answer.redirect_chain == [(f"{BOARD}?day={TODAY}#v{anas.pk}", 302)]
    assert told(answer) == [f"Visit {anas.reference} is now “Arrived”."]


def test_the_second_of_two_desks_is_told_what_the_first_did(desk: Client, cast: Cast) -> None:
    anas = visit(cast, "10:00", day=TODAY)
    scheduling.cancel(appointment=anas, by=cast.dina, now=NOW, reason="Flu")
    sentence = f"Visit {anas.reference} is “Cancelled” already: cancelled by Dina Farouk."

    beside = press(desk, anas, "arrived", headers=BESIDE)
    alone = press(desk, anas, "arrived", follow=True)

    assert sentence in words(beside)
    assert told(alone) == [sentence]
    anas.refresh_from_db()
    assert anas.state == State.CANCELLED


def test_a_mark_that_does_not_exist_is_not_found(desk: Client, cast: Cast) -> None:
    anas = visit(cast, "10:00")

    assert press(desk, anas, "nonsense").status_code == 404
    assert desk.get(f"{BOARD}visit/{anas.pk}/mark/arrived/").status_code == 405
    assert desk.get(f"{BOARD}visit/999999/").status_code == 404


def test_a_hold_can_be_looked_at_but_not_changed(desk: Client, cast: Cast) -> None:
    held = hold(cast, "10:00")

    assert panel(desk, held).startswith("A visitor of the website Close Held until 7:10 am When")


def test_only_the_column_that_changed_is_sent_again(desk: Client, cast: Cast) -> None:
    page = board(desk)

    assert names(changed(desk, page)) == []
    visit(cast, "10:00")
    answer = changed(desk, page)

    assert names(answer) == ["Priya Nair"]
    assert answer.content.decode().count('hx-swap-oob="true"') == 2  # type: ignore[attr-defined]
    assert not answer.has_header("HX-Refresh")  # type: ignore[attr-defined]


def test_a_hold_that_ran_out_is_a_change(
    desk: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    hold(cast, "10:00")
    page = board(desk)
    at_now.move_to(NOW + timedelta(minutes=10))

    assert names(changed(desk, page)) == ["Priya Nair"]


def test_when_somebody_stops_working_that_day_the_whole_board_is_loaded(
    desk: Client, cast: Cast
) -> None:
    page = board(desk)
    cast.tomas.working_hours.all().delete()

    answer = changed(desk, page)

    assert answer["HX-Refresh"] == "true"


def test_a_full_column_is_small_and_the_board_takes_few_queries(desk: Client, cast: Cast) -> None:
    make_big_day(cast, local(TUESDAY, "9:00"))
    board(desk)
    with CaptureQueriesContext(connection) as captured:
        page = board(desk)
    assert len(captured) <= 12
    assert len(page.context["columns"]) == 20
    scheduling.cancel(
        appointment=Appointment.objects.filter(practitioner=cast.priya)[0], by=cast.dina, now=NOW
    )

    answer = changed(desk, page)

    assert names(answer) == ["Priya Nair"]
    assert len(answer.content) <= 15_000  # type: ignore[attr-defined]


def test_who_may_look_and_who_may_act(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    addresses = ["", "changed/", f"visit/{anas.pk}/", "why/"]
    acting = ["book/", f"visit/{anas.pk}/move/"]
    editor = desk_of(make_staff("mei", "Mei", "Lindqvist", group="Editor"))
    priya = desk_of(make_staff("priya", "Priya", "Nair", group="Practitioner"))
    ben = desk_of(User.objects.create_user("ben"))

    def statuses(browser: Client) -> set[int]:
        return {browser.get(f"{BOARD}{each}").status_code for each in [*addresses, *acting]}

    assert statuses(editor) == {403}
    assert statuses(ben) == statuses(Client()) == {302}
    assert {priya.get(f"{BOARD}{each}").status_code for each in addresses} == {200}
    assert press(editor, anas, "arrived").status_code == 403
    assert editor.post(f"{BOARD}book/patients/", {"find": "ana"}).status_code == 403
    assert editor.post(f"{BOARD}book/fitting/").status_code == 403


def test_who_may_only_look_gets_no_buttons(cast: Cast) -> None:
    anas = visit(cast, "10:00", day=TODAY)
    reader = make_staff("rosa", "Rosa", "Reader", group="Editor")
    reader.user_permissions.add(Permission.objects.get(codename="view_appointment"))

    page = words(board(desk_of(reader), ""))
    beside = panel(desk_of(reader), anas)

    assert "Book with" not in page
    assert "Mark arrived" not in beside
    assert press(desk_of(reader), anas, "arrived").status_code == 403


def test_the_pages_are_kept_in_no_cache(desk: Client, cast: Cast) -> None:
    anas = visit(cast, "10:00")
    addresses = ["", "changed/", "book/", "why/", f"visit/{anas.pk}/"]

    kept = {desk.get(f"{BOARD}{each}")["Cache-Control"] for each in addresses}

    assert kept == {"no-store, private"}
