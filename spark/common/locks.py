"""One lock per writer: a second run of a job is refused and told who holds it."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spark.common import home
from spark.common.errors import UserError
from spark.common.settings import Settings

# Every job that writes to a store or to the state folder.
JOBS = (
    "pipeline", "replay", "simulate", "snapshot", "ingest", "requeue", "models", "export", "maintenance",
)  # fmt: skip


@contextmanager
def hold(config: Settings, job: str, by: str = "") -> Iterator[None]:
    """Hold the lock of `job` for the length of the block; the system frees it however the process ends.

    Where another process holds it, the setting WAIT decides between waiting and an error.

    Args:
        by: who holds it, where that is not the job itself.

    Raises:
        UserError: another process holds it, or the state folder cannot be written.
    """
    home.require(config)
    path = config.path("run", f"{job}.lock")
    descriptor = opened(path)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 64, 0).decode("ascii", "replace").strip() or "unknown"
            runs = f"{job} runs already (process {holder})"
            if not config.wait:
                raise UserError(f"{runs}; wait for it to end (WAIT=1 does), or stop it") from None
            print(f"{runs}; waits for it to end", file=sys.stderr, flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}{by and f', {by}'}\n".encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def opened(path: Path) -> int:
    """Return the lock file's descriptor; the file is never removed, since another process may wait on it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; the state folder must be writable (STATE_DIR)") from None
