"""The quality of the models, each measure beside that of its baselines."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from reports.figures import Metric
from reports.formats import count, decimal, words

MODEL = "model"
# What may stand beside a model, in the order in which it is read; what is not listed comes after it, by name.
SUBJECTS = {
    "recency_rule": "Recency rule",
    "bg_nbd": "BG/NBD",
    "boosted_trees": "Boosted trees",
    "majority": "Commonest class",
    "best_column": "Best single column",
    "best_column_balanced": "The same, classes weighed",
    "leave_one_city_out": "In cities left out",
    "rfm_segments": "Named RFM segments",
    "rfm_grid": "RFM grid, 27 cells",
    "demographics": "Membership, age group, city",
    "uncalibrated": "Before calibration",
    "champion": "Champion before",
}
# What is the model itself in another state is nothing that it has to beat.
ITSELF = frozenset({"uncalibrated", "champion", "leave_one_city_out"})
DIFFERENCE = "_difference"
# Measures in the order in which they are read; what is not listed comes after them, by name.
MEASURES = {
    "auc": "Area under the ROC curve (0.5 is chance)",
    "pr_auc": "Area under the precision–recall curve",
    "macro_f1": "F1, mean over the classes",
    "accuracy": "Accuracy",
    "balanced_accuracy": "Share recognised, mean over the classes",
    "precision": "Precision",
    "recall": "Recall",
    "top_decile_lift": "Lift of the riskiest tenth (1 is chance)",
    "brier": "Brier score (lower is better)",
    "ece": "Calibration error (lower is better)",
    "eta_squared": "Share of the next period's spend explained (η², 0 to 1)",
    "segments": "Segments",
    "silhouette": "Silhouette (-1 to 1)",
    "stability": "Stability over bootstrap samples (adjusted Rand index, 1 is the same)",
}


@dataclass(frozen=True)
class Cell:
    """A value and, below it, an interval: the model's own, or of the model's value minus that of what is beside it."""

    value: str
    interval: str = ""


@dataclass(frozen=True)
class Line:
    """One measure: the model's cell, then that of each subject beside it, in the order of the card."""

    measure: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Scorecard:
    """The model of one task that scores; `subjects` are the keys of what stands beside it, `names` their names."""

    task: str
    version: str
    data_as_of: datetime | None
    subjects: Sequence[str]
    lines: Sequence[Line]

    @property
    def names(self) -> list[str]:
        """Return the subjects as people read them."""
        return [SUBJECTS.get(subject) or words(subject) for subject in self.subjects]


def scorecards(metrics: Sequence[Metric]) -> list[Scorecard]:
    """Return a card per task."""
    by_task = groupby(sorted(metrics, key=lambda row: row.task), key=lambda row: row.task)
    return [scorecard(list(rows)) for _, rows in by_task]


def scorecard(metrics: Sequence[Metric]) -> Scorecard:
    """Return the card of one task."""
    by_measure = {(row.subject, row.metric): row for row in metrics}
    beside = sorted({subject for subject, _ in by_measure if subject != MODEL}, key=lambda name: place(name, SUBJECTS))
    measures = sorted(
        {name for _, name in by_measure if not name.endswith(DIFFERENCE)}, key=lambda name: place(name, MEASURES)
    )
    lines = [
        Line(measure_name(name), [cell(by_measure, subject, name) for subject in (MODEL, *beside)]) for name in measures
    ]
    return Scorecard(metrics[0].task, metrics[0].version, metrics[0].data_as_of, beside, lines)


def cell(by_measure: Mapping[tuple[str, str], Metric], subject: str, measure: str) -> Cell:
    """Return the cell of a subject's measure; a dash where it was not measured."""
    row = by_measure.get((subject, measure))
    if row is None:
        return Cell(measure_text(None))
    if subject == MODEL:
        return Cell(measure_text(row.metric_value), interval(row, signed=False))
    gap = by_measure.get((subject, f"{measure}{DIFFERENCE}"))
    return Cell(measure_text(row.metric_value), interval(gap, signed=True) if gap else "")


def interval(row: Metric, signed: bool) -> str:
    """Return the ends of a measure's interval, or nothing where it has none."""
    if row.metric_low is None or row.metric_high is None:
        return ""
    sign = "+" if signed else ""
    return f"{row.metric_low:{sign}.3f} to {row.metric_high:{sign}.3f}"


def measure_name(measure: str) -> str:
    """Return a measure in words; a silhouette or stability may be of a number of segments that was tried."""
    tried = re.fullmatch(r"(silhouette|stability)_(\d+)", measure)
    return f"{tried[1].capitalize()} with {tried[2]} segments" if tried else MEASURES.get(measure) or words(measure)


def place(name: str, known: Mapping[str, str]) -> tuple[int, str]:
    """Return the sort key of a name: as in the list of the known ones, then by name."""
    order = list(known)
    return (order.index(name) if name in known else len(order), name)


def measure_text(value: Decimal | None) -> str:
    """Return a value as it stands in the table: counts whole, everything else with three decimals."""
    return count(value) if value is not None and value == int(value) and value > 1 else decimal(value, 3)
