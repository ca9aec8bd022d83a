"""Whether the configuration of a platform is that of this code and these settings; looking costs milliseconds."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from common.errors import UsageError
from common.settings import IDENTITIES, ROOT, Settings

# Whose files decide what is rendered; by the classes of Scala, wherever they lie, the jar is named that all jobs get.
FOLDERS = ("infra/local", "infra/setup", "common")
FOLDERS_WITH_SCALA = (*FOLDERS, "streaming")


def stamp(settings: Settings) -> Path:
    """Return where it stands by what a platform's configuration was rendered."""
    return settings.path("conf", "rendered")


def sources() -> Iterator[Path]:
    """Yield the files that decide what is rendered, in a fixed order."""
    for folder in FOLDERS:
        yield from (path for path in sorted((ROOT / folder).rglob("*")) if path.suffix in (".py", ".lock"))
    for folder in FOLDERS_WITH_SCALA:
        yield from sorted((ROOT / folder).rglob("*.scala"))


def fingerprint(settings: Settings) -> str:
    """Return what stands for the code, the settings and the passwords as they are now."""
    passwords = [password(settings, identity) for identity in IDENTITIES]
    parts = [
        repr(settings),
        *passwords,
        *(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in sources()),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def password(settings: Settings, identity: str) -> str:
    """Return the password that is written into configuration; nothing where there is none yet."""
    try:
        return settings.secret(identity)
    except (UsageError, OSError):
        return ""


def is_current(settings: Settings) -> bool:
    """Return whether nothing has to be rendered."""
    place = stamp(settings)
    return place.is_file() and place.read_text() == fingerprint(settings)
