"""A test that reached another machine would pass here and fail elsewhere, or worse: write to it."""

import asyncio
import socket
from pathlib import Path

import pytest

from tests.network import NetworkBlocked

# Of the block that is reserved for documentation: nobody answers there.
ELSEWHERE = "192.0.2.1"


def test_another_machine_cannot_be_connected_to() -> None:
    with socket.socket() as client, pytest.raises(NetworkBlocked):
        client.connect((ELSEWHERE, 80))


def test_another_machine_cannot_be_connected_to_over_ipv6() -> None:
    with socket.socket(socket.AF_INET6) as client, pytest.raises(NetworkBlocked):
        client.connect(("2001:db8::1", 80))


def test_another_machine_cannot_be_connected_to_without_blocking() -> None:
    with socket.socket() as client, pytest.raises(NetworkBlocked):
        client.connect_ex((ELSEWHERE, 80))


def test_another_machine_cannot_be_connected_to_by_asyncio() -> None:
    with pytest.raises(NetworkBlocked):
        asyncio.run(asyncio.open_connection(ELSEWHERE, 80))


def test_another_machine_gets_no_datagram() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as client, pytest.raises(NetworkBlocked):
        client.sendto(b"hello", (ELSEWHERE, 53))


def test_another_machine_is_not_looked_up() -> None:
    with pytest.raises(NetworkBlocked):
        socket.getaddrinfo("example.com", 443)


def test_this_machine_can_be_connected_to() -> None:
    with (
        socket.create_server(("localhost", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_a_unix_socket_can_be_connected_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of such a socket must be short
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("here")
        server.listen()
        client.connect("here")
        assert client.getpeername() == "here"
