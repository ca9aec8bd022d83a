"""The quality of the models, each measure beside its baselines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from reports.evidence import Metric
from reports.formats import count, decimal, words

# A metric named <prefix>_<measure> is the same measure of a baseline.
BASELINES = {
    "rule": "Recency rule",
    "bg_nbd": "BG/NBD",
    "majority": "Commonest class",
    "best_column": "Best single column",
}
# Measures in the order in which they are read; what is not listed comes after them, by name.
MEASURES = {
    "auc": "Area under the ROC curve (0.5 is chance)",
    "pr_auc": "Area under the precision–recall curve",
    "accuracy": "Accuracy",
    "macro_f1": "F1, mean over the classes",
    "precision": "Precision",
    "recall": "Recall",
    "top_decile_lift": "Lift of the riskiest tenth (1 is chance)",
    "brier": "Brier score (lower is better)",
    "ece": "Calibration error (lower is better)",
    "segments": "Segments",
    "silhouette": "Silhouette (-1 to 1)",
    "stability": "Stability over seeds (1 is the same)",
}


@dataclass(frozen=True)
class Line:
    """One measure: the model's value, then each baseline's, in the order of the card."""

    measure: str
    values: Sequence[str]


@dataclass(frozen=True)
class Scorecard:
    """The newest version of the model of one task."""

    task: str
    version: str
    data_as_of: datetime | None
    baselines: Sequence[str]
    lines: Sequence[Line]


def scorecards(metrics: Sequence[Metric]) -> list[Scorecard]:
    """Return a card per task; of several versions the one that learned from the newest data."""
    by_task = groupby(sorted(metrics, key=lambda row: row.task), key=lambda row: row.task)
    return [scorecard(task, list(rows)) for task, rows in by_task]


def scorecard(task: str, metrics: Sequence[Metric]) -> Scorecard:
    """Return the card of one task."""
    newest = max(metrics, key=lambda row: (row.data_as_of is not None, row.data_as_of, row.version))
    values: dict[str, dict[str, Decimal | None]] = {}
    for row in metrics:
        if row.version == newest.version:
            baseline, measure = split(row.metric)
            values.setdefault(measure, {})[baseline] = row.metric_value
    found = {baseline for columns in values.values() for baseline in columns}
    present = [prefix for prefix in BASELINES if prefix in found]
    lines = [
        Line(named(name), [written(values[name].get(column)) for column in ["", *present]])
        for name in sorted(values, key=place)
    ]
    return Scorecard(task, newest.version, newest.data_as_of, [BASELINES[prefix] for prefix in present], lines)


def split(metric: str) -> tuple[str, str]:
    """Return the baseline that a metric is of (empty for the model itself) and the measure."""
    for prefix in BASELINES:
        if metric.startswith(f"{prefix}_"):
            return prefix, metric.removeprefix(f"{prefix}_")
    return "", metric


def named(measure: str) -> str:
    """Return a measure in words; a silhouette may be of a number of segments that was tried."""
    tried = re.fullmatch(r"silhouette_(\d+)", measure)
    return f"Silhouette with {tried[1]} segments" if tried else MEASURES.get(measure) or words(measure)


def place(measure: str) -> tuple[int, str]:
    """Return the sort key of a measure."""
    known = list(MEASURES)
    return (known.index(measure) if measure in known else len(known), measure)


def written(value: Decimal | None) -> str:
    """Return a value as it stands in the table: counts whole, everything else with three decimals."""
    return count(value) if value is not None and value == int(value) and value > 1 else decimal(value, 3)
