"""What was replayed to its end, so that the same file is not sent twice by mistake."""

import json
from collections.abc import Mapping
from typing import Any

from common.errors import UserError
from common.files import replace_file
from common.settings import Settings


def find(settings: Settings, digest: str, identity: Mapping[str, str | None]) -> dict[str, Any] | None:
    """Return the finished replay of this file as this source, by a mapping of this content, with this shift.

    A run that was recorded before mappings were known by their content is known by the mapping's name.
    """
    for run in runs(settings, digest):
        known_by = "mapping_sha256" if "mapping_sha256" in run else "mapping"
        if all(run.get(key) == identity.get(key) for key in ("source", known_by, "shift_to")):
            return run
    return None


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
    """Keep a finished replay in place of its source's last one; the file is replaced whole."""
    path = settings.path("replays", f"{digest}.json")
    others = [one for one in runs(settings, digest) if one.get("source") != run["source"]]
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, json.dumps({"file_sha256": digest, "runs": [*others, dict(run)]}, indent=2) + "\n")
