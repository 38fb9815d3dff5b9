"""What the desk does on the diary board, in one line each."""

from typing import Any

from django.test import Client

from booking.models import Appointment
from tests.booking.admin_steps import words
from tests.cast import TUESDAY, Cast

BOARD = "/admin/diary/"
BESIDE = {"HX-Request": "true"}


def board(browser: Client, query: str = f"?day={TUESDAY}") -> Any:
    return browser.get(f"{BOARD}{query}")


def on_board(answer: Any) -> dict[str, list[str]]:
    """For each column what stands there: kind and time, or the visit's name and state."""

    def said(item: Any) -> str:
        if item.kind == "visit":
            return f"{item.words}: {item.state_word}"
        return f"{item.kind} {item.times}"

    return {
        column.heading: [said(item) for item in column.items]
        for column in answer.context["columns"]
    }


def panel(browser: Client, visit: Appointment) -> str:
    return words(browser.get(f"{BOARD}visit/{visit.pk}/", headers=BESIDE))


def press(browser: Client, visit: Appointment, slug: str, **options: Any) -> Any:
    return browser.post(f"{BOARD}visit/{visit.pk}/mark/{slug}/", **options)


def place(cast: Cast, wall: str, day: str = TUESDAY) -> str:
    """How a button of the board names a time with Priya at Riverside."""
    return f"{day} {wall} {cast.priya.pk} {cast.riverside.pk}"
