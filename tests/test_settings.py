"""What an installation must say of itself before it serves patients."""

import runpy
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": 50 * "k",
    "HEALTH_KEYS": "2026a:" + 43 * "k" + "=",
    "DATABASE_URL": "postgresql://clinic:p%40ss@db.example.com:6432/clinic?sslmode=require",
    "SITE_ORIGIN": "https://clinic.example.com",
    "EMAIL_HOST": "smtp.example.com",
    "DEFAULT_FROM_EMAIL": "Rowan Street <desk@clinic.example.com>",
}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings of a complete installation, but for what is given."""

    def read(**other: str) -> dict[str, Any]:
        monkeypatch.delenv("ALLOWED_HOSTS")  # the tests' own
        for name, value in (PRODUCTION | other).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(settings.BASE_DIR / "clinic_site" / "settings.py"))

    return read


def test_a_complete_installation_starts_and_speaks_https_only(read):
    found = read()
    assert found["ALLOWED_HOSTS"] == ["clinic.example.com"]
    assert (found["SECURE_SSL_REDIRECT"], found["SESSION_COOKIE_NAME"]) == (True, "__Host-session")
    assert found["MAIL_DOMAIN"] == "clinic.example.com"


def test_the_databases_address_is_read_with_what_belongs_to_it(read):
    database = read()["DATABASES"]["default"]
    assert (database["HOST"], database["PORT"]) == ("db.example.com", "6432")
    assert (database["USER"], database["PASSWORD"]) == ("clinic", "p@ss")
    assert database["OPTIONS"] == {"sslmode": "require"}
    assert database["CONN_HEALTH_CHECKS"] is True


@pytest.mark.parametrize(
    ("missing", "cure"),
    [
        ({"SECRET_KEY": ""}, "secrets.token_urlsafe(64)"),
        ({"SECRET_KEY": 49 * "k"}, "secrets.token_urlsafe(64)"),
        ({"HEALTH_KEYS": ""}, "secrets.token_bytes(32)"),
        ({"HEALTH_KEYS": "2026a:dG9vIHNob3J0"}, "secrets.token_bytes(32)"),
        ({"HEALTH_KEYS": "no name"}, "HEALTH_KEYS=2026a:<key>"),
        ({"DATABASE_URL": "sqlite:///clinic"}, "postgresql://user:password@host:5432/name"),
        ({"SITE_ORIGIN": ""}, "SITE_ORIGIN=https://clinic.example.com"),
        ({"EMAIL_HOST": ""}, "EMAIL_HOST_PASSWORD"),
        ({"DEFAULT_FROM_EMAIL": ""}, "DEFAULT_FROM_EMAIL="),
    ],
)
def test_without_what_it_needs_it_refuses_to_start_and_says_how_to_make_it(read, missing, cure):
    with pytest.raises(ImproperlyConfigured) as refused:
        read(**missing)
    assert next(iter(missing)) in str(refused.value)
    assert cure in str(refused.value)


@pytest.mark.parametrize(
    ("port", "wanted", "from_the_first_byte", "starttls"),
    [
        ("587", "true", False, True),
        ("465", "true", True, False),
        ("465", "false", True, False),
        ("25", "false", False, False),
    ],
)
def test_the_mail_servers_port_tells_how_its_lines_are_closed(
    read, port, wanted, from_the_first_byte, starttls
):
    found = read(EMAIL_PORT=port, EMAIL_USE_TLS=wanted)
    assert (found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == (from_the_first_byte, starttls)
