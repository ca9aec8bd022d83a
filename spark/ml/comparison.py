"""A model and what stands beside it, measured on the same held-out rows; plain arrays, no Spark."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from spark.ml import evaluation
from spark.ml.evaluation import MODEL, Measure, Numbers, Scored

Metric = Callable[[Scored, Numbers], float]
RANKING: dict[str, Metric] = {
    "auc": evaluation.auc,
    "pr_auc": evaluation.pr_auc,
    "top_decile_lift": evaluation.top_decile_lift,
}
CALIBRATION: dict[str, Metric] = {"brier": evaluation.brier, "ece": evaluation.ece}
ANSWERS: dict[str, Metric] = {
    "precision": evaluation.precision,
    "recall": evaluation.recall,
    "accuracy": evaluation.accuracy,
}


@dataclass(frozen=True)
class Subject:
    """One way to answer a yes-or-no question.

    Args:
        name: `MODEL`, or what it is, such as "recency_rule".
        score: higher for a likelier 1, of shape (rows,).
        is_probability: whether the score claims to be one, so that its calibration can be judged.
        yes_above: the score above which it says yes; None where it only ranks.
    """

    name: str
    score: Numbers
    is_probability: bool = True
    yes_above: float | None = None

    def measures(self, label: Numbers) -> dict[str, Callable[[Numbers], float]]:
        """Return what can be measured of it, as functions of the rows' weights."""
        rows = Scored(label, self.score)
        measures: dict[str, Callable[[Numbers], float]]
        measures = {name: partial(metric, rows) for name, metric in RANKING.items()}
        if self.is_probability:
            measures |= {name: partial(metric, rows) for name, metric in CALIBRATION.items()}
        if self.yes_above is not None:
            answers = Scored(label, (self.score > self.yes_above).astype(float))
            measures |= {name: partial(metric, answers) for name, metric in ANSWERS.items()}
        return measures


@dataclass(frozen=True)
class Bin:
    """One point of a reliability curve: among `rows` rows, what was predicted on average and what happened."""

    subject: str
    bin: int
    predicted: float
    happened: float
    rows: int


def compare(label: Numbers, subjects: Sequence[Subject]) -> list[Measure]:
    """Return every measure of every subject, and the model's minus that of each other, all with intervals.

    Args:
        label: 0 or 1, of shape (rows,).
        subjects: one of them called `MODEL`. All are measured on the same rows, so the differences are paired.
    """
    known = {subject.name: subject.measures(label) for subject in subjects}

    def statistics(weight: Numbers) -> dict[str, float]:
        values = {
            (subject, name): measure(weight)
            for subject, measures in known.items()
            for name, measure in measures.items()
        }
        differences = {
            f"{subject} {name}_difference": values[MODEL, name] - value
            for (subject, name), value in values.items()
            if subject != MODEL and (MODEL, name) in values
        }
        return {f"{subject} {name}": value for (subject, name), value in values.items()} | differences

    intervals = evaluation.bootstrap(statistics, len(label))
    return [Measure(*words(name), *numbers) for name, numbers in intervals.items()]


def words(name: str) -> tuple[str, str]:
    """Return subject and metric."""
    subject, _, metric = name.partition(" ")
    return subject, metric


def curves(label: Numbers, subjects: Sequence[Subject]) -> list[Bin]:
    """Return the reliability curve of every subject that gives probabilities; empty bins are left out."""
    every = np.ones(len(label))
    return [
        Bin(subject.name, place, float(predicted), float(happened), int(rows))
        for subject in subjects
        if subject.is_probability
        for place, (predicted, happened, rows) in enumerate(
            zip(*evaluation.reliability(Scored(label, subject.score), every), strict=True)
        )
        if rows
    ]
