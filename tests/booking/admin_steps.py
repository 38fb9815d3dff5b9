"""What staff do on the admin pages, in one line each."""

import re
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import strip_tags

from booking.models import Appointment
from tests.cast import TUESDAY, Cast
from tests.factories import EDMONTON

LIST = "/admin/booking/appointment/"
BOOK = "/admin/diary/book/"


def desk_of(user: User) -> Client:
    """A browser in which `user` has signed in."""
    browser = Client()
    browser.force_login(user)
    return browser


def page_of(visit: Appointment) -> str:
    return f"{LIST}{visit.pk}/change/"


def mark(browser: Client, visit: Appointment, slug: str, **query: str) -> Any:
    """Press a state button, and go where it leads."""
    address = f"{LIST}{visit.pk}/mark/{slug}/"
    return browser.post(f"{address}?{urlencode(query)}" if query else address, follow=True)


def caller(cast: Cast, start: datetime | None = None, **changes: Any) -> dict[str, Any]:
    """The booking form filled in for Ana with Priya at Riverside: Tuesday at ten."""
    local = start.astimezone(EDMONTON) if start else None
    return {
        "service": cast.first_visit.pk,
        "practitioner": cast.priya.pk,
        "location": cast.riverside.pk,
        "date": f"{local:%Y-%m-%d}" if local else TUESDAY,
        "time": f"{local:%H:%M}" if local else "10:00",
        "name": "Ana Lopez",
        "phone": "780 555 0150",
        "email": "ana@example.com",
        "dependant": "",
        "about": "Sore shoulder",
        **changes,
    }


def words(answer: Any) -> str:
    """What a page says, without its markup and with white space folded."""
    text = re.sub(r"<(script|style)\b.*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def told(answer: Any) -> list[str]:
    """The messages at the top of the page."""
    return [strip_tags(str(message)) for message in answer.context["messages"]]


def listed(answer: Any) -> list[str]:
    """The references of the visits in a list, in its order."""
    return [visit.reference for visit in answer.context["cl"].result_list]


def buttons(answer: Any) -> list[str]:
    """What can be done with the visit on its page."""
    marks = [each.label for each in answer.context["marks"]]
    return [*marks, *(["Cancel this visit"] if answer.context["may_cancel"] else [])]


def problems(answer: Any) -> dict[str, list[str]]:
    """What is wrong with the form on the page, by field."""
    return {name: list(errors) for name, errors in answer.context["form"].errors.items()}
