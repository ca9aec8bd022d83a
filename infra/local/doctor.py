"""`doctor`: what on this machine keeps the platform from running, each finding with its remedy."""

import socket
import sys
from collections.abc import Callable, Iterator

from common import processes
from common.errors import UserError
from common.settings import PORTS, Settings
from infra.local import java, supervise
from infra.local.files import writable
from infra.local.flume import state as flume
from infra.local.stop import orphans
from infra.setup import checks
from infra.setup.jars import missing

LOOPBACK = "127.0.0.1"
# Ports that a job holds while somebody runs it, not the supervisor.
JOBS = {
    "ingest-metrics": "streaming.ingest",
    "monitor-metrics": "streaming.monitor",
    "dashboard": "reports.dashboard",
}


def doctor(settings: Settings) -> None:
    """Print each check and what it found; the exit status is 1 where something is wrong."""
    faults = 0
    for name, check in CHECKS.items():
        findings = list(check(settings))
        faults += len(findings)
        for text in findings or ["ok"]:
            print(f"{name:<10} {text}")
    print(f"{faults} findings" if faults else "nothing is wrong")
    if faults:
        sys.exit(1)


def java_faults(_: Settings) -> Iterator[str]:
    """Yield what is wrong with Java."""
    try:
        java.home()
    except UserError as error:
        yield str(error)


def set_up_faults(_: Settings) -> Iterator[str]:
    """Yield whether jars are missing."""
    absent = missing()
    if absent:
        yield f"{len(absent)} jars are missing; run `make setup`"


def python_faults(_: Settings) -> Iterator[str]:
    """Yield whether this Python is not one that the locks are for."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        yield f"Python {sys.version.split()[0]} is not supported; use 3.11, 3.12 or 3.13"


def disk_faults(settings: Settings) -> Iterator[str]:
    """Yield whether the state folder cannot be written or its disk is nearly full."""
    if not writable(settings.state_dir):
        yield f"{settings.state_dir} cannot be written; change its owner, or set STATE_DIR"
    free = checks.free_gb(settings.state_dir)
    if free < 2:
        yield f"{free:.1f} GB free for {settings.state_dir}; free some space, or set STATE_DIR to another disk"


def memory_faults(_: Settings) -> Iterator[str]:
    """Yield whether there is too little memory."""
    if checks.memory_gb() < checks.MEMORY_GB:
        yield f"{checks.memory_gb():.1f} GB of memory; {checks.MEMORY_GB} GB are needed: raise the limit"


def host_faults(_: Settings) -> Iterator[str]:
    """Yield whether `localhost` is not this machine."""
    try:
        addresses = {info[4][0] for info in socket.getaddrinfo("localhost", None, socket.AF_INET)}
    except OSError:
        addresses = set()
    if LOOPBACK not in addresses:
        names = ", ".join(map(str, addresses)) or "nothing"
        yield f"localhost resolves to {names}; add `{LOOPBACK} localhost` to /etc/hosts"


def port_faults(settings: Settings) -> Iterator[str]:
    """Yield every port of the platform that another process holds."""
    names = {settings.port(name): name for name in PORTS}
    for port, holder in processes.holders(names).items():
        is_daemon = holder.pid and processes.environment_of(holder.pid).get(supervise.PLATFORM_VARIABLE) == str(
            settings.state_dir
        )
        is_job = f"-m {JOBS.get(names[port])}" in holder.command
        if not (is_daemon or is_job):
            yield f"port {port} ({names[port]}) is held by {holder}; stop it, or set another PORT_BASE"


def state_faults(settings: Settings) -> Iterator[str]:
    """Yield what a crash left behind, and daemons that gave up."""
    if supervise.proxy(settings) is None:
        stray = orphans(settings)
        if stray:
            yield f"daemons run without their supervisor (pids {', '.join(map(str, stray))}); `make up` ends them first"
        elif supervise.socket_path(settings).exists():
            yield "the platform was not stopped but killed; `make up` recovers it, nothing has to be deleted"
    for name, process in supervise.processes(settings).items():
        if process["statename"] == "FATAL":
            yield f"{name} gave up after many restarts; see `make logs SERVICE={name}`, then run `make up`"


def flume_faults(settings: Settings) -> Iterator[str]:
    """Yield what is wrong with Flume, where it runs, and which logs it could not read to their end within a day."""
    process = supervise.processes(settings).get("flume", {})
    if process.get("pid"):
        state = flume.read(settings)
        yield from (
            flume.problems(state) if state else ("its watch has not looked; see `make logs SERVICE=flume-watch`",)
        )


CHECKS: dict[str, Callable[[Settings], Iterator[str]]] = {
    "java": java_faults,
    "python": python_faults,
    "set-up": set_up_faults,
    "disk": disk_faults,
    "memory": memory_faults,
    "host name": host_faults,
    "ports": port_faults,
    "state": state_faults,
    "flume": flume_faults,
}
