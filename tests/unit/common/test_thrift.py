"""What a person is told when the Thrift Server fails them."""

import socket
from pathlib import Path

import pytest
from pyhive import hive
from thrift.transport.TTransport import TTransportException

from common import thrift
from common.errors import UserError
from common.settings import read_settings


class Broken:
    """A connection whose server has gone."""

    def cursor(self) -> "Broken":
        return self

    def execute(self, query: str) -> None:
        raise TTransportException(message="read 0 bytes")

    def close(self) -> None:
        raise TTransportException(message="broken pipe")


def test_a_server_that_breaks_off_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "reader").write_text("x")
    with socket.create_server(("127.0.0.1", 0)) as server:
        environ = {"STATE_DIR": str(tmp_path), "THRIFT_PORT": str(server.getsockname()[1])}
        monkeypatch.setattr(hive, "connect", lambda **_: Broken())
        with pytest.raises(UserError, match="broke off: read 0 bytes; see `make status`"):
            thrift.rows(read_settings(environ, tmp_path / "none"), "select 1")
