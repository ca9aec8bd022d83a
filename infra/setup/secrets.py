"""The platform's passwords: generated once, one private file each, named by the identity."""

import os
import secrets
from pathlib import Path

from common.errors import UserError
from common.settings import IDENTITIES, Settings

# In hex digits: Hive's schema tool takes a password that begins with a dash for an option.
BYTES = 24


def ensure(settings: Settings) -> list[str]:
    """Generate the passwords that are missing and return their identities.

    Raises:
        UserError: the folder cannot be written.
    """
    home = settings.path("secrets")
    generated = []
    try:
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)
        for identity in IDENTITIES:
            path = home / identity
            if path.is_file() and path.read_text().strip():
                path.chmod(0o600)
                continue
            generate(path)
            generated.append(identity)
    except OSError as error:
        raise UserError(
            f"cannot write {home}: {error.strerror}; free space, change its owner, or set STATE_DIR"
        ) from None
    return generated


def generate(path: Path) -> None:
    """Write a new password to a private file, in place of what is there."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(BYTES) + "\n")
