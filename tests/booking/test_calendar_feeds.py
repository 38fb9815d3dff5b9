"""A practitioner's own calendar: what it lists, who can open it, who makes and revokes it."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar
from pytest_django import Settings

from booking import calendar_feeds, scheduling, visit_links
from booking.calendar_feeds import initials
from booking.models import CalendarFeed, HouseRules, State
from content.models import Practitioner
from tests.booking.admin_steps import desk_of, told, words
from tests.booking.steps import desk_visit, hold, visit
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast, make_staff
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

FEEDS = "/admin/booking/calendarfeed/"
LEO = replace(ANA, dependant="Leo Lopez")


@pytest.fixture
def address(cast: Cast) -> str:
    """Of Priya's calendar."""
    return f"/calendars/{calendar_feeds.make(cast.priya, by=cast.dina, now=NOW)}.ics"


def entries(answer: Any) -> list[Any]:
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def shown(browser: Client, address: str) -> list[tuple[datetime, str, str]]:
    """When, whom and where, as one parser reads it; another one reads the same."""
    answer = browser.get(address)
    found = [
        (each["dtstart"].dt, str(each["summary"]), str(each["location"]))
        for each in entries(answer)
    ]
    again = IcsCalendarStream.calendar_from_ics(answer.content.decode()).events
    assert [(each.dtstart, each.summary, each.location) for each in again] == found
    return found


# What it lists.


def test_an_entry_says_whom_by_initials_where_and_when(
    client: Client, cast: Cast, address: str
) -> None:
    visit(cast, "9:00")

    assert shown(client, address) == [(local(TUESDAY, "9:00"), "A. L.", "Room 1, Riverside")]


def test_nothing_more_stands_in_an_entry(client: Client, cast: Cast, address: str) -> None:
    desk_visit(cast, "9:00", about="Sore shoulder")

    answer = client.get(address)

    assert [set(each.keys()) for each in entries(answer)] == [
        {"UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND"}
        | {"SUMMARY", "LOCATION", "STATUS", "CLASS"}
    ]
    text = answer.content.decode()
    for untold in ("Lopez", "Sore", "First visit", "ana@", "555"):
        assert untold not in text


def test_only_their_own_visits_are_listed(client: Client, cast: Cast, address: str) -> None:
    visit(cast, "9:00", practitioner=cast.tomas)
    visit(cast, "11:00", person=BEN)

    assert [who for _, who, _ in shown(client, address)] == ["B. C."]


def test_the_child_stands_for_itself(client: Client, cast: Cast, address: str) -> None:
    visit(cast, "9:00", person=LEO)

    assert shown(client, address)[0][1] == "L. L."


def test_holds_and_unproved_bookings_are_not_listed(
    client: Client, cast: Cast, address: str
) -> None:
    hold(cast, "9:00")
    HouseRules.objects.create(pk=1, address_proof="everyone")
    assert visit(cast, "11:00").state == State.UNPROVED

    assert shown(client, address) == []


def test_a_cancelled_visit_vanishes_and_a_moved_one_stays_itself(
    client: Client, cast: Cast, address: str
) -> None:
    off, moved = visit(cast, "9:00", person=BEN), visit(cast, "11:00")
    scheduling.cancel(appointment=off, by=cast.dina, now=NOW)
    scheduling.move(
        appointment=moved,
        practitioner=cast.priya,
        location=cast.riverside,
        start=local(TUESDAY, "14:00"),
        by=cast.dina,
        now=NOW,
    )

    assert [start for start, _, _ in shown(client, address)] == [local(TUESDAY, "14:00")]
    entry = entries(client.get(address))[0]
    assert (str(entry["uid"]).partition("@")[0], entry["sequence"]) == (moved.reference, 1)


def test_what_still_needs_a_look_is_tentative(client: Client, cast: Cast, address: str) -> None:
    visit(cast, "9:00")
    booked = visit(cast, "11:00")
    booked.state = State.NEEDS_REVIEW
    booked.save(by_scheduling=True)

    assert [str(each["status"]) for each in entries(client.get(address))] == [
        "CONFIRMED",
        "TENTATIVE",
    ]


def test_four_weeks_back_and_six_months_ahead(
    client: Client, cast: Cast, address: str, at_now: time_machine.Traveller
) -> None:
    visit(cast, "9:00")
    start = local(TUESDAY, "9:00")
    for moment, listed in (
        (start + timedelta(days=27), 1),
        (start + timedelta(days=29), 0),
        (start - timedelta(days=182), 1),
        (start - timedelta(days=184), 0),
    ):
        at_now.move_to(moment)
        assert len(entries(client.get(address))) == listed


def test_times_are_right_on_both_sides_of_a_change_of_the_clocks(
    client: Client, cast: Cast, address: str, at_now: time_machine.Traveller
) -> None:
    now = local("2027-03-01", "7:00")
    for day in ("2027-03-12", "2027-03-15"):
        desk_visit(cast, "9:00", day=day, now=now)
    at_now.move_to(now)

    assert [start for start, _, _ in shown(client, address)] == [
        local("2027-03-12", "9:00"),
        local("2027-03-15", "9:00"),
    ]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Ana Lopez", "A. L."),
        ("Ana María de la Cruz Lopez", "A. L."),
        ("Cher", "C."),
        ("élodie öz", "É. Ö."),
        ("Ana (Nana) Lopez", "A. L."),
        ("O'Neill-Smith, Ann", "O. A."),
        ("a\r\nBEGIN:VALARM b", "A. B."),
        ("李 小龍", "李. 小."),
        ("12 34", "Visit"),
        ("", "Visit"),
    ],
)
def test_initials(name: str, short: str) -> None:
    assert initials(name) == short


# Who can open it.


def test_only_the_hash_of_an_address_is_kept(cast: Cast) -> None:
    token = calendar_feeds.make(cast.priya, by=cast.dina, now=NOW)

    feed = CalendarFeed.objects.get()
    assert (feed.token_hash, feed.created_by) == (visit_links.hash_of(token), cast.dina)
    assert len(token) >= 43


def test_wrong_revoked_and_left_are_the_same_404(client: Client, cast: Cast, address: str) -> None:
    wrong = client.get("/calendars/wrong.ics")
    CalendarFeed.objects.update(revoked_at=NOW)
    revoked = client.get(address)
    CalendarFeed.objects.update(revoked_at=None)
    Practitioner.objects.filter(pk=cast.priya.pk).update(is_treating=False)
    left = client.get(address)

    assert [each.status_code for each in (wrong, revoked, left)] == [404] * 3
    assert wrong.content == revoked.content == left.content


def test_whose_login_is_ended_has_no_calendar_any_more(
    client: Client, cast: Cast, address: str, priya: User
) -> None:
    assert client.get(address).status_code == 200

    User.objects.filter(pk=priya.pk).update(is_active=False)

    assert client.get(address).status_code == 404


def test_who_tries_many_addresses_has_to_wait(
    client: Client, address: str, settings: Settings
) -> None:
    settings.ATTEMPT_LIMITS_ON = True
    tried = [client.get(f"/calendars/wrong-{n}.ics").status_code for n in range(21)]

    assert tried == [404] * 20 + [429]
    assert client.get(address).status_code == 200


def test_the_answer_is_kept_nowhere_and_goes_nowhere(client: Client, address: str) -> None:
    answer = client.get(address)

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "no-store, private"
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex")


def test_nothing_new_is_not_sent_again(client: Client, cast: Cast, address: str) -> None:
    etag = client.get(address)["ETag"]

    again = client.get(address, headers={"if-none-match": etag})
    visit(cast, "9:00")
    changed = client.get(address, headers={"if-none-match": etag})

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200


def test_reading_changes_nothing(client: Client, address: str) -> None:
    before = list(CalendarFeed.objects.values())

    for _ in range(3):
        client.get(address)
        client.head(address)

    assert list(CalendarFeed.objects.values()) == before
    assert client.post(address).status_code == 405


def test_however_many_visits_are_two_questions_to_the_database(
    client: Client, cast: Cast, address: str, django_assert_num_queries: Any
) -> None:
    for wall in ("9:00", "11:00", "13:00"):
        desk_visit(cast, wall)

    with django_assert_num_queries(2):
        assert len(entries(client.get(address))) == 3


# Making and revoking.


def made(answer: Any) -> str:
    """The path of the address on the page that answers its making."""
    found = re.search(r'value="(http[^"]+\.ics)"', unescape(answer.content.decode()))
    assert found
    return found[1].removeprefix("http://localhost")


def test_the_desk_makes_an_address_and_sees_it_once(cast: Cast) -> None:
    visit(cast, "9:00")
    desk = desk_of(cast.dina)

    address = made(desk.post(f"{FEEDS}make/{cast.priya.pk}/"))

    assert len(shown(Client(), address)) == 1
    assert ".ics" not in desk.get(FEEDS).content.decode()
    assert "by Dina Farouk" in words(desk.get(FEEDS))


def test_a_revoked_address_opens_nothing(cast: Cast, address: str) -> None:
    desk, feed = desk_of(cast.dina), CalendarFeed.objects.get()

    answer = desk.post(f"{FEEDS}{feed.pk}/revoke/", follow=True)

    assert told(answer) == ["That address of Priya Nair’s calendar no longer works."]
    assert Client().get(address).status_code == 404
    desk.post(f"{FEEDS}{feed.pk}/revoke/")
    feed.refresh_from_db()
    assert feed.revoked_at == NOW


def test_a_practitioner_has_their_own_and_no_other(cast: Cast, priya: User) -> None:
    browser = desk_of(priya)
    toms = calendar_feeds.make(cast.tomas, by=cast.dina, now=NOW)

    assert made(browser.post(f"{FEEDS}make/{cast.priya.pk}/"))
    page = words(browser.get(FEEDS))
    assert "Priya Nair" in page
    assert "Tomas Costa" not in page
    assert browser.post(f"{FEEDS}make/{cast.tomas.pk}/").status_code == 403
    other = CalendarFeed.objects.get(practitioner=cast.tomas)
    assert browser.post(f"{FEEDS}{other.pk}/revoke/").status_code == 403
    assert Client().get(f"/calendars/{toms}.ics").status_code == 200


def test_who_has_no_calendar_sees_no_calendars(cast: Cast, address: str) -> None:
    editor = desk_of(make_staff("mei", "Mei", "Lindqvist", group="Editor"))
    feed = CalendarFeed.objects.get()

    assert [
        editor.get(FEEDS).status_code,
        editor.post(f"{FEEDS}make/{cast.priya.pk}/").status_code,
        editor.post(f"{FEEDS}{feed.pk}/revoke/").status_code,
    ] == [403, 403, 403]
    assert Client().get(FEEDS).status_code == 302


def test_addresses_that_lead_elsewhere(cast: Cast, address: str) -> None:
    desk, feed = desk_of(cast.dina), CalendarFeed.objects.get()

    assert desk.get(f"{FEEDS}{feed.pk}/change/")["Location"] == FEEDS
    assert desk.get(f"{FEEDS}{feed.pk}/history/")["Location"] == FEEDS
    assert desk.post(f"{FEEDS}999999/revoke/").status_code == 404
    assert desk.post(f"{FEEDS}make/999999/").status_code == 403
    assert desk.get(f"{FEEDS}make/{cast.priya.pk}/").status_code == 405
