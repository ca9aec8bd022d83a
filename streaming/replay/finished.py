"""What was replayed to its end, so that the same file is not sent twice by mistake."""

import json
from collections.abc import Mapping
from typing import Any

from common.errors import UserError
from common.files import replace_file
from common.settings import Settings

IDENTITY = ("source", "mapping", "shift_to")


def find(settings: Settings, digest: str, identity: Mapping[str, str | None]) -> dict[str, Any] | None:
    """Return the finished replay of this file as this source, by this mapping, with this shift."""
    same = [run for run in runs(settings, digest) if all(run.get(key) == identity[key] for key in IDENTITY)]
    return same[-1] if same else None


def runs(settings: Settings, digest: str) -> list[dict[str, Any]]:
    """Return all finished replays of a file."""
    path = settings.path("replays", f"{digest}.json")
    if not path.is_file():
        return []
    try:
        return list(json.loads(path.read_text("utf-8"))["runs"])
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{path}: cannot be read; delete it to send the file again") from None


def record(settings: Settings, digest: str, run: Mapping[str, Any]) -> None:
    """Add a finished replay; the file is replaced whole, so that it is never half written."""
    path = settings.path("replays", f"{digest}.json")
    others = [one for one in runs(settings, digest) if any(one.get(key) != run[key] for key in IDENTITY)]
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, json.dumps({"file_sha256": digest, "runs": [*others, dict(run)]}, indent=2) + "\n")
