"""“Priya is sick today” at the desk, by keyboard alone: from the diary board to the phone list."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from booking.models import Appointment, Closure, Message, Rearrangement, SlotOffer, State
from booking.registration import Person
from tests.booking.diary_steps import BOARD
from tests.booking.linked import link_to
from tests.booking.steps import desk_visit
from tests.browser.accessibility import assert_accessible
from tests.browser.keyboard import press, tab_to
from tests.cast import ANA, Cast
from tests.factories import local, make_patient, make_service

pytest_plugins = ["tests.committed"]

TODAY = "2026-11-23"
EARLY, MORNING = local(TODAY, "6:00"), local(TODAY, "8:10")

# `make prove` looks at every screen in both themes.
ALL_SCREENS = [
    (scheme, width, height)
    for width, height in ((1280, 800), (1920, 1000), (768, 1024))
    for scheme in ("light", "dark")
]
SCREENS = ALL_SCREENS if settings.PROVE else [("light", 1280, 800), ("dark", 768, 1024)]

OFFERED = ("Ana Lopez", "Ben Carter", "Chidi Eze", "Dora Klein", "Emre Aydin", "Fay Wong")
CHOOSING = ("Gita Rao", "Hugo Berg", "Inga Moe")
WITHOUT_EMAIL = ("Juan Vega", "Kofi Mensah", "Lena Roth")
EVERYBODY = (*OFFERED, *CHOOSING, *WITHOUT_EMAIL)


@pytest.fixture
def clock() -> Iterator[None]:
    with time_machine.travel(MORNING, tick=True):
        yield


@pytest.fixture
def desk(page: Page, cast: Cast, clock: None) -> Page:
    client = Client()
    client.force_login(cast.dina)
    session = client.cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": session, "url": "http://localhost"}])
    return page


@pytest.fixture
def full_day(cast: Cast) -> dict[str, Appointment]:
    """Priya's twelve visits of today, by who comes: half an hour each, one after the other."""
    short = make_service(
        *(cast.priya, cast.tomas), name="Follow-up", length_minutes=30, start_every_minutes=20
    )
    first = local(TODAY, "9:00")
    return {
        name: desk_visit(
            cast,
            "9:00",
            start=first + number * timedelta(minutes=40),
            service=short,
            person=person(name),
            now=EARLY,
        )
        for number, name in enumerate(EVERYBODY)
    }


def person(name: str) -> Person:
    address = "" if name in WITHOUT_EMAIL else f"{name[:4].strip().lower()}@example.com"
    number = EVERYBODY.index(name)
    return Person(name=name, email=address, phone=f"+178055501{number:02}")


def choose(page: Page, label: str, words: str) -> None:
    """Go to a select by Tab and type the beginning of the option."""
    tab_to(page, label)
    page.keyboard.type(words)


def answer_by_link(desk: Page, offer: SlotOffer, button: str) -> None:
    """The patient, in a browser of their own, opens the letter's link and says what they want."""
    assert desk.context.browser
    parts = urlsplit(desk.url)
    site = f"{parts.scheme}://{parts.netloc}"
    theirs = desk.context.browser.new_context(base_url=site)
    page = theirs.new_page()
    page.goto(link_to(offer, now=timezone.now(), expires_at=offer.expires_at))
    press(page, button)
    theirs.close()


def offer_to(visit: Appointment) -> SlotOffer:
    offer = Rearrangement.objects.get(appointment=visit).offer
    assert offer
    return offer


def names_under(page: Page, heading: str) -> list[str]:
    """Who is in the list of this heading, in its order."""
    table = page.get_by_role("group", name=heading)
    return table.locator("tbody tr td:first-of-type").all_inner_texts()


def away_today(desk: Page) -> None:
    """From the board to the visits that need another time."""
    desk.goto(BOARD)
    press(desk, "Somebody is away")
    assert_accessible(desk)
    choose(desk, "Who is away", "Priya")
    press(desk, "Close these hours and show the visits")


def test_from_the_diary_to_the_phone_list_by_keyboard(
    desk: Page, cast: Cast, full_day: dict[str, Appointment]
) -> None:
    away_today(desk)
    expect(desk.get_by_role("heading", name="12 visits to rearrange")).to_be_visible()
    assert_accessible(desk)
    for name in CHOOSING:
        choose(desk, f"What to do with the visit of {name}", "Let")
    press(desk, "Send these letters")

    expect(desk.get_by_text("Done for 12 of the visits.")).to_be_visible()
    assert_accessible(desk)
    assert names_under(desk, "Please phone (3)") == list(WITHOUT_EMAIL)
    assert names_under(desk, "Asked, no answer yet (9)") == [*OFFERED, *CHOOSING]
    kinds = Message.objects.filter(kind__in=["offer", "choose_time"])
    assert kinds.filter(kind="offer").count() == len(OFFERED)
    assert kinds.filter(kind="choose_time").count() == len(CHOOSING)


def test_who_answers_leaves_the_phone_list_and_who_does_not_comes_onto_it(
    desk: Page, cast: Cast, full_day: dict[str, Appointment]
) -> None:
    away_today(desk)
    press(desk, "Send these letters")
    answer_by_link(desk, offer_to(full_day["Ana Lopez"]), "Accept this time")
    answer_by_link(desk, offer_to(full_day["Ben Carter"]), "Decline")
    a_minute_ago = timezone.now() - timedelta(minutes=1)
    silent = offer_to(full_day["Chidi Eze"])
    SlotOffer.objects.filter(pk=silent.pk).update(expires_at=a_minute_ago)

    desk.reload()

    assert names_under(desk, "Have another time (1)") == ["Ana Lopez"]
    assert names_under(desk, "Please phone (5)") == ["Ben Carter", "Chidi Eze", *WITHOUT_EMAIL]
    assert len(names_under(desk, "Asked, no answer yet (6)")) == 6
    anas = full_day["Ana Lopez"]
    anas.refresh_from_db()
    assert (anas.practitioner, anas.state) == (cast.tomas, State.BOOKED)
    assert_accessible(desk)


@pytest.mark.prove
@pytest.mark.parametrize(("scheme", "width", "height"), SCREENS)
def test_the_pages_around_it_fit_the_screen_in_light_and_dark(
    *,
    desk: Page,
    cast: Cast,
    full_day: dict[str, Appointment],
    scheme: str,
    width: int,
    height: int,
) -> None:
    desk.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    desk.set_viewport_size({"width": width, "height": height})
    for path in pages_around(cast, full_day):
        desk.goto(path)
        assert_accessible(desk)
        page_width = desk.evaluate("document.documentElement.scrollWidth")
        assert page_width <= width, path


def pages_around(cast: Cast, full_day: dict[str, Appointment]) -> list[str]:
    """The front page with worklists, the closures, one with its visits, a patient, a duplicate."""
    closure = Closure.objects.create(
        practitioner=cast.priya,
        starts_at=MORNING,
        ends_at=local("2026-11-24", "0:00"),
        reason="Ill",
    )
    ana, twin = full_day["Ana Lopez"].patient, make_patient(person_like(ANA))
    assert ana
    patient = f"/admin/booking/patient/{ana.pk}"
    return [
        "/admin/",
        "/admin/booking/closure/",
        f"/admin/booking/closure/{closure.pk}/rearrange/",
        f"{patient}/change/",
        f"{patient}/merge/",
        f"{patient}/merge/?with={twin.pk}",
    ]


def person_like(other: Person) -> Person:
    return Person(name=other.name, email=f"also.{other.email}", phone=other.phone)
