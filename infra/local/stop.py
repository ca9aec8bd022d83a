"""`down` and what is like it: daemons end in the reverse order of their start."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from infra.local import lock, ports, supervise
from infra.local.configure import configure
from infra.local.service import Service, start_order
from spark.common.settings import Settings

ORPHAN_SECONDS = 30


def down(settings: Settings) -> None:
    """Stop every daemon and the supervisor; what is down stays down."""
    begun = time.monotonic()
    with lock.held(settings):
        if supervise.proxy(settings) is None:
            ended = end_orphans(settings)
            print(f"platform down: {ended} stray daemons ended" if ended else "platform is down already")
            return
        stop_all(settings, start_order(configure(settings)))
        supervise.shut_down(settings)
    print(f"platform down in {time.monotonic() - begun:.1f} s")


def stop_all(settings: Settings, services: Sequence[Service]) -> None:
    """Stop each service as soon as those that need it have stopped."""
    futures: dict[str, Future[None]] = {}
    known = supervise.processes(settings)

    def one(service: Service) -> None:
        for other in services:
            if service.name in other.needs:
                futures[other.name].result()
        begun = time.monotonic()
        running = [program for program in service.programs if known.get(program.name, {}).get("pid")]
        for program in reversed(service.programs):
            if program.name in known:
                supervise.stop(settings, program)
        if running:
            print(f"  {service.name:<9} stopped in {time.monotonic() - begun:4.1f} s", file=sys.stderr, flush=True)

    with ThreadPoolExecutor(len(services)) as pool:
        for service in reversed(services):
            futures[service.name] = pool.submit(one, service)
    for future in futures.values():
        future.result()


def end_orphans(settings: Settings) -> int:
    """End the daemons of this platform that outlived their supervisor, and return how many there were.

    Without a supervisor nobody restarts or stops them, but they hold the ports and the data.
    """
    found = orphans(settings)
    for pid in found:
        signal_to(pid, signal.SIGINT if "postgres" in ports.command_of(pid) else signal.SIGTERM)
    deadline = time.monotonic() + ORPHAN_SECONDS
    while any(alive(pid) for pid in found):
        if time.monotonic() > deadline:
            for pid in found:
                signal_to(pid, signal.SIGKILL)
        time.sleep(0.1)
    if found:
        print(f"  ended {len(found)} daemons whose supervisor was gone", file=sys.stderr, flush=True)
    return len(found)


def orphans(settings: Settings) -> list[int]:
    """Return the processes that were started by a supervisor of this platform."""
    mine = str(settings.state_dir)
    return [pid for pid in ports.pids() if ports.environment_of(pid).get(supervise.MARK) == mine and alive(pid)]


def alive(pid: int) -> bool:
    """Return whether a process still runs."""
    return not supervise.zombie(pid)


def signal_to(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
