"""`status`: one row per daemon."""

import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from common import processes
from common.settings import Settings
from infra.local import supervise
from infra.local.configure import configure
from infra.local.service import NotReadyError, Program, Service, start_order

NOT_UP = 3
HEAD = ("SERVICE", "DAEMON", "STATE", "PORT", "PID", "MEMORY", "VERSION", "WEB PAGE")


@dataclass(frozen=True)
class Row:
    """A daemon as a person sees it; `pid` is 0 and `memory_mb` 0 where it does not run."""

    service: str
    daemon: str
    state: str
    port: int
    pid: int
    memory_mb: int
    version: str
    web: str
    optional: bool

    def cells(self) -> tuple[str, ...]:
        """Return the row as text."""
        memory = f"{self.memory_mb} MB" if self.pid else "-"
        pid = str(self.pid) if self.pid else "-"
        return (self.service, self.daemon, self.state, str(self.port), pid, memory, self.version, self.web or "-")


def status(settings: Settings) -> None:
    """Print the table; the exit status is 0 where every default service answers, else 3."""
    services = configure(settings)
    rows = read(settings, services)
    print(table([HEAD, *(row.cells() for row in rows)]))
    running = {row.service for row in rows if row.pid}
    for service in services:
        for line in service.details(settings) if service.name in running else ():
            print(line)
    down = [row.daemon for row in rows if row.state != "ready" and not row.optional]
    total = sum(row.memory_mb for row in rows)
    print(f"not up: {', '.join(down)}; run `make up`" if down else f"all up, {total} MB")
    if down:
        sys.exit(NOT_UP)


def read(settings: Settings, services: Sequence[Service]) -> list[Row]:
    """Return a row per daemon; the services are asked side by side, each when those that it needs have answered.

    One whose needs do not answer is not asked: without its catalogue the Thrift Server would answer after minutes.
    """
    known = supervise.processes(settings)
    answers: dict[str, Future[bool]] = {}

    def ask(service: Service) -> bool:
        running = any(known.get(program.name, {}).get("pid") for program in service.programs)
        return running and all(answers[name].result() for name in service.needs) and answering(settings, service)

    with ThreadPoolExecutor(len(services)) as pool:
        for service in start_order(services):
            answers[service.name] = pool.submit(ask, service)
    return [
        row(settings, service, program, known.get(program.name, {}), answers[service.name].result())
        for service in services
        for program in service.programs
    ]


def answering(settings: Settings, service: Service) -> bool:
    """Return whether a service answers now."""
    try:
        service.probe(settings)
    except NotReadyError:
        return False
    return True


def row(settings: Settings, service: Service, program: Program, process: dict, answers: bool) -> Row:
    """Return the row of a daemon from what the supervisor and the probe say."""
    pid = int(process.get("pid", 0))
    return Row(
        service=service.name,
        daemon=program.name,
        state=state(str(process.get("statename", "STOPPED")), pid, answers, service.optional),
        port=settings.port(program.ports[0]),
        pid=pid,
        memory_mb=processes.memory_mb(pid) if pid else 0,
        version=program.version,
        web=program.web if pid else "",
        optional=service.optional,
    )


def state(supervised: str, pid: int, answers: bool, optional: bool) -> str:
    """Return one word for a daemon: ready, starting, failed, off (optional, not asked for) or down."""
    if pid:
        return "ready" if answers else "starting"
    if supervised in ("BACKOFF", "FATAL"):
        return "failed"
    return "off" if optional else "down"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows in aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
