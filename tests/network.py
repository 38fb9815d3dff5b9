"""Tests reach this machine and nothing else."""

import functools
import ipaddress
import socket
from collections.abc import Callable
from typing import Any

# Which argument of each is the address that it goes to, counting the socket itself.
ADDRESS_AT = {"connect": 1, "connect_ex": 1, "sendto": -1, "sendmsg": 4}


class NetworkBlocked(RuntimeError):
    """A test tried to reach another machine."""


def block_network() -> None:
    """From now on this process's Python code cannot connect to, send to or look up another machine.

    This is no audit hook, because with one Python 3.11 may change threads within `sys.settrace`:
    a thread that starts just then, while coverage is measured, ends before its first line.
    """
    for name, place in ADDRESS_AT.items():
        setattr(socket.socket, name, _kept_here(getattr(socket.socket, name), place))
    look_up = socket.getaddrinfo

    @functools.wraps(look_up)
    def look_up_here(host: Any, *args: Any, **options: Any) -> Any:
        _refuse_elsewhere("getaddrinfo", host)
        return look_up(host, *args, **options)

    socket.getaddrinfo = look_up_here


def _kept_here(call: Callable[..., Any], place: int) -> Callable[..., Any]:
    @functools.wraps(call)
    def call_here(*args: Any) -> Any:
        address = args[place] if place < len(args) else None
        # A Unix socket's address is no tuple.
        if isinstance(address, tuple):
            _refuse_elsewhere(call.__name__, address[0])
        return call(*args)

    return call_here


def _refuse_elsewhere(call: str, host: object) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    # A listener may name no host.
    if name in {None, "", "localhost"}:
        return
    try:
        is_here = ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise NetworkBlocked(f"{call} of {host!r}")
