"""A database of one run, below the state folder, for what is too much for memory."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from common.errors import UserError, why
from common.settings import Settings


@contextmanager
def new_database(settings: Settings, name: str, what: str) -> Iterator[sqlite3.Connection]:
    """Return an empty database for its owner alone, for the length of the block; the caller holds the job's lock.

    Args:
        settings: where the state folder is.
        name: of the file.
        what: is staged there, in words.

    Raises:
        UserError: there is no room for it.
    """
    path = settings.path("tmp", name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            yield database
    except sqlite3.Error as error:
        raise UserError(f"{path}: {error}; {what} are staged there, so STATE_DIR needs room and write access") from None
    except PermissionError as error:
        raise UserError(f"{path}: {why(error)}; the state folder must be writable (STATE_DIR)") from None
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)
