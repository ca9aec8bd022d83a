"""One lock per writer: a second run of a job is refused and told who holds it."""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from common import home
from common.errors import UserError
from common.settings import Settings

# Every job that writes to a store or to the state folder. Whatever makes tables from tables is of one pipeline: dbt,
# the models, the export, which would otherwise show a half built lake.
JOBS = ("pipeline", "replay", "simulate", "snapshot", "sessionise", "ingest", "monitor", "requeue", "maintenance")
# Set for the steps of a pipeline, which holds the lock for all of them.
WITHIN = "WITHIN_PIPELINE"
# Who holds a lock and has not written it yet.
UNKNOWN = "unknown"


@contextmanager
def hold(settings: Settings, job: str, by: str = "") -> Iterator[None]:
    """Hold the lock of `job` for the length of the block; the system frees it however the process ends.

    Where another process holds it, the setting WAIT decides between waiting and an error.

    Args:
        by: who holds it: which command, where the job has several.

    Raises:
        UserError: another process holds it, or the state folder cannot be written.
    """
    home.require(settings)
    if job == "pipeline" and os.environ.get(WITHIN):
        yield
        return
    path = settings.path("run", f"{job}.lock")

    def wait_or_refuse(holder: str) -> None:
        runs = f"{job} runs already (process {holder or UNKNOWN})"
        if not settings.wait:
            raise UserError(f"{runs}; wait for it to end (WAIT=1 does), or stop it")
        print(f"{runs}; waits for it to end", file=sys.stderr, flush=True)

    with exclusive(lock_file(path), wait_or_refuse) as descriptor:
        try:
            write_holder(descriptor, f"{os.getpid()}{by and f', {by}'}")
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}; free space, or set STATE_DIR to another disk") from None
        yield


@contextmanager
def exclusive(descriptor: int, busy: Callable[[str], None]) -> Iterator[int]:
    """Hold the lock of an open file, which is closed behind the block, and yield its descriptor.

    Args:
        descriptor: of the lock file.
        busy: is told who holds the lock where another process does; it raises, or returns to wait for the lock.
    """
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            busy(read_holder(descriptor))
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def holder(settings: Settings, job: str) -> str:
    """Return process and command of whoever holds the lock of `job` now, or nothing."""
    descriptor = lock_file(settings.path("run", f"{job}.lock"))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return ""
    except BlockingIOError:
        return read_holder(descriptor) or UNKNOWN
    finally:
        os.close(descriptor)


def write_holder(descriptor: int, holder: str) -> None:
    """Write to the file of a lock who holds it."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{holder}\n".encode(), 0)


def read_holder(descriptor: int) -> str:
    """Return what the holder of a lock has written to its file, or nothing."""
    return os.pread(descriptor, 4096, 0).decode("utf-8", "replace").strip()


def lock_file(path: Path) -> int:
    """Return the lock file's descriptor; the file is never removed, since another process may wait on it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; the state folder must be writable (STATE_DIR)") from None
