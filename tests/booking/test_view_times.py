import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from booking.models import Appointment, Closure, State
from tests.booking.pages import free_times, take, text_of
from tests.cast import ANA, NOW, TUESDAY, Cast
from tests.content.pages import parsed
from tests.factories import (
    local,
    make_booking,
    make_hours,
    make_location,
    make_practitioner,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

NINE = local(TUESDAY, "9:00")


def test_the_page_opens_on_the_first_day_that_has_a_free_time(client: Client, cast: Cast) -> None:
    Closure.objects.create(
        location=cast.riverside,
        starts_at=local("2026-11-23", "0:00"),
        ends_at=local("2026-12-03", "0:00"),
        reason="Flood",
    )

    answer = client.get("/book/first-visit/")

    assert answer.status_code == 200
    assert answer.context["days"][0].date.isoformat() == "2026-12-03"
    assert free_times(answer)[0] == "2026-12-03T16:00Z at riverside"


def test_each_free_time_is_a_button_named_by_its_time(client: Client, cast: Cast) -> None:
    page = text_of(client.get("/book/first-visit/?from=2026-11-24"))

    assert 'name="time" value="2026-11-24T16:00Z at riverside"' in page
    assert "Tuesday" in page
    assert "9:00 am" in page
    assert "Edmonton time" in page


def test_every_week_and_filter_has_one_address_for_search_engines(
    client: Client, cast: Cast
) -> None:
    page = parsed(client.get("/book/first-visit/?from=2026-11-24&practitioner=priya-nair"))

    assert page.canonical == "http://localhost/book/first-visit/"
    assert page.meta["description"] == "Free times for First visit at Rowan Street Physiotherapy."


def test_a_day_says_how_many_times_it_has(client: Client, cast: Cast) -> None:
    answer = client.get("/book/first-visit/?from=2026-11-23")

    # 9:00 to 16:00, every half hour; on Monday two hours' notice leave out nothing after 9.
    assert [len(day.times) for day in answer.context["days"]] == [15, 15, 15, 15, 15, 0, 0]
    assert "15 times" in text_of(answer)


def test_the_page_can_be_narrowed_to_a_practitioner(client: Client, cast: Cast) -> None:
    make_booking(cast.first_visit, cast.priya, cast.riverside, NINE, person=ANA, now=NOW)

    anyone = free_times(client.get("/book/first-visit/?from=2026-11-24"))
    priya = free_times(client.get("/book/first-visit/?from=2026-11-24&practitioner=priya-nair"))

    assert "2026-11-24T16:00Z at riverside" in anyone
    assert "2026-11-24T16:00Z at riverside" not in priya
    assert "2026-11-24T17:30Z at riverside" in priya


def test_the_page_can_be_narrowed_to_a_location(client: Client, cast: Cast) -> None:
    make_hours(cast.priya, cast.hilltop, weekdays=(5,))

    hilltop = free_times(client.get("/book/first-visit/?from=2026-11-24&location=hilltop"))

    assert {key.partition(" at ")[2] for key in hilltop} == {"hilltop"}


def test_a_week_without_times_says_so_and_leads_to_the_first_one(
    client: Client, cast: Cast
) -> None:
    Closure.objects.create(
        starts_at=local("2026-11-23", "0:00"), ends_at=local("2026-12-03", "0:00"), reason="Flood"
    )

    answer = client.get("/book/first-visit/?from=2026-11-24")

    assert free_times(answer) == []
    assert answer.context["first_url"] == "/book/first-visit/?from=2026-12-03"
    assert "There is no free time in these seven days" in text_of(answer)


def status_of(answer) -> str:
    """What a screen reader says after the week was fetched in place."""
    found = re.search('<p id="week-status"[^>]*role="status">([^<]+)</p>', text_of(answer))
    assert found
    return found[1]


def test_a_filter_says_how_many_free_times_the_week_has(client: Client, cast: Cast) -> None:
    make_hours(cast.priya, cast.hilltop, weekdays=(5,), starts_at="9:00", ends_at="10:00")
    week = "/book/first-visit/?from=2026-11-23"

    assert status_of(client.get(week)) == "23 to 29 November 2026: 76 free times"
    assert status_of(client.get(f"{week}&location=hilltop")) == (
        "23 to 29 November 2026: 1 free time"
    )


def test_a_filter_that_leaves_no_free_time_says_when_the_first_one_is(
    client: Client, cast: Cast
) -> None:
    Closure.objects.create(
        practitioner=cast.priya,
        starts_at=local("2026-11-23", "0:00"),
        ends_at=local("2026-12-01", "0:00"),
        reason="Holiday",
    )

    answer = client.get("/book/first-visit/?from=2026-11-23&practitioner=priya-nair")

    assert status_of(answer) == (
        "23 to 29 November 2026: no free time. "
        "The first is on Tuesday 1 December 2026, 9:00 am (Edmonton time)"
    )


def test_where_nothing_is_free_that_is_said_too(client: Client, cast: Cast) -> None:
    Closure.objects.create(
        starts_at=NOW, ends_at=NOW + timedelta(days=100), reason="The roof has to be renewed"
    )

    assert status_of(client.get("/book/first-visit/")) == (
        "23 to 29 November 2026: no free time that fits your choice"
    )


def test_a_clinic_without_any_free_time_asks_to_phone(client: Client, cast: Cast) -> None:
    Closure.objects.create(
        starts_at=NOW, ends_at=NOW + timedelta(days=100), reason="The roof has to be renewed"
    )

    page = text_of(client.get("/book/first-visit/"))

    assert "There is no free time to book online" in page
    assert "(780) 555-0140" in page
    assert "roof" not in page


def test_weeks_before_today_and_after_the_horizon_are_not_offered(
    client: Client, cast: Cast
) -> None:
    this_week = client.get("/book/first-visit/?from=2026-11-23")
    last_week = client.get("/book/first-visit/?from=2999-01-01")

    assert this_week.context["earlier"] == ""
    assert this_week.context["later"] == "/book/first-visit/?from=2026-11-30"
    assert last_week.context["later"] == ""
    assert last_week.status_code == 200


@pytest.mark.parametrize(
    ("asked", "shown", "earlier"),
    [("2026-11-20", "2026-11-23", ""), ("2026-11-26", "2026-11-26", "2026-11-23")],
)
def test_a_day_that_is_past_is_never_shown(
    client: Client, cast: Cast, asked: str, shown: str, earlier: str
) -> None:
    answer = client.get(f"/book/first-visit/?from={asked}")

    assert answer.context["days"][0].date.isoformat() == shown
    assert answer.context["earlier"].partition("from=")[2] == earlier


@pytest.mark.parametrize(
    "query",
    ["from=2026-13-45", "from=yesterday", "practitioner=nobody", "location=1", "from=%E2%80%AE"],
)
def test_an_address_that_cannot_be_read_still_shows_the_times(
    client: Client, cast: Cast, query: str
) -> None:
    answer = client.get(f"/book/first-visit/?{query}")

    assert answer.status_code == 400
    assert len(free_times(answer)) == 75
    assert "We could not read that address" in text_of(answer)
    assert parsed(answer).title.startswith("Error: First visit: free times")


def test_a_choice_that_does_not_fit_the_visit_has_its_sentence(client: Client, cast: Cast) -> None:
    page = text_of(client.get("/book/first-visit/?practitioner=nobody"))

    assert "Choose somebody from the list for this visit." in page
    assert "nobody is not one" not in page


def test_who_comes_from_somebody_who_does_not_give_this_visit_sees_every_time(
    client: Client, cast: Cast
) -> None:
    make_practitioner("Mei Lindqvist")

    answer = client.get("/book/first-visit/?practitioner=mei-lindqvist")

    assert answer.status_code == 200
    assert len(free_times(answer)) == 75
    assert (
        "Mei Lindqvist cannot be booked online for this visit, so here are the times with anyone "
        "else."
    ) in text_of(answer)
    assert answer.context["filters"]["practitioner"].value() is None


def test_somebody_without_hours_is_passed_over_and_the_place_still_counts(
    client: Client, cast: Cast
) -> None:
    cast.first_visit.practitioners.add(make_practitioner("Mei Lindqvist"))
    make_hours(cast.priya, cast.hilltop, weekdays=(5,))
    query = "?practitioner=mei-lindqvist&location=hilltop&from=2026-11-23"

    answer = client.get(f"/book/first-visit/{query}")

    assert {key.partition(" at ")[2] for key in free_times(answer)} == {"hilltop"}
    take(client, cast.first_visit, local("2026-11-28", "9:00"), cast.hilltop, query)
    assert Appointment.objects.get().practitioner == cast.priya


def test_who_comes_from_a_place_without_this_visit_sees_the_times_elsewhere(
    client: Client, cast: Cast
) -> None:
    answer = client.get("/book/first-visit/?location=hilltop")

    assert answer.status_code == 200
    assert len(free_times(answer)) == 75
    assert (
        "This visit cannot be booked online at Hilltop, so here are the times at any other "
        "location."
    ) in text_of(answer)


def test_who_has_left_or_is_closed_cannot_be_read_from_an_address(
    client: Client, cast: Cast
) -> None:
    make_practitioner("Gone Away", is_treating=False)
    make_location("Closed Down", is_open=False)

    for query in ("practitioner=gone-away", "location=closed-down"):
        assert client.get(f"/book/first-visit/?{query}").status_code == 400


@pytest.mark.parametrize("path", ["nothing", "12345678901234567890", "first-visit%00"])
def test_an_unknown_service_is_not_found(client: Client, cast: Cast, path: str) -> None:
    assert client.get(f"/book/{path}/").status_code in {400, 404}


def test_taking_a_time_holds_it_for_ten_minutes(client: Client, cast: Cast) -> None:
    answer = take(client, cast.first_visit, NINE, cast.riverside)

    assert (answer.status_code, answer["Location"]) == (303, "/book/details/")
    hold = Appointment.objects.get()
    assert (hold.state, hold.starts_at) == (State.HELD, NINE)
    assert hold.hold_expires_at == NOW + timedelta(minutes=10)


def test_a_held_time_is_not_offered_to_anybody_else(client: Client, cast: Cast) -> None:
    for _ in range(2):  # both practitioners
        take(Client(), cast.first_visit, NINE, cast.riverside)

    assert "2026-11-24T16:00Z at riverside" not in free_times(
        client.get("/book/first-visit/?from=2026-11-24")
    )


def test_a_chosen_practitioner_is_kept(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside, "?practitioner=tomas-costa")

    assert Appointment.objects.get().practitioner == cast.tomas


def test_a_visitor_holds_one_time_only(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    take(client, cast.first_visit, local(TUESDAY, "14:00"), cast.riverside)

    assert [hold.starts_at for hold in Appointment.objects.all()] == [local(TUESDAY, "14:00")]


def test_a_lost_time_answers_409_with_the_nearest_free_ones(client: Client, cast: Cast) -> None:
    for _ in range(2):
        take(Client(), cast.first_visit, NINE, cast.riverside)

    answer = take(client, cast.first_visit, NINE, cast.riverside)

    assert answer.status_code == 409
    lost = "Tuesday 24 November 2026, 9:00 am (Edmonton time) cannot be booked any more"
    assert lost in text_of(answer)
    nearest = [time.start for time in answer.context["nearest"]]
    assert nearest == [
        local(TUESDAY, "10:30"),
        local(TUESDAY, "11:00"),
        local(TUESDAY, "11:30"),
        local(TUESDAY, "12:00"),
    ]


def test_after_a_lost_time_the_wish_and_the_condition_are_kept(client: Client, cast: Cast) -> None:
    wish = "?practitioner=priya-nair&about=neck-pain"
    take(Client(), cast.first_visit, NINE, cast.riverside, wish)

    page = take(client, cast.first_visit, NINE, cast.riverside, wish)

    assert page.status_code == 409
    assert f'action="/book/first-visit/{escape(wish)}"' in text_of(page)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "2026-11-24T16:00Z",
        "2026-11-24T16:00Z at nowhere",
        "2026-13-45T99:99Z at riverside",
        "0001-01-01T00:00Z at riverside",
        "9999-12-31T23:59Z at riverside",
        "٢٠٢٦-11-24T16:00Z at riverside",
        "2026-11-24T16:00Z at riverside\x00",
        "99999999999999999999",
    ],
)
def test_a_time_that_cannot_be_read_gets_a_sentence_and_400(
    client: Client, cast: Cast, key: str
) -> None:
    answer = client.post("/book/first-visit/", {"time": key})

    assert answer.status_code == 400
    assert "Choose one of the times on this page" in text_of(answer)
    assert not Appointment.objects.exists()


def test_a_past_time_is_lost_not_booked(client: Client, cast: Cast) -> None:
    answer = take(client, cast.first_visit, local("2026-11-20", "9:00"), cast.riverside)

    assert answer.status_code == 409
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("practitioners", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_clinic(
    client: Client,
    cast: Cast,
    practitioners: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(practitioners):
        practitioner = make_practitioner(f"Practitioner {number}")
        cast.first_visit.practitioners.add(practitioner)
        make_hours(practitioner, cast.hilltop)

    with django_assert_num_queries(7):
        client.get("/book/first-visit/")
