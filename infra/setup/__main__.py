"""`python -m infra.setup`: check the machine, then install what the locks name; a second run finds nothing to do."""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    # Before any import, since the rest does not even parse on an old Python.
    sys.exit(
        "error: this is Python {}.{}; 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.11".format(*sys.version_info)
    )

import argparse
import subprocess

from common import home
from common.errors import entry_point
from common.settings import Settings, read_settings
from infra.setup import cache, checks, jars, python, rendered, secrets

# Measured on an empty cache; the lock knows the jars' sizes, but not the wheels'.
WHEELS_MB = 670


@entry_point
def main() -> None:
    """Set up this clone."""
    parser = argparse.ArgumentParser(prog="python -m infra.setup", description="Install what the locks name.")
    parser.add_argument("--quiet", action="store_true", help="say nothing where nothing has to be done")
    quiet = parser.parse_args().quiet
    settings = read_settings()
    complete, fetched = python.is_installed() and jars.are_verified(), 0
    if not (complete and quiet):
        fetched = install(settings)
    if not quiet or (home.is_there(settings) and not rendered.is_current(settings)):
        prepare(settings)
    if not (complete and quiet):
        print(f"set-up complete: {len(jars.locked_jars())} jars verified, {fetched} fetched", file=sys.stderr)


def install(settings: Settings) -> int:
    """Install what is missing, verify what is there, and return how many jars were fetched."""
    absent = jars.missing()
    if absent or not python.is_installed():
        checks.check(settings)
        announce(absent)
    with cache.hold_cache():
        if not python.is_installed():
            python.install()
        return jars.install()


def announce(absent: list[jars.Jar]) -> None:
    """Say what will be downloaded and what it needs."""
    wheels = 0 if python.is_installed() else WHEELS_MB
    megabytes = sum(jar.size for jar in absent) / 1e6
    print(
        f"set-up: up to {wheels} MB of Python packages and {megabytes:.0f} MB of jars to fetch, less what is cached; "
        f"needs {checks.DISK_GB} GB of disk and {checks.MEMORY_GB} GB of memory",
        file=sys.stderr,
    )


def prepare(settings: Settings) -> None:
    """Make what a platform needs before it is up: passwords, configuration, dbt's profile."""
    home.claim(settings)
    secrets.ensure(settings)
    process = subprocess.run([str(python.VENV / "bin" / "python"), "-m", "infra.local", "configure"], check=False)
    if process.returncode:
        sys.exit(process.returncode)


if __name__ == "__main__":
    main()
