"""One lock per writer: a second run of a job is refused and told who holds it."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common import home
from common.errors import UserError
from common.settings import Settings

# Every job that writes to a store or to the state folder. Whatever makes tables from tables is of one pipeline: dbt,
# the models, the export, which would otherwise show a half built lake.
JOBS = ("pipeline", "replay", "simulate", "snapshot", "ingest", "requeue", "maintenance")
# Set for the steps of a pipeline, which holds the lock for all of them.
WITHIN = "WITHIN_PIPELINE"


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
    descriptor = opened(path)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            runs = f"{job} runs already (process {written(descriptor)})"
            if not settings.wait:
                raise UserError(f"{runs}; wait for it to end (WAIT=1 does), or stop it") from None
            print(f"{runs}; waits for it to end", file=sys.stderr, flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.ftruncate(descriptor, 0)
        try:
            os.pwrite(descriptor, f"{os.getpid()}{by and f', {by}'}\n".encode(), 0)
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}; free space, or set STATE_DIR to another disk") from None
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def holder(settings: Settings, job: str) -> str:
    """Return process and command of whoever holds the lock of `job` now, or nothing."""
    descriptor = opened(settings.path("run", f"{job}.lock"))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return ""
    except BlockingIOError:
        return written(descriptor)
    finally:
        os.close(descriptor)


def written(descriptor: int) -> str:
    """Return what the holder of a lock has written to its file."""
    return os.pread(descriptor, 64, 0).decode("ascii", "replace").strip() or "unknown"


def opened(path: Path) -> int:
    """Return the lock file's descriptor; the file is never removed, since another process may wait on it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; the state folder must be writable (STATE_DIR)") from None
