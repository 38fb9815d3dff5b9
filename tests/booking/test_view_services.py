import pytest
from django.test import Client

from content.models import Condition
from tests.booking.pages import text_of
from tests.cast import NOW, Cast
from tests.content.pages import parsed
from tests.factories import make_service

pytestmark = pytest.mark.django_db


def test_every_service_that_can_be_booked_online_is_listed(client: Client, cast: Cast) -> None:
    make_service(cast.priya, name="Only at the desk", online=False)
    make_service(cast.priya, name="No longer offered", is_offered=False)

    answer = client.get("/book/")

    assert [service.name for service in answer.context["services"]] == ["First visit"]
    assert "60 minutes" in text_of(answer)
    assert "135 CAD" in text_of(answer)


def test_the_condition_whose_page_led_here_is_carried_along(client: Client, cast: Cast) -> None:
    Condition.objects.create(
        slug="neck-pain", name="Neck pain", clinical=False, status="published", publish_at=NOW
    )

    page = text_of(client.get("/book/?about=neck-pain"))

    assert 'You were reading about <a href="/conditions/neck-pain/">Neck pain</a>.' in page
    assert 'href="/book/first-visit/?about=neck-pain"' in page


def test_whatever_led_here_search_engines_are_told_one_address(client: Client, cast: Cast) -> None:
    page = parsed(client.get("/book/?practitioner=priya-nair"))

    assert page.canonical == "http://localhost/book/"
    assert page.meta["description"]


def test_a_condition_that_nobody_may_read_yet_is_not_named(client: Client, cast: Cast) -> None:
    Condition.objects.create(slug="neck-pain", name="Neck pain", clinical=False)

    assert "You were reading about" not in text_of(client.get("/book/?about=neck-pain"))


def test_the_list_sets_no_cookie(client: Client, cast: Cast) -> None:
    client.get("/book/")

    assert not client.cookies


def test_without_any_service_the_page_asks_to_phone(client: Client, cast: Cast) -> None:
    cast.first_visit.online = False
    cast.first_visit.save()

    page = text_of(client.get("/book/"))

    assert "Nothing can be booked online" in page
    assert "(780) 555-0140" in page
