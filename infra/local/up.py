"""`up`: start what does not run, wait until every service answers, ensure what it must hold."""

import sys
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from common import processes
from common.errors import UserError
from common.settings import Settings
from infra.local import lock, supervise
from infra.local.configure import configure
from infra.local.service import NotReadyError, Service, select_services
from infra.local.stop import end_orphans

POLL_SECONDS = 0.1
# So long may a daemon end and be started again, e.g. while what a killed one held is freed.
CRASHING_SECONDS = 20
TAIL_LINES = 20


class ServiceFailedError(UserError):
    """A service did not come up; the tail of its log was shown."""


def up(settings: Settings, extra: Iterable[str] = ()) -> None:
    """Bring the platform up; running daemons whose configuration did not change are left alone.

    Raises:
        UserError: a port is taken, or a service did not come up.
    """
    begun = time.monotonic()
    with lock.hold_platform(settings):
        services = configure(settings)
        if supervise.proxy(settings) is None:
            end_orphans(settings)
        check_ports(settings, services)
        supervise.ensure_running(settings, services)
        wanted = [*select_services(services, extra)]
        bring_up(settings, wanted)
        for service in wanted:
            if service.helpers_wanted(settings):
                for program in service.helpers:
                    supervise.begin(settings, program)
    print(f"platform up: {len(wanted)} services in {time.monotonic() - begun:.1f} s")


def check_ports(settings: Settings, services: Sequence[Service]) -> None:
    """Stop before anything starts where a port that a daemon needs is held by another process.

    Raises:
        UserError: the text names port, daemon and holder.
    """
    states = supervise.processes(settings)
    needed = {
        settings.port(name): program.name
        for service in services
        for program in service.programs
        if states.get(program.name, {}).get("statename") not in supervise.WORKING
        for name in program.ports
    }
    for port, holder in processes.holders(needed).items():
        raise UserError(f"port {port} ({needed[port]}) is held by {holder}; stop it, or set another PORT_BASE")


def bring_up(settings: Settings, services: Sequence[Service]) -> None:
    """Start the services side by side, each as soon as those that it needs are there.

    Raises:
        UserError: the first service that failed; the others are not waited for.
    """
    futures: dict[str, Future[None]] = {}
    given_up = threading.Event()

    def one(service: Service) -> None:
        try:
            service.prepare(settings)
            for name in service.needs:
                futures[name].result()
            begin_and_wait(settings, service, given_up)
        except BaseException:
            given_up.set()
            raise

    with ThreadPoolExecutor(len(services)) as pool:
        try:
            for service in services:
                futures[service.name] = pool.submit(one, service)
            for future in as_completed(futures.values()):
                future.result()
        except BaseException:
            given_up.set()
            raise


def begin_and_wait(settings: Settings, service: Service, given_up: threading.Event) -> None:
    """Start the daemons of a service, wait until it answers, and provision it."""
    begun = time.monotonic()
    for program in service.programs:
        supervise.begin(settings, program)
    wait(settings, service, begun + service.ready_seconds, given_up)
    ready = time.monotonic()
    service.provision(settings)
    provisioned = time.monotonic() - ready
    more = f", provisioned in {provisioned:.1f} s" if provisioned > 1 else ""
    print(f"  {service.name:<9} ready in {ready - begun:5.1f} s{more}", file=sys.stderr, flush=True)


def wait(settings: Settings, service: Service, deadline: float, given_up: threading.Event) -> None:
    """Wait until a service answers.

    Raises:
        ServiceFailedError: a daemon ended for good, time is up, or another service failed.
    """
    while True:
        try:
            return service.probe(settings)
        except NotReadyError as error:
            reason = str(error)
        states = supervise.processes(settings)
        for program in service.programs:
            state = states.get(program.name, {}).get("statename", "unknown").lower()
            if state in ("fatal", "unknown"):
                fail(settings, service, program.name, f"it ended ({state})")
            if state == "backoff" and time.monotonic() > deadline - service.ready_seconds + CRASHING_SECONDS:
                fail(settings, service, program.name, "it ends again and again")
        if time.monotonic() > deadline:
            fail(settings, service, service.programs[-1].name, f"no answer in {service.ready_seconds} s: {reason}")
        if given_up.wait(POLL_SECONDS):
            raise ServiceFailedError(f"{service.name} was not waited for")


def fail(settings: Settings, service: Service, program: str, why: str) -> None:
    """Show the tail of a daemon's log and give up."""
    log = settings.path("log", f"{program}.log")
    lines = log.read_text(errors="replace").splitlines()[-TAIL_LINES:] if log.is_file() else []
    print(f"--- last lines of {log}", *lines, "---", sep="\n", file=sys.stderr, flush=True)
    raise ServiceFailedError(f"{service.name} did not come up: {why}; see {log}")
