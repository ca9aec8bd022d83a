"""Serve the live page on loopback until Ctrl-C: what happens now, and who the customers are."""

import argparse
from collections.abc import Sequence

from common.cli import Parser, whole
from common.errors import entry_point
from common.settings import read_settings
from common.shutdown import interruptible
from reports.dashboard.app import Application
from reports.dashboard.server import LOOPBACK, Server, bind, hosts
from reports.dashboard.store import Store


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
    with bind(port, Application(store, hosts(port))) as server:
        print(f"page: http://{LOOPBACK}:{port}/, until Ctrl-C", flush=True)
        serve(server)
    store.close()


def serve(server: Server) -> None:
    """Answer requests until a signal to stop."""
    try:
        with interruptible():
            server.serve_forever()
    except KeyboardInterrupt:
        print("page: closed", flush=True)


if __name__ == "__main__":
    main()
