"""The quality of the models, each measure beside its baselines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from reports.evidence import Metric


@dataclass(frozen=True)
class Scorecard:
    """The newest version of the model of one task."""

    task: str
    version: str
    data_as_of: datetime | None
    metrics: Sequence[Metric]


def scorecards(metrics: Sequence[Metric]) -> list[Scorecard]:
    """Return a card per task; of several versions the one that learned from the newest data."""
    cards = []
    for task, rows in groupby(sorted(metrics, key=lambda row: row.task), key=lambda row: row.task):
        measured = list(rows)
        newest = max(measured, key=lambda row: (row.data_as_of is not None, row.data_as_of, row.version))
        kept = [row for row in measured if row.version == newest.version]
        cards.append(Scorecard(task, newest.version, newest.data_as_of, sorted(kept, key=lambda row: row.metric)))
    return cards
