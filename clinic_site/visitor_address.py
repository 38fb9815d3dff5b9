"""Where a request comes from, as far as limits need to know."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"


def network_of(request: HttpRequest) -> str:
    """The visitor's IPv4 address, or the /64 of their IPv6 address: one household has all of it."""
    try:
        address = ip_address(_without_port(_address_of(request)))
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(address)


def _address_of(request: HttpRequest) -> str:
    """What the outermost of our own proxies saw: anything further to the left in the header is
    what the visitor made up."""
    ours: int = settings.TRUSTED_PROXIES
    passed_on = request.headers.get("X-Forwarded-For", "")
    addresses = [each.strip() for each in passed_on.split(",") if each.strip()]
    if ours and len(addresses) >= ours:
        return addresses[-ours]
    return str(request.META.get("REMOTE_ADDR", ""))


def _without_port(address: str) -> str:
    """198.51.100.7 of 198.51.100.7:4711, as some proxies write it; 2001:db8::1 of [2001:db8::1]."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
