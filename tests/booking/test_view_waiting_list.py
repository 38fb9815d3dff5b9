"""/waiting-list/: joining it, how it goes on, and leaving it."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import escape
from pytest_django import Settings

from booking import scheduling, visit_links
from booking.models import Appointment, Message, Patient, WaitingEntry
from tests.booking.linked import hidden_in, link_to, shows
from tests.booking.pages import give_details, take, text_of
from tests.booking.steps import visit
from tests.booking.wishes import wait, wait_for_earlier
from tests.cast import ANA, NOW, TUESDAY, Cast
from tests.factories import local, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

NINE = local(TUESDAY, "9:00")
FOR_FIRST_VISIT = "/waiting-list/?service=first-visit"
WISH = {
    "practitioner": "priya-nair",
    "location": "riverside",
    "weekdays": ["1", "3"],
    "earliest": "09:00",
    "latest": "12:00",
    "until": "2026-12-04",
}
ANYTHING = {"practitioner": "", "location": "", "earliest": "", "latest": ""}
WHO = {
    "for_whom": "self",
    "patient_name": "",
    "name": "Ana Lopez",
    "email": "ana@example.com",
    "phone": "780 555 0150",
    "privacy_acknowledged": "on",
}


def browser_of(thing: visit_links.Opened) -> Client:
    """A browser in which the link in the letter has been opened."""
    browser = Client()
    open_letter(browser, thing)
    return browser


def open_letter(browser: Client, thing: visit_links.Opened) -> None:
    browser.get(link_to(thing, expires_at=NOW + timedelta(days=60)))


def filled_in(page: Any) -> dict[str, Any]:
    """What the fields of the wish hold."""
    return {field.name: field.value() for field in page.context["form"]}


@pytest.fixture
def anas(cast: Cast) -> Appointment:
    return visit(cast, "14:00")


# Without a visit


def test_the_page_of_times_leads_here(client: Client, cast: Cast) -> None:
    page = text_of(client.get("/book/first-visit/"))

    assert 'href="/waiting-list/?service=first-visit"' in page


def test_the_person_and_the_place_chosen_there_are_chosen_here(client: Client, cast: Cast) -> None:
    chosen = "practitioner=priya-nair&location=riverside"

    page = client.get(f"/book/first-visit/?{chosen}&from=2026-11-23")

    address = f"/waiting-list/?service=first-visit&{chosen}"
    assert f'href="{escape(address)}"' in text_of(page)
    form = client.get(address).context["form"]
    assert (form["practitioner"].value(), form["location"].value()) == ("priya-nair", "riverside")
    assert '<option value="priya-nair" selected>' in text_of(client.get(address))


def test_who_lost_a_time_joins_without_typing_or_choosing_anything_again(
    client: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside, "?practitioner=priya-nair")
    give_details(client, for_whom="other", patient_name="Leo Lopez")
    at_now.move_to(NOW + timedelta(minutes=11))
    take(Client(), cast.first_visit, NINE, cast.riverside, "?practitioner=priya-nair")

    lost = client.get("/book/check/")

    address = f"{FOR_FIRST_VISIT}&practitioner=priya-nair"
    assert f'href="{escape(address)}"' in text_of(lost)
    filled = filled_in(client.get(address))
    assert {name: filled[name] for name in (*WHO, "practitioner")} == WHO | {
        "for_whom": "other",
        "patient_name": "Leo Lopez",
        "privacy_acknowledged": None,
        "practitioner": "priya-nair",
    }


@pytest.mark.parametrize("query", ["practitioner=nobody", "location=%E2%80%AE"])
def test_a_choice_that_is_not_on_the_list_is_left_open(
    client: Client, cast: Cast, query: str
) -> None:
    page = client.get(f"{FOR_FIRST_VISIT}&{query}")

    assert page.status_code == 200
    assert set(re.findall('<option value="([^"]*)" selected>', text_of(page))) == {""}


def test_ben_does_not_find_what_ana_typed(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)

    assert filled_in(Client().get(FOR_FIRST_VISIT))["name"] is None


def test_joining_without_a_visit(client: Client, cast: Cast) -> None:
    answer = client.post(FOR_FIRST_VISIT, WISH | WHO)

    assert (answer.status_code, answer["Location"]) == (303, "/waiting-list/joined/")
    entry = WaitingEntry.objects.get()
    assert (entry.patient.name, entry.service, entry.appointment) == (
        "Ana Lopez",
        cast.first_visit,
        None,
    )
    assert (entry.practitioner, entry.location, entry.weekdays) == (
        cast.priya,
        cast.riverside,
        [1, 3],
    )
    assert (entry.earliest, entry.latest, entry.until) == (time(9), time(12), date(2026, 12, 4))
    assert [(letter.kind, letter.to) for letter in Message.objects.all()] == [
        ("waiting", "ana@example.com")
    ]
    assert "You are on the list" in text_of(client.get("/waiting-list/joined/"))


def test_what_is_left_empty_does_not_matter(client: Client, cast: Cast) -> None:
    client.post(FOR_FIRST_VISIT, ANYTHING | WHO | {"until": "2026-12-04"})

    entry = WaitingEntry.objects.get()
    assert (entry.practitioner, entry.location, entry.weekdays) == (None, None, [])
    assert (entry.earliest, entry.latest) == (None, None)


def test_joining_for_a_child(client: Client, cast: Cast) -> None:
    client.post(FOR_FIRST_VISIT, WISH | WHO | {"for_whom": "other", "patient_name": "Leo Lopez"})

    patient = WaitingEntry.objects.get().patient
    assert (patient.name, patient.correspondent.name) == ("Leo Lopez", "Ana Lopez")


def test_the_form_starts_with_four_weeks(client: Client, cast: Cast) -> None:
    form = client.get(FOR_FIRST_VISIT).context["form"]

    assert form["until"].value() == date(2026, 12, 21)
    assert [name for _, name in form.fields["practitioner"].choices] == [
        "Anyone",
        "Priya Nair",
        "Tomas Costa",
    ]


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"until": ""}, "until", "Choose the last day that suits you."),
        ({"until": "soon"}, "until", "Enter a date, such as 2026-12-24."),
        (
            {"until": "2026-11-22"},
            "until",
            "Choose a day from today to Friday 22 January 2027.",
        ),
        (
            {"until": "2027-01-23"},
            "until",
            "Choose a day from today to Friday 22 January 2027.",
        ),
        ({"latest": "09:00"}, "latest", "The latest start has to be later than the earliest."),
        ({"earliest": "dawn"}, "earliest", "Enter a time, such as 9:30 am or 14:30."),
        (
            {"weekdays": ["7"]},
            "weekdays",
            "Select a valid choice. 7 is not one of the available choices.",
        ),
        (
            {"practitioner": "nobody"},
            "practitioner",
            "Select a valid choice. nobody is not one of the available choices.",
        ),
        ({"name": ""}, "name", "Enter your name."),
        ({"privacy_acknowledged": ""}, "privacy_acknowledged", None),
    ],
)
def test_what_cannot_be_read_is_said_beside_it(
    client: Client, cast: Cast, wrong: dict[str, Any], field: str, sentence: str | None
) -> None:
    answer = client.post(FOR_FIRST_VISIT, WISH | WHO | wrong)

    assert answer.status_code == 400
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert sentence is None or errors[field] == [sentence]
    assert not WaitingEntry.objects.exists()
    assert not Patient.objects.exists()


def test_nobody_learns_who_is_known(client: Client, cast: Cast) -> None:
    visit(cast, "10:00")
    known = Client().post(FOR_FIRST_VISIT, WISH | WHO)
    unknown = Client().post(FOR_FIRST_VISIT, WISH | WHO | {"email": "nobody@example.com"})

    assert (known.status_code, known.content, known.headers.items()) == (
        unknown.status_code,
        unknown.content,
        unknown.headers.items(),
    )


def test_nobody_learns_who_is_on_the_list_as_often_as_one_can_be(
    client: Client, cast: Cast
) -> None:
    for weekday in range(3):
        wait(cast, weekdays=[weekday])

    answer = client.post(FOR_FIRST_VISIT, WISH | WHO)

    assert (answer.status_code, answer["Location"]) == (303, "/waiting-list/joined/")
    assert WaitingEntry.objects.count() == 3


def test_after_five_in_an_hour_the_network_has_to_wait(
    client: Client, cast: Cast, settings: Settings
) -> None:
    settings.ATTEMPT_LIMITS_ON = True
    people = [WISH | WHO | {"email": f"p{number}@example.com"} for number in range(6)]

    statuses = [client.post(FOR_FIRST_VISIT, person).status_code for person in people]

    assert statuses == [303] * 5 + [429]
    assert WaitingEntry.objects.count() == 5


def test_after_five_in_an_hour_an_address_is_left_alone_by_every_network(
    client: Client, cast: Cast, settings: Settings
) -> None:
    settings.ATTEMPT_LIMITS_ON = True
    people = [
        (f"203.0.113.{number}", WISH | WHO | {"name": f"Ana {word}"})
        for number, word in enumerate(["One", "Two", "Three", "Four", "Five", "Six"])
    ]

    answers = [
        client.post(FOR_FIRST_VISIT, person, REMOTE_ADDR=network) for network, person in people
    ]

    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert WaitingEntry.objects.count() == 5


def test_what_cannot_be_booked_online_has_no_list_here(client: Client, cast: Cast) -> None:
    make_service(cast.priya, slug="by-phone-only", online=False)

    assert client.get("/waiting-list/?service=by-phone-only").status_code == 404
    assert client.get("/waiting-list/?service=nothing").status_code == 404


def test_without_visit_and_service_one_chooses_a_service_first(client: Client, cast: Cast) -> None:
    answer = client.get("/waiting-list/")

    assert (answer.status_code, answer["Location"]) == (303, "/book/")


# From one's own visit


def test_where_nothing_earlier_is_possible_any_more_nobody_is_led_here(
    anas: Appointment, at_now: time_machine.Traveller
) -> None:
    at_now.move_to(anas.starts_at - timedelta(hours=2))
    browser = browser_of(anas)

    assert "Your visit</h1>" in text_of(browser.get("/visit/"))
    assert "/waiting-list/" not in text_of(browser.get("/visit/"))
    assert browser.get("/waiting-list/")["Location"] == "/visit/"


def test_the_page_of_the_visit_leads_here(anas: Appointment) -> None:
    page = text_of(browser_of(anas).get("/visit/"))

    assert 'href="/waiting-list/"' in page


def test_joining_from_a_visit_asks_for_nothing_that_is_known(anas: Appointment) -> None:
    browser = browser_of(anas)

    form = browser.get("/waiting-list/").context["form"]
    assert list(form.fields) == [
        "practitioner",
        "location",
        "weekdays",
        "earliest",
        "latest",
        "until",
    ]
    assert form["until"].value() == date(2026, 11, 24)
    answer = browser.post("/waiting-list/", WISH | shows(anas) | {"until": "2026-11-24"})

    assert (answer.status_code, answer["Location"]) == (303, "/waiting-list/joined/")
    entry = WaitingEntry.objects.get()
    assert (entry.patient, entry.appointment, entry.until) == (
        anas.patient,
        anas,
        date(2026, 11, 24),
    )


def test_who_is_on_the_list_is_told_so_and_changes_what_was_asked_for(
    anas: Appointment, cast: Cast
) -> None:
    wanted = WISH | {"until": "2026-11-24"}
    browser = browser_of(anas)
    browser.post("/waiting-list/", wanted | shows(anas))

    page = text_of(browser.get("/visit/"))
    assert "You are on the list for an earlier time." in page
    assert '<a href="/waiting-list/">Change what suits you</a>' in page
    assert "Would an earlier time suit you better?" not in page
    answer = browser.get("/waiting-list/")
    assert "<h1>Change what suits you</h1>" in text_of(answer)
    assert filled_in(answer) == {
        "practitioner": "priya-nair",
        "location": "riverside",
        "weekdays": [1, 3],
        "earliest": time(9),
        "latest": time(12),
        "until": date(2026, 11, 24),
    }

    browser.post("/waiting-list/", filled_in(answer) | hidden_in(answer) | {"latest": "13:00"})

    entry = WaitingEntry.objects.get()
    assert (entry.practitioner, entry.weekdays) == (cast.priya, [1, 3])
    assert (entry.earliest, entry.latest) == (time(9), time(13))


def test_what_did_not_matter_still_does_not(anas: Appointment) -> None:
    browser = browser_of(anas)
    browser.post("/waiting-list/", ANYTHING | {"until": "2026-11-23"} | shows(anas))

    assert filled_in(browser.get("/waiting-list/")) == {
        "practitioner": "",
        "location": "",
        "weekdays": [],
        "earliest": None,
        "latest": None,
        "until": date(2026, 11, 23),
    }


def test_after_the_visit_came_nearer_its_day_is_the_last_that_is_wished(
    anas: Appointment, cast: Cast
) -> None:
    wait_for_earlier(anas, until=date(2026, 12, 7))

    form = browser_of(anas).get("/waiting-list/").context["form"]

    assert form["until"].value() == date(2026, 11, 24)


@pytest.mark.parametrize("state", ["withdrawn", "fulfilled", "ended", "stopped"])
def test_a_wish_that_is_over_is_not_taken_up_again(anas: Appointment, state: str) -> None:
    wait_for_earlier(anas, weekdays=[1], until=date(2026, 11, 23))
    WaitingEntry.objects.update(state=state)
    browser = browser_of(anas)

    assert "Would an earlier time suit you better?" in text_of(browser.get("/visit/"))
    form = browser.get("/waiting-list/").context["form"]
    assert form.initial == {"until": date(2026, 11, 24)}


def test_the_wish_for_one_visit_is_not_shown_for_another(anas: Appointment, cast: Cast) -> None:
    wait_for_earlier(anas, weekdays=[1], until=date(2026, 11, 23))
    browser = browser_of(visit(cast, "10:00", day="2026-12-04"))

    assert "Would an earlier time suit you better?" in text_of(browser.get("/visit/"))
    form = browser.get("/waiting-list/").context["form"]
    assert form.initial == {"until": date(2026, 12, 4)}


def test_nothing_is_earlier_than_the_day_of_the_visit(anas: Appointment) -> None:
    answer = browser_of(anas).post("/waiting-list/", WISH | shows(anas))

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["until"]


def test_a_wish_for_one_visit_is_none_for_another_that_was_opened_since(
    anas: Appointment, cast: Cast
) -> None:
    browser = browser_of(anas)
    first_tab = hidden_in(browser.get("/waiting-list/"))
    another = visit(cast, "10:00", day="2026-12-04")
    open_letter(browser, another)

    answer = browser.post("/waiting-list/", WISH | first_tab)

    assert answer.status_code == 409
    assert "You opened another visit meanwhile: this one. Nothing was changed." in text_of(answer)
    assert another.reference in text_of(answer)
    assert not WaitingEntry.objects.exists()
    browser.post("/waiting-list/", WISH | hidden_in(browser.get("/waiting-list/")))
    assert WaitingEntry.objects.get().appointment == another


def test_a_visit_that_is_off_leads_back_to_its_page(anas: Appointment) -> None:
    scheduling.cancel(appointment=anas, by=None, now=NOW)
    browser = browser_of(anas)

    for answer in (
        browser.get("/waiting-list/"),
        browser.post("/waiting-list/", WISH | shows(anas)),
    ):
        assert (answer.status_code, answer["Location"]) == (303, "/visit/")
    assert not WaitingEntry.objects.exists()


def test_a_visit_that_has_begun_leads_back_to_its_page(anas: Appointment, at_now: Any) -> None:
    at_now.move_to(local(TUESDAY, "14:00"))

    assert browser_of(anas).get("/waiting-list/")["Location"] == "/visit/"


# The wish itself


def test_the_wish_is_shown_to_who_has_its_link(anas: Appointment, cast: Cast) -> None:
    entry = wait_for_earlier(
        anas, practitioner=cast.tomas, weekdays=[3, 1], earliest=time(9), latest=time(12)
    )

    page = text_of(browser_of(entry).get("/waiting-list/mine/"))

    assert "Tuesday, Thursday" in page
    assert "From 9:00 am until 12 noon (Edmonton time)" in page
    assert "Tomas Costa" in page
    assert "Tuesday 24 November 2026, 2:00 pm (Edmonton time)" in page
    assert "ana@example.com" not in page


def test_leaving_the_list(cast: Cast) -> None:
    entry = wait(cast)
    browser = browser_of(entry)

    for _ in range(2):
        answer = browser.post("/waiting-list/mine/", shows(entry))
        assert (answer.status_code, answer["Location"]) == (303, "/waiting-list/mine/")

    entry.refresh_from_db()
    assert entry.state == WaitingEntry.State.WITHDRAWN
    assert "You are off the list" in text_of(browser.get("/waiting-list/mine/"))


def test_leaving_with_one_wish_keeps_another_that_was_opened_since(cast: Cast) -> None:
    first, second = wait(cast), wait(cast, until=date(2026, 12, 3))
    browser = browser_of(first)
    first_tab = hidden_in(browser.get("/waiting-list/mine/"))
    open_letter(browser, second)

    answer = browser.post("/waiting-list/mine/", first_tab)

    assert answer.status_code == 409
    assert "You opened another wish meanwhile: this one. Nothing was changed." in text_of(answer)
    assert "Thursday 3 December 2026" in text_of(answer)
    browser.post("/waiting-list/mine/", hidden_in(browser.get("/waiting-list/mine/")))
    entries = WaitingEntry.objects.order_by("pk")
    assert [each.state for each in entries] == ["waiting", "withdrawn"]


@pytest.mark.parametrize(
    ("state", "heading"),
    [
        ("fulfilled", "You have a time"),
        ("ended", "You are off the list"),
        ("stopped", "You are off the list"),
    ],
)
def test_a_wish_that_is_over_says_why(cast: Cast, state: str, heading: str) -> None:
    entry = wait(cast)
    WaitingEntry.objects.update(state=state)

    assert f"<h1>{heading}</h1>" in text_of(browser_of(entry).get("/waiting-list/mine/"))


def test_without_the_link_nothing_is_shown_or_changed(client: Client, cast: Cast) -> None:
    entry = wait(cast)

    assert client.get("/waiting-list/mine/").status_code == 404
    assert client.post("/waiting-list/mine/").status_code == 404
    entry.refresh_from_db()
    assert entry.state == WaitingEntry.State.WAITING


def test_looking_changes_nothing(cast: Cast) -> None:
    browser = browser_of(wait(cast))
    before = list(WaitingEntry.objects.values())

    for path in ("/waiting-list/mine/", "/waiting-list/joined/", FOR_FIRST_VISIT):
        assert browser.get(path).status_code == 200
        assert browser.head(path).status_code == 200

    assert list(WaitingEntry.objects.values()) == before


def test_the_pages_are_kept_in_no_cache_and_no_search_engine(cast: Cast) -> None:
    answer = browser_of(wait(cast)).get("/waiting-list/mine/")

    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Robots-Tag"] == "noindex"


def test_a_name_is_kept_as_it_was_on_file(client: Client, cast: Cast) -> None:
    visit(cast, "10:00")
    client.post(FOR_FIRST_VISIT, WISH | WHO | {"phone": "780 555 0199"})

    patient = Patient.objects.get()
    assert (patient.name, patient.phone.as_e164) == (ANA.name, ANA.phone)
    assert patient.created_at == datetime(2026, 11, 23, 14, tzinfo=UTC)
