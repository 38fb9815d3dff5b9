"""The clinic's own facts in Django admin: lists one entry per line, one clinic, no accidents."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.test import Client

from content import search
from content.models import Clinic, Location, PhraseException, Practitioner, SearchEntry
from tests.cast import NOW, Cast, make_cast, make_staff
from tests.content.texts import make_phrase
from tests.factories import local, make_location, make_practitioner

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


def test_who_ends_somebodys_work_or_a_place_reads_what_becomes_of_the_visits(
    editor: Client, cast: Cast
) -> None:
    for kind, row in (("practitioner", cast.priya), ("location", cast.riverside)):
        page = editor.get(f"/admin/content/{kind}/{row.pk}/change/").content.decode()
        assert "are counted on admin’s front page, for the front desk" in page


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


@pytest.mark.parametrize("model", [Practitioner, Location])
def test_people_and_places_are_deleted_one_by_one_and_then_found_no_more(
    model: type[Practitioner | Location], cast: Cast
) -> None:
    browser = Client()
    browser.force_login(User.objects.create_superuser("root"))
    gone = make_practitioner("Zoe") if model is Practitioner else make_location("Far", rooms=0)
    search.rebuild(NOW)
    found = SearchEntry.objects.filter(address=gone.get_absolute_url())
    rows = f"/admin/content/{model.__name__.lower()}/"

    browser.post(rows, {"action": "delete_selected", "_selected_action": [gone.pk], "post": "yes"})
    assert (model._default_manager.filter(pk=gone.pk).exists(), found.exists()) == (True, True)

    browser.post(f"{rows}{gone.pk}/delete/", {"post": "yes"})
    assert (model._default_manager.filter(pk=gone.pk).exists(), found.exists()) == (False, False)


# What people and places promise


@pytest.mark.parametrize("field", ["bio", "interests", "job_title", "credentials"])
def test_a_disputed_phrase_stops_what_is_said_of_a_person(
    editor: Client, cast: Cast, field: str
) -> None:
    make_phrase()

    answer = change(editor, cast.priya, PRIYA | {field: "A cure for pain"})

    (sentence,) = errors(answer)["__all__"]
    assert sentence.startswith("“cure*” in “… A cure for pain …”: No study shows")
    assert Practitioner.objects.filter(**{f"{field}__contains": "cure"}).count() == 0


@pytest.mark.parametrize("field", ["directions", "access", "parking"])
def test_a_disputed_phrase_stops_what_is_said_of_a_place(
    editor: Client, cast: Cast, field: str
) -> None:
    make_phrase()

    answer = change(editor, cast.riverside, RIVERSIDE | {field: "Behind the **cure** house."})

    (sentence,) = errors(answer)["__all__"]
    assert sentence.startswith("“cure*” in “… Behind the cure house.")


def test_a_reviewer_lets_a_phrase_stand_in_the_text_of_a_place(cast: Cast) -> None:
    make_phrase()
    reviewer = Client()
    priya = make_staff("priya", "Priya", "Nair", group="Practitioner")
    priya.groups.add(Group.objects.get(name="Editor"))
    reviewer.force_login(priya)
    typed = RIVERSIDE | {"directions": "Behind the Cure House."}
    asked = change(reviewer, cast.riverside, typed)
    assert "Why “cure*” may stand here" in asked.content.decode()

    answer = change(reviewer, cast.riverside, typed | {"let stand: cure*": "The pub’s name."})

    assert answer.status_code == 302
    exception = PhraseException.objects.get()
    assert (exception.publication, exception.reason) == (cast.riverside, "The pub’s name.")


# Times


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (NOW, "Monday 23 November 2026, 7:00 a.m. MST"),
        (local("2026-07-01", "15:30"), "Wednesday 1 July 2026, 3:30 p.m. MDT"),
    ],
)
def test_djangos_own_history_gives_the_weekday_and_the_zone(
    cast: Cast, moment: datetime, shown: str
) -> None:
    mei = make_staff("mei", "Mei", "Lindqvist", group="Editor")
    with time_machine.travel(moment, tick=False):
        editor = Client()
        editor.force_login(mei)
        change(editor, cast.priya, PRIYA | {"job_title": "Lead physiotherapist"})

        page = editor.get(f"/admin/content/practitioner/{cast.priya.pk}/history/")

    assert shown in page.content.decode()
