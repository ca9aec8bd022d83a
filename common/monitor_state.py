"""The file in which the monitor says how the pipeline is, for who looks while PostgreSQL is away."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from common.files import read_state, replace_file
from common.settings import Settings

FILE = ("run", "monitor.json")


def write(
    settings: Settings,
    looked_at: datetime,
    rows: Sequence[Mapping[str, Any]],
    problems: Sequence[str],
    alerts: Mapping[str, int],
    real_time: Sequence[str] = (),
) -> None:
    """Put what a look found into the file, whole.

    Args:
        rows: those of `live.pipeline_health`.
        problems: what is wrong with more than one job.
        alerts: of today, by channel.
        real_time: the queries that take an event when it comes, and say only every few minutes how far they are.

    Raises:
        OSError: it cannot be written.
    """
    state = {
        "at": looked_at, "alerts_today": alerts, "problems": problems, "rows": rows, "real_time": real_time,
    }  # fmt: skip
    replace_file(settings.path(*FILE), json.dumps(state, default=datetime.isoformat))


def read(settings: Settings) -> dict[str, Any] | None:
    """Return what the monitor wrote last; None where it has not run, or the file is not whole."""
    return read_state(settings.path(*FILE))
