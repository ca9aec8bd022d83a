"""`python -m infra.local`: the embedded platform's commands."""

import argparse
from collections.abc import Sequence

from spark.common.errors import entry_point
from spark.common.settings import settings


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the command and its options."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description="The embedded platform.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="start everything and wait until it answers")
    up.add_argument("--services", default="", help="optional services besides the default ones, e.g. +yarn")
    commands.add_parser("configure", help="render the configuration only")
    commands.add_parser("down", help="stop everything, in order")
    return parser.parse_args(argv)


@entry_point
def main(argv: Sequence[str] | None = None) -> None:
    """Run one command of the platform."""
    args = parse(argv)
    config = settings()
    if args.command == "up":
        from infra.local.up import up

        up(config, [name for name in args.services.replace("+", " ").replace(",", " ").split() if name])
    elif args.command == "down":
        from infra.local.stop import down

        down(config)
    elif args.command == "configure":
        from infra.local.configure import configure

        configure(config)


if __name__ == "__main__":
    main()
