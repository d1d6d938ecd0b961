"""Nothing that a program runs reaches the network or starts a process."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.preview.case import planned

ATTEMPTS = {
    "socket": "import socket; socket.create_connection(('127.0.0.1', 9))",
    "name": "import socket; socket.getaddrinfo('example.com', 443)",
    "old name": "import socket; socket.gethostbyname('example.com')",
    "datagram": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    "listen": "import socket; socket.socket().bind(('127.0.0.1', 0))",
    "urllib": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
    "http": "import http.client; http.client.HTTPConnection('127.0.0.1', 9).request('GET', '/')",
    "boto3": "import boto3; boto3.client('sts', region_name='eu-west-1', aws_access_key_id='a',"
    " aws_secret_access_key='b').get_caller_identity()",
    "grpc": "import grpc; grpc.insecure_channel('127.0.0.1:9')",
    "asyncio": "import asyncio; from pulumi.runtime.sync_await import _sync_await;"
    " _sync_await(asyncio.open_connection('127.0.0.1', 9))",
    "subprocess": "import subprocess; subprocess.run(['true'])",
    "shell": "import os; os.system('true')",
    "spawn": "import os; os.posix_spawn('/bin/true', ['true'], {})",
    "exec": "import os; os.execv('/bin/true', ['true'])",
    "fork": "import os; os.fork()",
    "thread": "import threading, socket\n"
    "def run():\n    global e\n"
    "    try: socket.create_connection(('127.0.0.1', 9))\n    except BaseException as x: e = x\n"
    "t = threading.Thread(target=run); t.start(); t.join(); raise e",
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_it_is_refused_by_name(tmp_path: Path, attempt: str) -> None:
    plan = planned(tmp_path, ATTEMPTS[attempt] + "\n", fails=True)
    assert plan.error is not None
    assert "the program tried to" in plan.error.message


def test_swallowing_the_error_does_not_hide_it(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import socket

        try:
            socket.create_connection(("192.0.2.1", 80))
        except BaseException:
            pass
        """,
    )
    assert [d.severity for d in plan.diagnostics] == ["error"]
    assert "192.0.2.1" in plan.diagnostics[0].message


def test_the_network_is_back_afterwards(tmp_path: Path) -> None:
    planned(tmp_path, "x = 1\n")
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.create_connection(server.getsockname()):
            pass
