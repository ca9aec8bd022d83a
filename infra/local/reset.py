"""`reset`: stop the platform and delete what it holds."""

import shutil
import sys

from infra.local import supervise
from infra.local.stop import down
from spark.common.errors import UserError
from spark.common.settings import Settings

# What the platform writes; anything else in the folder is not ours to delete.
PARTS = ("data", "run", "log", "conf", "secrets", "replays", "simulations", "out")


def reset(settings: Settings, yes: bool) -> None:
    """Delete the state folder's parts after asking.

    Raises:
        UserError: not confirmed, or a file cannot be deleted.
    """
    present = [part for part in PARTS if settings.path(part).exists()]
    if not present:
        print(f"nothing to reset in {settings.state_dir}")
        return
    confirm(f"This deletes all data below {settings.state_dir} ({', '.join(present)}).", yes)
    down(settings)
    socket = supervise.socket_path(settings)
    if socket.parent != settings.path("run"):
        shutil.rmtree(socket.parent, ignore_errors=True)
    for part in PARTS:
        try:
            if settings.path(part).exists():
                shutil.rmtree(settings.path(part))
        except OSError as error:
            raise UserError(f"cannot delete {error.filename}: {error.strerror}; delete it by hand") from None
    print(f"reset: the platform in {settings.state_dir} is deleted; `make run` begins anew")


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
