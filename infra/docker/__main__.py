"""`make containers`: write `compose.yml` and all that it names, check it, and say how to start it."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from common import home
from common.cli import Parser
from common.errors import UserError, entry_point
from common.settings import IDENTITIES, Settings, read_settings
from infra.docker import check, compose, conf, containers, preflight
from infra.docker.profile import PROFILES, USER_ID, Profile
from infra.local.files import PRIVATE, folder, write
from infra.setup import secrets

FOLDER, FILE = "containers", "compose.yml"


@entry_point
def main(argv: Sequence[str] | None = None) -> None:
    """Write, check, say."""
    args = parse(argv)
    settings = read_settings()
    place = settings.path(FOLDER)
    profile = PROFILES[args.profile or compose.profile_of(place / FILE) or "small"]
    wanted = containers.every(settings, profile)
    if not args.check:
        home.claim(settings)
        write_all(settings, profile, place, wanted)
    report(place / FILE, check.findings(settings, profile, place / FILE))
    if args.check:
        return
    faults = [*preflight.faults(settings, profile, place, wanted)]
    if faults:
        raise UserError("; ".join((f"{place / FILE} is written, but would not start here", *faults)))
    print(f"start: docker compose -f {place / FILE} up --detach --build")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(prog="python -m infra.docker", description="The platform in containers.")
    parser.add_argument("--profile", choices=PROFILES, help="how large it is (default: as it is, else small)")
    parser.add_argument("--check", action="store_true", help="only check the file that is there")
    return parser.parse_args(argv)


def report(path: Path, findings: Sequence[str]) -> None:
    """Print what the check has found.

    Raises:
        UserError: it has found something.
    """
    for finding in findings:
        print(f"{path}:{finding}", file=sys.stderr)
    if findings:
        number = f"{len(findings)} fault{'s' if len(findings) != 1 else ''}"
        raise UserError(f"{path}: {number}; `make containers` writes the file again")
    print(f"{path}: no fault found")


def write_all(settings: Settings, profile: Profile, place: Path, wanted: Sequence[containers.Container]) -> None:
    """Write the file, the configuration, and passwords where there never were any; make the folders it names."""
    first = not (place / "secrets").is_dir()
    for path in (place, *(path for one in wanted for path in compose.folders(one, place))):
        folder(path, 0o700)
    if first:
        for name in IDENTITIES:
            secrets.generate(folder(place / "secrets", 0o700) / name)
    home.mark(place / "state")
    conf.write_files(settings, profile, place)
    write(place / FILE, compose.text(settings, profile, wanted), PRIVATE)
    if os.geteuid() == 0:
        for path in (place, *place.rglob("*")):
            os.chown(path, USER_ID, USER_ID, follow_symlinks=False)


if __name__ == "__main__":
    main()
