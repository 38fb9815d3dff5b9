"""Tests reach this machine and nothing else."""

import ipaddress
import sys

WATCHED = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"}


class NetworkBlocked(RuntimeError):
    """A test tried to reach another machine."""


def block_network() -> None:
    """From now on this process cannot open a connection to, or look up, another machine."""
    sys.addaudithook(_stay_here)


def _stay_here(event: str, details: tuple[object, ...]) -> None:
    if event in WATCHED:
        target = details[0] if event == "socket.getaddrinfo" else details[1]
        host = target[0] if isinstance(target, tuple) else target
        # Unix sockets have no tuple for an address, and a listener may name no host.
        is_remote = isinstance(target, tuple) or event == "socket.getaddrinfo"
        if is_remote and not _is_here(host):
            raise NetworkBlocked(f"{event} of {host!r}")


def _is_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False
