"""`python -m infra.setup`: check the machine, then install what the locks name; a second run finds nothing to do."""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    # Before any import, since the rest does not even parse on an old Python.
    sys.exit(
        "error: this is Python %d.%d; 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.11 ..." % sys.version_info[:2]
    )

import subprocess

from infra.setup import checks, jars, python, secrets
from spark.common.errors import entry_point
from spark.common.settings import settings

# Measured on an empty cache; the lock knows the jars' sizes, but not the wheels'.
WHEELS_MB = 670


@entry_point
def main() -> None:
    """Set up this clone."""
    config = settings()
    checks.check(config)
    absent = jars.missing()
    wheels = 0 if python.installed() else WHEELS_MB
    if absent or wheels:
        megabytes = sum(jar.size for jar in absent) / 1e6
        print(
            f"set-up: up to {wheels} MB of Python packages and {megabytes:.0f} MB of jars to fetch, less what is cached; "
            f"needs {checks.DISK_GB} GB of disk and {checks.MEMORY_GB} GB of memory",
            file=sys.stderr,
        )
    if not python.installed():
        python.install()
    fetched = jars.install()
    secrets.ensure(config)
    subprocess.run([str(python.VENV / "bin" / "python"), "-m", "infra.local", "configure"], check=True)
    print(f"set-up complete: {len(jars.locked())} jars verified, {fetched} fetched")


if __name__ == "__main__":
    main()
