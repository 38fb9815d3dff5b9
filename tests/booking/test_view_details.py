from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from booking.forms import DetailsForm
from booking.models import Appointment, Consent, State
from content.models import Clinic, Condition
from tests.booking.pages import DETAILS, give_details, press_book, take, text_of
from tests.cast import NOW, TUESDAY, Cast
from tests.content.pages import parsed
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

NINE = local(TUESDAY, "9:00")


def test_the_page_says_which_time_is_kept_until_when(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)

    page = text_of(client.get("/book/details/"))

    assert "Tuesday 24 November 2026, 9:00 am (Edmonton time)" in page
    assert "We keep it for you until 7:10 am (Edmonton time)." in page
    assert 'data-soon="We keep your time only until 7:10 am (Edmonton time). If you need' in page
    assert "Priya Nair" in page


def test_good_details_lead_to_the_check_page(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)

    answer = give_details(client)

    assert (answer.status_code, answer["Location"]) == (303, "/book/check/")


def test_going_back_finds_everything_typed(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)

    form = client.get("/book/details/").context["form"]

    assert {name: form[name].value() for name in ("name", "email", "phone", "about")} == {
        name: DETAILS[name] for name in ("name", "email", "phone", "about")
    }


def test_the_condition_that_led_here_is_filled_in(client: Client, cast: Cast) -> None:
    Condition.objects.create(
        slug="neck-pain", name="Neck pain", clinical=False, status="published", publish_at=NOW
    )
    take(client, cast.first_visit, NINE, cast.riverside, "?about=neck-pain")

    assert client.get("/book/details/").context["form"]["about"].value() == "Neck pain"


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "", "Enter your name."),
        ("name", "Ana\r\nBcc: everybody@example.com", "Use one line"),
        ("name", "Ana\u2028Lopez", "Use one line"),
        ("name", "Ana \u202ezepoL", "Use one line"),
        ("name", "Ana\x00", "Null characters are not allowed"),
        ("name", "A" * 121, "at most 120 characters"),
        ("email", "ana@example", "Enter an e-mail address like name@example.com."),
        ("email", "ana@example.com\nBcc: b@example.com", "Enter an e-mail address like"),
        ("phone", "12", "Enter a phone number with its area code"),
        ("phone", "99999999999999999999", "Enter a phone number with its area code"),
        ("for_whom", "the cat", "Select a valid choice"),
        ("about", "x" * 1001, "at most 1000 characters"),
        ("privacy_acknowledged", "", "Tick the box once you have read the privacy notice."),
    ],
)
def test_a_mistake_gets_a_sentence_and_loses_nothing(
    client: Client, cast: Cast, field: str, typed: str, sentence: str
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)

    answer = give_details(client, **{field: typed})

    assert answer.status_code == 400
    assert sentence in " ".join(answer.context["form"].errors[field])
    untouched = {name: value for name, value in DETAILS.items() if name != field}
    form = answer.context["form"]
    assert {
        name: form[name].data or "" for name in untouched if name != "privacy_acknowledged"
    } == {name: value for name, value in untouched.items() if name != "privacy_acknowledged"}
    assert Appointment.objects.get().state == State.HELD


def test_the_notice_that_was_shown_is_the_one_acknowledged(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    first = client.get("/book/details/")
    assert 'type="hidden" name="privacy_notice" value="2026-11-20"' in first.content.decode()
    Clinic.objects.update(privacy_notice_version="2026-12-01")

    page = give_details(client)

    assert page.status_code == 400
    assert "Our privacy notice has changed. Please read it again." in text_of(page)
    form = page.context["form"]
    assert (form["privacy_acknowledged"].value(), form["name"].value()) == (False, "Ana Lopez")
    again = give_details(client, privacy_notice=form["privacy_notice"].value())
    assert again["Location"] == "/book/check/"
    press_book(client)
    assert Consent.objects.get().version == "2026-12-01"


def test_a_notice_that_changes_later_is_read_before_booking(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)
    Clinic.objects.update(privacy_notice_version="2026-12-01")

    assert client.get("/book/check/")["Location"] == "/book/details/"

    form = client.get("/book/details/").context["form"]
    assert (form["privacy_acknowledged"].value(), form["name"].value()) == ("", "Ana Lopez")


def test_of_a_text_without_end_the_session_keeps_a_beginning(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, local(TUESDAY, "9:00"), cast.riverside)

    answer = give_details(client, about="long " * 100_000)

    assert answer.status_code == 400
    assert len(client.session["typed"]["about"]) == 5_000
    assert client.get("/book/check/")["Location"] == "/book/details/"


def test_someone_cared_for_needs_a_name(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)

    answer = give_details(client, for_whom="other")

    assert answer.status_code == 400
    assert answer.context["form"].errors["patient_name"] == [
        "Enter the name of the person who comes."
    ]


def test_without_a_hold_the_page_leads_to_the_start(client: Client, cast: Cast) -> None:
    answer = client.get("/book/details/")

    assert (answer.status_code, answer["Location"]) == (303, "/book/")


def test_a_lost_hold_answers_409_and_keeps_what_was_typed(
    client: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside, "?practitioner=priya-nair")
    later = NOW + timedelta(minutes=11)
    at_now.move_to(later)
    for _ in range(2):
        take(Client(), cast.first_visit, NINE, cast.riverside)

    answer = give_details(client)

    assert answer.status_code == 409
    assert "What you typed is kept." in text_of(answer)
    take(client, cast.first_visit, local(TUESDAY, "14:00"), cast.riverside)
    assert client.get("/book/details/").context["form"]["name"].value() == "Ana Lopez"


def test_a_hold_that_ran_out_is_still_hers_while_nobody_wants_it(
    client: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    at_now.move_to(NOW + timedelta(minutes=30))

    assert give_details(client).status_code == 303


@pytest.mark.parametrize("minutes", [10, 50])
def test_of_a_time_that_ran_out_no_page_says_that_it_is_kept(
    client: Client, cast: Cast, at_now: time_machine.Traveller, minutes: int
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)
    at_now.move_to(NOW + timedelta(minutes=minutes))

    pages = [parsed(client.get(path)).words for path in ("/book/details/", "/book/check/")]
    times = parsed(client.get("/book/first-visit/")).words

    for page in pages:
        assert "We no longer keep this time for you. Somebody else may take it now." in page
        assert "You can try to keep it again, or choose another time." in page
    nine = "Tuesday 24 November 2026, 9:00 am (Edmonton time)"
    assert (
        f"We no longer keep {nine} for you. Somebody else may take it now. Try to go on with that "
        "time, or choose another one below."
    ) in times
    assert not [page for page in [*pages, times] if "7:10 am" in page]


def test_the_page_of_times_says_until_when_the_chosen_one_is_kept(
    client: Client, cast: Cast
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)

    assert "for you until 7:10 am (Edmonton time). Go on with that time" in (
        parsed(client.get("/book/first-visit/")).words
    )


HALF_TYPED = {"for_whom": "other", "patient_name": "Mia", "email": "ana@", "about": "Sore"}


def typed_on(page: HttpResponse) -> dict[str, Any]:
    """What stands in the fields of the page, but for those that are empty."""
    form: DetailsForm = page.context["form"]  # type: ignore[attr-defined]
    return {field.name: field.value() for field in form.visible_fields() if field.value()}


def test_keeping_the_time_longer_loses_nothing_typed_and_finds_no_fault(
    client: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    at_now.move_to(NOW + timedelta(minutes=8))

    page = client.post("/book/details/", HALF_TYPED | {"extend": "more"})

    assert (page.status_code, page.context["form"].errors) == (200, {})
    assert typed_on(page) == HALF_TYPED
    assert (
        "We keep your time until 7:18 am (Edmonton time). What you have typed so far is still here."
    ) in text_of(page)
    assert Appointment.objects.get().hold_expires_at == NOW + timedelta(minutes=18)
    assert typed_on(client.get("/book/details/")) == HALF_TYPED
    assert "We keep your time until" not in text_of(client.get("/book/details/"))


def test_keeping_the_time_longer_is_said_first_and_where_the_button_was_pressed(
    client: Client, cast: Cast
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    button = 'name="extend" value="more" formaction="/book/details/#longer"'
    assert button in text_of(client.get("/book/details/"))

    page = client.post("/book/details/", HALF_TYPED | {"extend": "more"})

    assert parsed(page).title.startswith("Time kept until 7:10 am: Your details")
    below = text_of(page).partition('<div id="longer"')[2]
    assert "We keep your time until 7:10 am" in below.partition(button)[0]


def test_choosing_another_time_loses_nothing_typed(client: Client, cast: Cast) -> None:
    with_priya = "?practitioner=priya-nair"
    take(client, cast.first_visit, NINE, cast.riverside, with_priya)

    answer = client.post("/book/details/", HALF_TYPED | {"release": "time"})

    assert (answer.status_code, answer["Location"]) == (303, f"/book/first-visit/{with_priya}")
    assert not Appointment.objects.exists()
    take(client, cast.first_visit, local(TUESDAY, "14:00"), cast.riverside)
    assert typed_on(client.get("/book/details/")) == HALF_TYPED


def test_a_time_that_cannot_be_kept_longer_loses_nothing_typed(
    client: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    at_now.move_to(NOW + timedelta(minutes=115))

    answer = client.post("/book/details/", HALF_TYPED | {"extend": "more"})

    assert answer.status_code == 409
    assert typed_on(answer) == HALF_TYPED
    assert typed_on(client.get("/book/details/")) == HALF_TYPED


@pytest.mark.parametrize("button", ["extend", "release"])
def test_without_a_hold_the_buttons_lead_to_the_start(
    client: Client, cast: Cast, button: str
) -> None:
    answer = client.post("/book/details/", HALF_TYPED | {button: "now"})

    assert (answer.status_code, answer["Location"]) == (303, "/book/")


def test_after_two_hours_the_time_is_hers_to_its_end_and_no_longer(
    client: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    at_now.move_to(NOW + timedelta(minutes=109))
    client.post("/book/details/", {"extend": "more"})
    at_now.move_to(NOW + timedelta(minutes=115))

    page = client.post("/book/details/", {"extend": "more"})

    assert page.status_code == 409
    assert parsed(page).title.startswith("Error: Your details")
    assert (
        "We can keep a time no longer than two hours. Please finish by 8:59 am (Edmonton time), "
        "or call us: (780) 555-0140."
    ) in parsed(page).words
    assert "We keep it for you until 8:59 am (Edmonton time)." in text_of(page)
    assert "10 more minutes" not in text_of(page)
    assert ("#longer", "Choose another time") in parsed(page).links
    assert give_details(client).status_code == 303


def test_after_two_hours_a_time_that_ran_out_is_not_called_kept(
    client: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    at_now.move_to(NOW + timedelta(minutes=115))

    words = parsed(client.post("/book/details/", {"extend": "more"})).words

    assert "We can keep a time no longer than two hours. Please finish now, or call us:" in words
    assert "7:10 am" not in words


def test_choosing_another_time_gives_the_place_back(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)

    answer = client.post("/book/hold/release/")

    assert (answer.status_code, answer["Location"]) == (303, "/book/first-visit/")
    assert not Appointment.objects.exists()


def test_another_time_is_looked_for_with_the_same_person(client: Client, cast: Cast) -> None:
    with_priya = "?practitioner=priya-nair&from=2026-11-23"
    take(client, cast.first_visit, NINE, cast.riverside, with_priya)

    answer = client.post("/book/hold/release/")

    assert (answer.status_code, answer["Location"]) == (303, f"/book/first-visit/{with_priya}")


def test_a_link_changes_nothing(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)

    assert client.get("/book/hold/release/").status_code == 405
    assert Appointment.objects.get().state == State.HELD


def test_ben_does_not_see_what_ana_holds(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)
    ben = Client()
    take(ben, cast.first_visit, local(TUESDAY, "14:00"), cast.riverside)
    session = ben.session
    session["held"] = Appointment.objects.get(starts_at=NINE).pk
    session.save()

    answer = ben.get("/book/details/")

    assert answer.status_code == 409
    assert "Ana" not in text_of(answer)
