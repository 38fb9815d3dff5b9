"""The clinic's own facts in Django admin: lists one entry per line, one clinic, no accidents."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from content.models import Clinic, Location, Practitioner
from tests.cast import Cast, make_cast, make_staff

pytestmark = pytest.mark.django_db

PRIYA = {
    "name": "Priya Nair",
    "slug": "priya-nair",
    "job_title": "Physiotherapist",
    "credentials": "",
    "languages": "",
    "register_name": "",
    "registration_number": "",
    "register_url": "",
    "interests": "",
    "bio": "",
    "order": "1",
    "is_treating": "on",
}
RIVERSIDE = {
    "name": "Riverside",
    "slug": "riverside",
    "phone": "780 555 0141",
    "opening_hours": "",
    "is_open": "on",
    "order": "0",
    "street": "118 Rowan Street",
    "city": "Edmonton",
    "region_code": "AB",
    "postal_code": "T5X 0X0",
    "directions": "",
    "access": "",
    "parking": "",
}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def editor(cast: Cast) -> Client:
    browser = Client()
    browser.force_login(make_staff("mei", "Mei", "Lindqvist", group="Editor"))
    return browser


def change(browser: Client, row: Practitioner | Location | Clinic, typed: dict[str, Any]) -> Any:
    model = type(row).__name__.lower()
    return browser.post(f"/admin/content/{model}/{row.pk}/change/", typed)


def errors(answer: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = answer.context["adminform"].form.errors
    return dict(found)


def test_languages_are_typed_one_per_line(editor: Client, cast: Cast) -> None:
    change(editor, cast.priya, PRIYA | {"languages": "English\r\n  Malayalam \r\n\r\nHindi"})

    cast.priya.refresh_from_db()
    assert cast.priya.languages == ["English", "Malayalam", "Hindi"]


def test_languages_come_back_as_they_were_typed(editor: Client, cast: Cast) -> None:
    Practitioner.objects.filter(pk=cast.priya.pk).update(languages=["English", "Hindi"])

    page = editor.get(f"/admin/content/practitioner/{cast.priya.pk}/change/")

    assert page.context["adminform"].form["languages"].value() == "English\nHindi"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (
            "x" * 101,
            (
                "Shorten “xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…” to 100 characters, "
                "or use two lines."
            ),
        ),
        ("\n".join(f"line {number}" for number in range(21)), "Enter at most 20 lines."),
        ("English\x00", "Null characters are not allowed."),
    ],
)
def test_a_list_that_cannot_be_kept_is_refused_in_a_sentence(
    editor: Client, cast: Cast, typed: str, told: str
) -> None:
    answer = change(editor, cast.priya, PRIYA | {"interests": typed})

    assert errors(answer) == {"interests": [told]}


def test_opening_hours_are_typed_as_days_and_hours(editor: Client, cast: Cast) -> None:
    typed = "Monday to Friday: 8 am to 6:30 pm\nSaturday: 9 am to 1 pm"

    change(editor, cast.riverside, RIVERSIDE | {"opening_hours": typed})

    cast.riverside.refresh_from_db()
    assert cast.riverside.opening_hours == [
        {"days": "Monday to Friday", "hours": "8 am to 6:30 pm"},
        {"days": "Saturday", "hours": "9 am to 1 pm"},
    ]
    page = editor.get(f"/admin/content/location/{cast.riverside.pk}/change/")
    assert page.context["adminform"].form["opening_hours"].value() == typed


def test_a_line_without_hours_says_what_it_needs(editor: Client, cast: Cast) -> None:
    answer = change(editor, cast.riverside, RIVERSIDE | {"opening_hours": "Monday to Friday"})

    assert errors(answer) == {
        "opening_hours": [
            (
                "“Monday to Friday” needs days, a colon and hours, like "
                "“Monday to Friday: 8 am to 6 pm”."
            )
        ]
    }


def test_a_register_without_a_scheme_is_taken_as_https(editor: Client, cast: Cast) -> None:
    change(editor, cast.priya, PRIYA | {"register_url": "register.example.com/1"})

    cast.priya.refresh_from_db()
    assert cast.priya.register_url == "https://register.example.com/1"


def test_an_editor_cannot_give_a_practitioner_a_login(editor: Client, cast: Cast) -> None:
    change(editor, cast.priya, PRIYA | {"user": str(cast.dina.pk)})

    cast.priya.refresh_from_db()
    assert cast.priya.user is None


def test_the_list_of_clinics_leads_to_the_one(editor: Client, cast: Cast) -> None:
    answer = editor.get("/admin/content/clinic/")

    assert (answer.status_code, answer["Location"]) == (302, "/admin/content/clinic/1/change/")


@pytest.mark.parametrize("page", ["add/", "1/delete/"])
def test_nobody_adds_a_second_clinic_or_deletes_the_one(cast: Cast, page: str) -> None:
    superuser = Client()
    superuser.force_login(User.objects.create_superuser("root"))

    assert superuser.get(f"/admin/content/clinic/{page}").status_code == 403
    assert superuser.post(f"/admin/content/clinic/{page}", {"post": "yes"}).status_code == 403
    assert Clinic.objects.count() == 1


def test_every_page_of_admin_bears_the_clinics_name(editor: Client, cast: Cast) -> None:
    Clinic.objects.update(name="Rowan & Sons")

    for page in ("/admin/", "/admin/content/location/", "/admin/content/clinic/1/change/"):
        assert "Rowan &amp; Sons</title>" in editor.get(page).content.decode()
    assert "Rowan &amp; Sons</title>" in Client().get("/admin/login/").content.decode()


def test_admin_opens_before_there_is_a_clinic(db: None) -> None:
    assert Client().get("/admin/login/").status_code == 200
