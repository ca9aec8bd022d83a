"""What the data of a satisfaction model can and cannot support, in sentences made from its figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spark.ml.evaluation import MODEL, Measure, by_name
from spark.satisfaction.encoding import LEAST_INSIDE
from spark.satisfaction.evaluate import BALANCED, BEST_COLUMN, LEFT_OUT, MAJORITY

ByName = Mapping[tuple[str, str], Measure]


@dataclass(frozen=True)
class Data:
    """What was learned from.

    Args:
        rows: customers whose level is known.
        distinct: those that differ in anything but the customer.
        unlabelled: customers to be scored of whom no level is known.
        measured: rows that the measures are on.
        columns: the column that each single-column rule is of.
        inside: by number, the share of customers to be scored that lies where anything was learned.
    """

    rows: int
    distinct: int
    unlabelled: int
    measured: int
    columns: Mapping[str, str]
    inside: Mapping[str, float]


def sentences(data: Data, measures: Sequence[Measure]) -> list[str]:
    """Return what must be known before the model is believed, one sentence each."""
    known = by_name(measures)
    return [rows(data), *single_column(data, known), cities(known), *left_out(data)]


def rows(data: Data) -> str:
    """Return how much was learned from."""
    alike = f"{data.distinct:,} of them differ in more than the customer"
    unknown = "none is without one" if not data.unlabelled else f"{data.unlabelled:,} to be scored have none"
    sample = f"; measured on {data.measured:,}" if data.measured < data.rows else ""
    return f"{data.rows:,} customers have a known level, {alike}, {unknown}{sample}."


def single_column(data: Data, known: ByName) -> list[str]:
    """Return what the best single column says alone, and whether the model says more.

    Its answers with the classes weighed follow where they are others.
    """
    beginnings = {
        subject: f"{data.columns[subject]} alone{weighed} is right in {scores(known, subject)}"
        for subject, weighed in ((BEST_COLUMN, ""), (BALANCED, ", with its classes weighed,"))
    }
    same = data.columns[BEST_COLUMN] == data.columns[BALANCED] and scores(known, BEST_COLUMN) == scores(known, BALANCED)
    return [
        f"{beginning}, the model in {scores(known, MODEL)}: "
        + verdict(
            known[subject, "macro_f1_difference"],
            "it says more than that column",
            "it says less than that column",
            "it is not shown to say more than that column",
        )
        for subject, beginning in beginnings.items()
        if not (same and subject == BALANCED)
    ]


def cities(known: ByName) -> str:
    """Return what is left of the model in a city that it has not learned from."""
    if (LEFT_OUT, "accuracy") not in known:
        return (
            "What the model is worth in a city that it has not learned from cannot be said: there is one city alone, "
            "or without one the rest is of one class."
        )
    chance = known[MAJORITY, "balanced_accuracy"].value
    worth = verdict(
        known[LEFT_OUT, "majority_balanced_accuracy_difference"],
        "it knows something of any city",
        "it is worse than chance there",
        "it is not shown to be better than chance there",
    )
    return (
        f"Asked about cities that it had not learned from, it is right in {scores(known, LEFT_OUT)}, the commonest "
        f"class in {known[MAJORITY, 'accuracy'].value:.1%}; a class is recognised in "
        f"{known[LEFT_OUT, 'balanced_accuracy'].value:.1%} of its rows on average, by chance in {chance:.1%}: {worth}"
    )


def scores(known: ByName, subject: str) -> str:
    """Return accuracy and macro-F1 of a subject."""
    return f"{known[subject, 'accuracy'].value:.1%} of the rows (macro-F1 {known[subject, 'macro_f1'].value:.3f})"


def left_out(data: Data) -> list[str]:
    """Return which numbers the model does not use, and why."""
    return [
        f"{name} is left out: of {1 - share:.0%} of the customers to be scored it lies where nothing was learned."
        for name, share in sorted(data.inside.items())
        if share < LEAST_INSIDE
    ]


def verdict(gap: Measure, above: str, below: str, neither: str) -> str:
    """Return which of three a difference says, with its interval: above or below zero, or neither for sure."""
    low, high = gap.low or 0.0, gap.high or 0.0
    words = above if low > 0 else below if high < 0 else neither
    return f"{words} (difference {gap.value:+.3f}, 95 % {low:+.3f} to {high:+.3f})."
