"""`python -m infra.local`: the embedded platform's commands."""

import argparse
from collections.abc import Sequence
from importlib import import_module

from common import home
from common.cli import Parser
from common.errors import UsageError, entry_point
from common.settings import read_settings

MODULES = {"down": "stop"}
# What makes a platform claims its folder before all else; what looks at one, or takes it away, never makes one.
MAKING = ("up", "restore", "configure")
LOOKING = ("down", "status", "logs", "backup")
OPTIONAL = ("yarn", "flume")
# What has to be named, and how.
NAMED = {
    "logs": ("service", "name a service: make logs SERVICE=kafka"),
    "backup": ("to", "name a folder: make backup TO=folder"),
    "restore": ("source", "name a backup: make restore FROM=folder"),
}


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the command and its options."""
    parser = Parser(prog="python -m infra.local", description="The embedded platform.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="start everything and wait until it answers")
    up.add_argument("--services", default="", help="optional services besides the default ones, e.g. +yarn")
    commands.add_parser("down", help="stop everything, in order")
    commands.add_parser("status", help="show every daemon; exit status 3 where one is not up")
    logs = commands.add_parser("logs", help="show the end of a service's log")
    logs.add_argument(
        "service", nargs="?", default="", help="a service or daemon as `status` names it, or `supervisor`"
    )
    logs.add_argument("-f", "--follow", action="store_true", help="go on until interrupted")
    commands.add_parser("doctor", help="look for what is wrong on this machine; exit status 1 where something is")
    reset = commands.add_parser("reset", help="stop everything and delete its data")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    backup = commands.add_parser("backup", help="write everything that the platform holds to a folder")
    backup.add_argument("to", nargs="?", default="", help="a folder that is empty or not there")
    backup.add_argument("--secrets", action="store_true", help="the passwords too, and the key of personal data")
    restore = commands.add_parser("restore", help="make an empty platform that of a backup")
    restore.add_argument("source", nargs="?", default="", help="the folder of a backup")
    commands.add_parser("configure", help="render the configuration only")
    return parser.parse_args(argv)


@entry_point
def main(argv: Sequence[str] | None = None) -> None:
    """Run one command of the platform."""
    args = parse(argv)
    settings, options = read_settings(), arguments(args)
    if args.command in MAKING:
        home.claim(settings)
    if args.command in LOOKING:
        home.require(settings)
    # Each command is imported alone: `doctor` must work where half of the rest does not.
    module = import_module(f"infra.local.{MODULES.get(args.command, args.command)}")
    getattr(module, args.command)(settings, *options)


def arguments(args: argparse.Namespace) -> tuple[object, ...]:
    """Return what a command takes besides the settings.

    Raises:
        UsageError: `--services` names a service that is not optional, or what has to be named is not.
    """
    name, remedy = NAMED.get(args.command, ("", ""))
    if name and not getattr(args, name):
        raise UsageError(remedy)
    if args.command == "up":
        names = args.services.replace("+", " ").replace(",", " ").split()
        unknown = sorted(set(names) - set(OPTIONAL))
        if unknown:
            raise UsageError(f"--services {unknown[0]}: the optional services are {', '.join(OPTIONAL)}")
        return (names,)
    if args.command == "logs":
        return (args.service, args.follow)
    if args.command == "backup":
        return (args.to, args.secrets)
    if args.command == "restore":
        return (args.source,)
    return (args.yes,) if args.command == "reset" else ()


if __name__ == "__main__":
    main()
