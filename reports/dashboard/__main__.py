"""Serve the live page on loopback until Ctrl-C: what happens now, and who the customers are."""

import argparse
import errno
import logging
from collections.abc import Sequence
from typing import Any

from waitress.server import create_server

from common import processes
from common.cli import Parser, whole
from common.errors import UserError, entry_point
from common.settings import read_settings
from common.shutdown import interruptible
from reports.dashboard.app import build
from reports.dashboard.store import CONNECTIONS, Store

LOOPBACK = "127.0.0.1"
SECONDS_FOR_A_REQUEST = 30


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(prog="python -m reports.dashboard", description=__doc__)
    parser.add_argument("--port", type=whole(1024, 65535), help="another port than PORT_BASE + 22")
    return parser.parse_args(argv)


@entry_point
def main(argv: Sequence[str] | None = None) -> None:
    """Listen, say where, answer until the end."""
    args = parse(argv)
    settings = read_settings()
    settings.secret("reporter")
    port = args.port or settings.port("dashboard")
    store = Store(settings)
    server = bind(port, build(store).server)
    print(f"page: http://{LOOPBACK}:{port}/, until Ctrl-C", flush=True)
    try:
        with interruptible():
            server.run()
    finally:
        server.close()
        store.close()
    print("page: closed", flush=True)


def bind(port: int, application: Any) -> Any:
    """Return a server that listens, and says nothing of requests: addresses name customers.

    Raises:
        UserError: the port is in use; the text names who has it, and what helps.
    """
    logging.getLogger("waitress").setLevel(logging.CRITICAL)
    try:
        return create_server(
            application, host=LOOPBACK, port=port, threads=2 * CONNECTIONS, ident="page",
            channel_timeout=SECONDS_FOR_A_REQUEST,
        )  # fmt: skip
    except OSError as error:
        raise UserError(refusal(port, error)) from None


def refusal(port: int, error: OSError) -> str:
    """Return why a port cannot be had, and what helps."""
    if error.errno != errno.EADDRINUSE:
        return f"port {port} for the page: {error.strerror}; choose another with --port"
    holder = processes.holders([port]).get(port)
    return f"port {port} for the page is held by {holder or 'a process that just ended'}; end it, or choose --port"


if __name__ == "__main__":
    main()
