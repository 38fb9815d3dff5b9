"""Sealing what must not be readable in the database or a copy of it: AES-256-GCM.

Every sealed value is bound to its row, so that it opens nowhere else, and carries the id of the
key it was sealed with. Keys come from the environment (HEALTH_KEYS), apart from SECRET_KEY, so that
a lost backup opens nothing; the first one seals, all of them open.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


class CannotOpen(Exception):
    """The value was sealed for another row, with another key, or has been altered."""


def seal(value: dict[str, Any], *, row: str) -> tuple[str, bytes]:
    """The current key's id and the sealed `value`, which opens for the same `row` only."""
    key_id = current_key_id()
    nonce = secrets.token_bytes(NONCE_BYTES)
    text = json.dumps(value).encode()
    return key_id, nonce + _cipher(key_id).encrypt(nonce, text, _bound_to(key_id, row))


def open_sealed(key_id: str, sealed: bytes, *, row: str) -> dict[str, Any]:
    """What `seal` was given. Raises CannotOpen."""
    nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        opened = _cipher(key_id).decrypt(nonce, text, _bound_to(key_id, row))
    except (InvalidTag, ValueError):
        raise CannotOpen from None
    value: dict[str, Any] = json.loads(opened)
    return value


def current_key_id() -> str:
    """The id of the key that seals from now on."""
    first: str = next(iter(settings.HEALTH_KEYS))
    return first


def _cipher(key_id: str) -> AESGCM:
    try:
        return AESGCM(settings.HEALTH_KEYS[key_id])
    except KeyError:
        raise CannotOpen from None


def _bound_to(key_id: str, row: str) -> bytes:
    return f"{key_id} {row}".encode()
