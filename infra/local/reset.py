"""`reset`: stop the platform and delete what it holds."""

import shutil
import sys
from contextlib import suppress

from common import home
from common.errors import UserError
from common.settings import Settings
from infra.local import lock, supervise
from infra.local.stop import stop_all


def reset(settings: Settings, yes: bool) -> None:
    """Delete what a platform has made in its folder, after asking; whatever else lies there stays.

    Raises:
        UserError: the folder is no platform's, not confirmed, a job runs, or a file cannot be deleted.
    """
    if not settings.state_dir.exists():
        print(f"nothing to reset: there is no {settings.state_dir}")
        return
    home.require(settings)
    present = [part for part in home.PARTS if settings.path(part).exists()]
    confirm(f"This deletes all data below {settings.state_dir} ({', '.join(present)}).", yes)
    with lock.hold_all(settings, "a reset"):
        stop_all(settings)
        delete(settings)
    print(f"reset: the platform in {settings.state_dir} is deleted; `make run` begins again")


def delete(settings: Settings) -> None:
    """Delete the platform's parts; the mark stays where somebody has put files beside them, so that `up` works again.

    Raises:
        UserError: a file cannot be deleted.
    """
    socket = supervise.socket_path(settings)
    if socket.parent != settings.path("run"):
        shutil.rmtree(socket.parent, ignore_errors=True)
    try:
        for part in home.PARTS:
            if settings.path(part).exists():
                shutil.rmtree(settings.path(part))
        if not home.strangers(settings.state_dir, (home.PLATFORM_MARK, home.IGNORED)):
            for name in (home.PLATFORM_MARK, home.IGNORED):
                settings.path(name).unlink(missing_ok=True)
            with suppress(OSError):
                # A link, or a disk of its own, stays.
                settings.state_dir.rmdir()
    except OSError as error:
        raise UserError(f"cannot delete {error.filename}: {error.strerror}; delete it by hand") from None


def confirm(question: str, yes: bool) -> None:
    """Ask on the terminal unless `yes`.

    Raises:
        UserError: the answer is not yes, or there is nobody to ask.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UserError(f"{question} Nothing was deleted; confirm with YES=1")
    if input(f"{question} Type yes to go on: ").strip().lower() != "yes":
        raise UserError("nothing was deleted")
