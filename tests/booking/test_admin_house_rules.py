"""The one row of house rules: looked at and changed, never added or removed."""

from typing import Any

import pytest
from django.test import Client

from booking.models import HouseRules
from tests.booking.admin_steps import desk_of, words
from tests.cast import Cast, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

RULES = "/admin/booking/houserules/"
ROW = f"{RULES}1/change/"

TYPED = {
    "address_proof": "new",
    "open_visits_at_most": "4",
    "missed_visits_at_most": "2",
    "offers_at_most": "5",
    "offer_minutes": "30",
    "day_starts_at": "08:00",
    "day_ends_at": "20:00",
    "screening_months": "6",
}


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def test_the_list_leads_to_the_one_row_with_its_defaults(desk: Client) -> None:
    answer = desk.get(RULES, follow=True)

    assert answer.redirect_chain == [(ROW, 302)]
    assert "Please call us to book" in words(answer)
    assert "without saying why" in words(answer)
    assert HouseRules.objects.get().open_visits_at_most == 6


def test_the_row_can_be_opened_before_anybody_made_it(desk: Client) -> None:
    assert desk.get(ROW).status_code == 200


def test_the_rules_are_changed(desk: Client) -> None:
    answer = desk.post(ROW, TYPED)

    assert answer.status_code == 302
    rules = HouseRules.current()
    assert (rules.address_proof, rules.open_visits_at_most, rules.missed_visits_at_most) == (
        "new",
        4,
        2,
    )


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("open_visits_at_most", "0"),
        ("missed_visits_at_most", "51"),
        ("offer_minutes", "9"),
        ("screening_months", "25"),
        ("address_proof", "some"),
        ("day_starts_at", "never"),
    ],
)
def test_a_rule_out_of_reach_is_marked(desk: Client, field: str, typed: str) -> None:
    answer: Any = desk.post(ROW, TYPED | {field: typed})

    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == {field}


def test_nobody_adds_or_removes_the_row(desk: Client) -> None:
    desk.get(RULES)

    assert desk.get(f"{RULES}add/").status_code == 403
    assert desk.post(f"{ROW.replace('change', 'delete')}", {"post": "yes"}).status_code == 403
    assert HouseRules.objects.count() == 1


def test_a_practitioner_changes_no_rules(cast: Cast) -> None:
    priya = desk_of(make_staff("priya", "Priya", "Nair", group="Practitioner"))

    assert (priya.get(RULES).status_code, priya.post(ROW, TYPED).status_code) == (403, 403)
    assert HouseRules.current().open_visits_at_most == 6
