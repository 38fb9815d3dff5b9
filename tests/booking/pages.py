"""The booking pages as a visitor's browser walks them, for the tests of the views."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client

from booking.answers_on_file import questions
from booking.models import Service
from booking.screening import version_of
from content.models import Location
from tests.booking.linked import hidden_in

DETAILS = {
    "for_whom": "self",
    "patient_name": "",
    "name": "Ana Lopez",
    "email": "ana@example.com",
    "phone": "780 555 0150",
    "about": "Sore shoulder since May",
    "privacy_notice": "2026-11-20",
    "privacy_acknowledged": "on",
}


def take(
    browser: Client, service: Service, start: datetime, location: Location, query: str = ""
) -> Any:
    """Press the button of a free time."""
    key = f"{start.astimezone(UTC):%Y-%m-%dT%H:%MZ} at {location.slug}"
    return browser.post(f"/book/{service.slug}/{query}", {"time": key})


def give_details(browser: Client, **changes: str) -> Any:
    return browser.post("/book/details/", DETAILS | changes)


def book(browser: Client, service: Service, start: datetime, location: Location) -> Any:
    """The whole path, up to the answer of the last button."""
    take(browser, service, start, location)
    give_details(browser)
    return press_book(browser)


def press_book(browser: Client, **fields: str) -> Any:
    """The last button of the check page as it stands now, with `fields` filled in."""
    return browser.post("/book/check/", hidden_in(browser.get("/book/check/")) | fields)


def text_of(answer: HttpResponse) -> str:
    """The words of a page with white space folded."""
    return " ".join(answer.content.decode().split())


def answer_questions(browser: Client, **changes: str) -> Any:
    """“No” to each published safety question, but for `changes`: diabetes="yes"."""
    asked = questions()
    answers = {each.key: "no" for each in asked} | {
        key.replace("_", "-"): answer for key, answer in changes.items()
    }
    typed = {f"answer-to-{key}": answer for key, answer in answers.items()}
    return browser.post("/book/safety/", typed | {"answer-version": version_of(asked)})


READ_ABOUT_IT = {"treatment_read": "on", "treatment_information": "2026-11-20"}


def free_times(answer: Any) -> list[str]:
    """The keys of the times that the page offers."""
    return [time.key for day in answer.context["days"] for time in day.times]
