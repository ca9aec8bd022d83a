"""The server is on loopback alone, and a port in use is one line."""

import os
import socket

import pytest

from common.errors import UserError
from reports.dashboard.__main__ import bind


def test_a_port_in_use_is_named_with_its_holder_and_the_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            UserError, match=rf"^port {port} for the page is held by pid {os.getpid()} .*choose --port$"
        ):
            bind(port, lambda environ, start_response: [])


def test_it_listens_on_loopback_alone() -> None:
    server = bind(0, lambda environ, start_response: [])
    assert server.effective_host == "127.0.0.1"
    server.close()
