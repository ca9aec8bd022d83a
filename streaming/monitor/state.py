"""The file in which the monitor says how the pipeline is, for who looks while PostgreSQL is away."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from common.files import replace_file
from common.settings import Settings
from streaming.monitor.rows import Row

FILE = ("run", "monitor.json")


def write(
    settings: Settings, looked_at: datetime, rows: Sequence[Row], problems: Sequence[str], alerts: Mapping[str, int]
) -> None:
    """Put what a look found into the file, whole.

    Raises:
        OSError: it cannot be written.
    """
    state = {"at": looked_at, "alerts_today": alerts, "problems": problems, "rows": [asdict(row) for row in rows]}
    replace_file(settings.path(*FILE), json.dumps(state, default=datetime.isoformat))


def read(settings: Settings) -> dict[str, Any] | None:
    """Return what the monitor wrote last; None where it has not run, or the file is not whole."""
    try:
        state: dict[str, Any] = json.loads(settings.path(*FILE).read_text("utf-8"))
        return state
    except (OSError, ValueError):
        return None
