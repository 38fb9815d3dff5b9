"""Nobody guesses the password of staff, and nobody keeps staff out by guessing."""

from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from clinic_site.admin import OF_ONE_LOGIN, OF_ONE_NETWORK, TOO_MANY, WITHIN
from tests.cast import NOW
from tests.factories import make_clinic

RIGHT = "correct horse battery staple"
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.7"


@pytest.fixture(autouse=True)
def dina(db: None, settings: Settings) -> User:
    settings.ATTEMPT_LIMITS_ON = True
    make_clinic()
    return User.objects.create_user("dina", password=RIGHT, is_staff=True)


def sign_in(password: str, *, login: str = "dina", network: str = HERE) -> Any:
    typed = {"username": login, "password": password, "next": "/admin/"}
    return Client().post("/admin/login/", typed, REMOTE_ADDR=network)


def is_refused(answer: Any) -> bool:
    return TOO_MANY in answer.content.decode()


def test_after_ten_guesses_even_the_right_one_is_refused() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        guesses = [is_refused(sign_in(f"guess {number}")) for number in range(OF_ONE_LOGIN)]
        assert not any(guesses)
        assert is_refused(sign_in(RIGHT))
        assert is_refused(sign_in(RIGHT, login="DINA"))
        clock.shift(WITHIN)
        assert sign_in(RIGHT).status_code == 302


def test_who_owns_the_login_signs_in_from_elsewhere() -> None:
    for number in range(OF_ONE_LOGIN + 1):
        sign_in(f"guess {number}")

    assert sign_in(RIGHT, network=ELSEWHERE).status_code == 302


def test_guessing_at_many_logins_ends_too() -> None:
    for number in range(OF_ONE_NETWORK):
        sign_in("12345678", login=f"login {number}")

    assert is_refused(sign_in(RIGHT))


def test_an_address_that_the_visitor_made_up_does_not_help() -> None:
    for number in range(OF_ONE_LOGIN):
        Client().post(
            "/admin/login/",
            {"username": "dina", "password": "guess"},
            REMOTE_ADDR=HERE,
            headers={"X-Forwarded-For": f"192.0.2.{number}"},
        )

    assert is_refused(sign_in(RIGHT))
