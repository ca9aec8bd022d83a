"""One command that changes the platform at a time; the second says who is at work."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from common import locks
from common.errors import UserError
from common.settings import Settings
from infra.local.files import cannot_write, folder


@contextmanager
def held(settings: Settings) -> Iterator[None]:
    """Hold the platform's lock; the kernel frees it however this process ends.

    Raises:
        UserError: another command holds it; the text names the process.
    """
    path = folder(settings.path("run")) / "platform.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise cannot_write(path, error) from None
    with os.fdopen(descriptor, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = file.read().strip() or "another command"
            raise UserError(f"the platform is being changed by {other}; wait for it") from None
        file.truncate()
        file.write(f"pid {os.getpid()} ({Path(sys.argv[0]).parent.name} {' '.join(sys.argv[1:])})\n")
        file.flush()
        yield
        file.seek(0)
        file.truncate()


@contextmanager
def alone(settings: Settings, by: str) -> Iterator[None]:
    """Hold the lock of the platform and that of every job.

    Args:
        by: for whom, as a job that begins meanwhile is told.

    Raises:
        UserError: one of them is held; the text names job and process.
    """
    with held(settings), ExitStack() as stack:
        for job in locks.JOBS:
            stack.enter_context(locks.hold(settings, job, by))
        yield
