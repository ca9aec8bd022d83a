"""A platform at rest: no job runs, the daemons of its stores have ended, and what ran before runs again afterwards."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg

from common import processes, shutdown
from common.errors import UserError
from common.settings import Settings
from infra.local import lock, provision_postgres, services, supervise
from infra.local.service import Service
from infra.local.stop import STAGES, end_orphans, stop_stage
from infra.local.up import bring_up

# The Thrift Server and YARN keep nothing of their own, so they stay, and find the stores again.
STOPPED = ("kafka", "datanode", "namenode", "postgres")
# Whoever may write to PostgreSQL; a Spark session is known by its connection to the catalogue.
WRITERS = "select usename, client_port from pg_stat_activity where usename not in ('reporter', 'postgres')"


@contextmanager
def quiet(settings: Settings, by: str) -> Iterator[list[Service]]:
    """Let no job run for the length of the block, and yield the services that run.

    Args:
        by: for whom, as a job that begins meanwhile is told.

    Raises:
        UserError: a job runs, somebody is connected who may write, or the platform is half up; the text names it.
    """
    with lock.hold_all(settings, by):
        if supervise.proxy(settings) is None:
            end_orphans(settings)
        ran = running(settings, services.every(settings))
        if ran:
            require_quiet(settings)
        yield ran


@contextmanager
def standstill(settings: Settings, ran: Sequence[Service]) -> Iterator[None]:
    """Keep the stores still for the length of the block, and start again what ran before, however it ends.

    Raises:
        UserError: a service does not come up again.
    """
    if not ran:
        yield
        return
    try:
        for stage in STAGES:
            if names := [name for name in stage if name in STOPPED]:
                stop_stage(settings, names)
        yield
    finally:
        with shutdown.held_back():
            print("starts again what ran before", file=sys.stderr, flush=True)
            bring_up(settings, ran)


def running(settings: Settings, known: Sequence[Service]) -> list[Service]:
    """Return the services that run, in the order in which they start; none where the platform is down.

    Raises:
        UserError: some of the services that always run do not.
    """
    states = {name: process["statename"] for name, process in supervise.processes(settings).items()}
    up = [one for one in known if all(states.get(program.name) == "RUNNING" for program in one.programs)]
    partly = [one for one in known if any(states.get(program.name) in supervise.WORKING for program in one.programs)]
    missing = [one.name for one in known if one not in up and (one in partly or not one.optional)]
    if partly and missing:
        raise UserError(f"the platform is half up: {', '.join(missing)} is not; `make up` or `make down` first")
    return up


def require_quiet(settings: Settings) -> None:
    """Refuse while somebody is connected who may write, such as dbt or a Spark session; readers of PostgreSQL are cut.

    Raises:
        UserError: the text names the processes.
    """
    names = {settings.port("thrift"): "the Thrift Server", settings.port("namenode"): "HDFS",
             settings.port("postgres"): "PostgreSQL"}  # fmt: skip
    writers = roles(settings)
    connections = {
        f"{holder} is connected to {names[port]}"
        for port, own, holder in processes.clients(names)
        if not is_daemon(settings, holder) and (port != settings.port("postgres") or own in writers)
    }
    if connections:
        raise UserError(f"{'; '.join(sorted(connections))}; wait for it to end, or stop it")


def is_daemon(settings: Settings, holder: processes.Holder) -> bool:
    """Return whether a process is one of the platform's own."""
    return bool(holder.pid) and processes.environment_of(holder.pid or 0).get(supervise.PLATFORM_VARIABLE) == str(
        settings.state_dir
    )


def roles(settings: Settings) -> dict[int, str]:
    """Return the roles that are logged in to PostgreSQL and may write, by the port of the client."""
    try:
        with provision_postgres.connect(settings, "postgres", "postgres") as connection:
            return {port: role for role, port in connection.execute(WRITERS) if port}
    except psycopg.OperationalError as error:
        raise UserError(f"PostgreSQL does not answer: {str(error).strip().splitlines()[-1]}; run `make up`") from None
