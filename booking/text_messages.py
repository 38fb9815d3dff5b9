"""Handing a text message to the clinic's gateway: HTTP POST of JSON, with a bearer token.

`{"to": "+17805550150", "text": "…", "id": "<…>"}`; the id stays the same when a message is sent
again, so that a gateway can send it once. Any 2xx means that the gateway has it.
"""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

TIMEOUT_SECONDS = 20
LONGEST = 160

# GSM 03.38: what one message of 160 characters may hold, and what takes two places in it.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€")


class GatewayTrouble(OSError):
    """The gateway did not take the message; `code` is its HTTP status, if it answered."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__("the text gateway did not take the message")
        self.code = code


class DoesNotFit(ValueError):
    """The text is longer than one message, or has characters that would make it so."""


class StayHere(HTTPRedirectHandler):
    """The token is for the gateway and for nobody it points to."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


def fits(text: str) -> bool:
    """Whether `text` is one message."""
    places = sum(2 if char in EXTENDED else 1 for char in text)
    return places <= LONGEST and all(char in BASIC or char in EXTENDED for char in text)


def send_text(*, to: str, text: str, message_id: str) -> None:
    """Give one text message to the gateway. Raises GatewayTrouble or DoesNotFit."""
    if not fits(text):
        raise DoesNotFit
    if urlsplit(settings.TEXT_GATEWAY_URL).scheme not in {"http", "https"}:
        raise GatewayTrouble
    request = Request(  # noqa: S310 - of the schemes above
        settings.TEXT_GATEWAY_URL,
        data=json.dumps({"to": to, "text": text, "id": message_id}).encode(),
        headers={
            "Authorization": f"Bearer {settings.TEXT_GATEWAY_TOKEN}",
            "Content-Type": "application/json",
        },
        method="POST",
    )
    try:
        with build_opener(StayHere).open(request, timeout=TIMEOUT_SECONDS):
            pass
    except HTTPError as refusal:
        refusal.close()
        raise GatewayTrouble(refusal.code) from None
    except (OSError, HTTPException) as trouble:
        raise GatewayTrouble from trouble


def is_final(trouble: GatewayTrouble) -> bool:
    """Whether the gateway refuses this message or its reader for good.

    Of the 4xx some are about us (the token, the address of the gateway) or about this moment:
    every message would meet them, and all can leave once that is put right.
    """
    about_us_or_now = {401, 403, 404, 405, 407, 408, 429}
    return trouble.code in set(range(400, 500)) - about_us_or_now
