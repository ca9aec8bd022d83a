"""Whether the configuration of a platform is that of this code and these settings; looking costs milliseconds."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from common.settings import ROOT, Settings

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
    """Return what stands for the code and the settings as they are now."""
    parts = [repr(settings), *(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in sources())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_current(settings: Settings) -> bool:
    """Return whether nothing has to be rendered."""
    place = stamp(settings)
    return place.is_file() and place.read_text() == fingerprint(settings)
