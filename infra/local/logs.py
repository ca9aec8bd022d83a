"""`logs`: the end of a daemon's log."""

import contextlib
import subprocess
from pathlib import Path

from common.errors import UsageError
from common.settings import Settings
from infra.local.configure import configure

LINES = 100


def logs(settings: Settings, name: str, follow: bool) -> None:
    """Show the last lines of the logs of a service or a daemon; with `follow`, go on until interrupted.

    Raises:
        UsageError: there is no such service, or it never ran.
    """
    paths = [path for path in files(settings, name) if path.is_file()]
    if not paths:
        raise UsageError(f"{name} has no log yet: it was never started here; run `make up`")
    with contextlib.suppress(KeyboardInterrupt):
        subprocess.run(["tail", "-n", str(LINES), *(["-F"] if follow else []), *map(str, paths)], check=False)


def files(settings: Settings, name: str) -> list[Path]:
    """Return the log files of a service, a daemon, or the supervisor."""
    daemons_of = {"supervisor": ["supervisord"]}
    for service in configure(settings):
        daemons = [program.name for program in service.programs]
        daemons_of |= {daemon: [daemon] for daemon in daemons}
        daemons_of[service.name] = daemons
    if name not in daemons_of:
        raise UsageError(f"there is no service {name!r}; the services are {', '.join(sorted(daemons_of))}")
    return [settings.path("log", f"{daemon}.log") for daemon in daemons_of[name]]
