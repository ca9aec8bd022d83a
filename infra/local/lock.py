"""One command that changes the platform at a time; the second says who is at work."""

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
def hold_platform(settings: Settings) -> Iterator[None]:
    """Hold the platform's lock; the kernel frees it however this process ends.

    Raises:
        UserError: another command holds it; the text names the process.
    """
    path = folder(settings.path("run")) / "platform.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise cannot_write(path, error) from None

    def refuse(holder: str) -> None:
        raise UserError(f"the platform is being changed by {holder or 'another command'}; wait for it")

    with locks.exclusive(descriptor, refuse):
        command = f"{Path(sys.argv[0]).parent.name} {' '.join(sys.argv[1:])}"
        locks.write_holder(descriptor, f"pid {os.getpid()} ({command})")
        yield


@contextmanager
def hold_all(settings: Settings, by: str) -> Iterator[None]:
    """Hold the lock of the platform and that of every job.

    Args:
        by: for whom, as a job that begins meanwhile is told.

    Raises:
        UserError: one of them is held; the text names job and process.
    """
    with hold_platform(settings), ExitStack() as stack:
        for job in locks.JOBS:
            stack.enter_context(locks.hold(settings, job, by))
        yield
