"""`down`: daemons end before those that they need."""

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from common import locks, processes
from common.settings import Settings
from infra.local import lock, supervise

STAGES = (
    ("class-archive", "thrift", "nodemanager", "flume", "flume-watch"),
    ("resourcemanager", "kafka", "datanode"),
    ("namenode", "postgres"),
)
ORPHAN_SECONDS = 30


def down(settings: Settings) -> None:
    """Stop every daemon and the supervisor; what is down stays down.

    Nothing is rendered or read but the supervisor's own list, so that this works where set-up is broken.
    """
    with lock.hold_platform(settings):
        stop_all(settings)
        clear_scratch(settings)


def stop_all(settings: Settings) -> None:
    """Stop what runs, stray daemons too; the lock of the platform is held."""
    begun = time.monotonic()
    if supervise.proxy(settings) is None:
        ended = end_orphans(settings)
        print(f"platform down: {ended} stray daemons ended" if ended else "platform is down already")
        return
    for stage in STAGES:
        stop_stage(settings, stage)
    supervise.shut_down(settings)
    print(f"platform down in {time.monotonic() - begun:.1f} s")


def clear_scratch(settings: Settings) -> None:
    """Delete the temporary files that killed Java processes left behind, unless a job is still at work."""
    jobs = (job for job in locks.JOBS if settings.path("run", f"{job}.lock").exists())
    if any(locks.holder(settings, job) for job in jobs):
        return
    for path in settings.path("run", "tmp").glob("*"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            # What cannot be deleted is in nobody's way.
            with contextlib.suppress(OSError):
                path.unlink()


def stop_stage(settings: Settings, stage: Sequence[str]) -> None:
    """Stop daemons side by side and wait until all have ended."""
    running = [name for name, process in supervise.processes(settings).items() if name in stage and process["pid"]]

    def one(name: str) -> None:
        begun = time.monotonic()
        supervise.stop(settings, name)
        print(f"  {name:<15} stopped in {time.monotonic() - begun:4.1f} s", file=sys.stderr, flush=True)

    with ThreadPoolExecutor(len(stage)) as pool:
        list(pool.map(one, running))


def end_orphans(settings: Settings) -> int:
    """End the daemons of this platform that outlived their supervisor, and return how many there were.

    Without a supervisor nobody restarts or stops them, but they hold the ports and the data.
    """
    pids = orphans(settings)
    for pid in pids:
        signal_to(pid, signal.SIGINT if "postgres" in processes.command_of(pid) else signal.SIGTERM)
    deadline = time.monotonic() + ORPHAN_SECONDS
    while not all(supervise.has_ended(pid) for pid in pids):
        if time.monotonic() > deadline:
            for pid in pids:
                signal_to(pid, signal.SIGKILL)
        time.sleep(0.1)
    if pids:
        print(f"  ended {len(pids)} daemons whose supervisor was gone", file=sys.stderr, flush=True)
    return len(pids)


def orphans(settings: Settings) -> list[int]:
    """Return the processes that were started by a supervisor of this platform."""
    folder = str(settings.state_dir)
    return [
        pid
        for pid in processes.pids()
        if processes.environment_of(pid).get(supervise.PLATFORM_VARIABLE) == folder and not supervise.has_ended(pid)
    ]


def signal_to(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
