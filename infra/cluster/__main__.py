"""`make doctor PROFILE=team.env`: whether the services of a team can carry the project; nothing is changed there."""

import sys
from collections.abc import Sequence
from pathlib import Path

from common.cli import Parser
from common.errors import UsageError, entry_point, run_and_leave
from common.settings import Settings, read_settings
from infra.cluster.doctor import asked, findings

FOUND = 2


@entry_point
def main(argv: Sequence[str] | None = None) -> None:
    """Print a line for each finding; the exit status is 2 where there is one."""
    parser = Parser(prog="python -m infra.cluster", description=main.__doc__)
    parser.add_argument("profile", help="a file of settings as .env.example has them, read in place of .env")
    settings = profile(Path(parser.parse_args(argv).profile))
    found = findings(settings)
    for one in found:
        print(one.line())
    if found:
        print(f"{len(found)} finding{'s' if len(found) != 1 else ''}")
        sys.exit(FOUND)
    print(f"nothing is wrong with {', '.join(asked(settings))}")


def profile(path: Path) -> Settings:
    """Return the settings of a profile; the environment overrules it, as it does `.env`.

    Raises:
        UsageError: there is no such file, or it is not of the form.
    """
    if not path.is_file():
        raise UsageError(f"{path}: there is no such profile; copy .env.example and name your services in it")
    return read_settings(env_file=path)


if __name__ == "__main__":
    # A client of a service that never answers still waits.
    run_and_leave(main)
