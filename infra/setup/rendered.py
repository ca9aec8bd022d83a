"""Whether the configuration of a platform is that of this code and these settings; looking costs milliseconds."""

import hashlib
from pathlib import Path

from common.settings import ROOT, Settings

# Whose files decide what is rendered.
SOURCES = ("infra/local", "infra/setup", "common", "streaming/ingest")


def stamp(settings: Settings) -> Path:
    """Return where it stands by what a platform's configuration was rendered."""
    return settings.path("conf", "rendered")


def fingerprint(settings: Settings) -> str:
    """Return what stands for the code and the settings as they are now."""
    files = (
        path
        for folder in SOURCES
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".py", ".scala", ".lock")
    )
    parts = [repr(settings), *(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_current(settings: Settings) -> bool:
    """Return whether nothing has to be rendered."""
    place = stamp(settings)
    return place.is_file() and place.read_text() == fingerprint(settings)
