"""How good the satisfaction model is, beside what it has to beat; plain arrays, no Spark."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from spark.ml.comparison import words
from spark.ml.evaluation import MODEL, Measure, Numbers, Statistics, bootstrap
from spark.ml.registry import CHAMPION
from spark.satisfaction import baselines
from spark.satisfaction.baselines import Codes

DECIDED_BY = "macro_f1"
MAJORITY, BEST_COLUMN, BALANCED, LEFT_OUT = "majority", "best_column", "best_column_balanced", "leave_one_city_out"

Metric = Callable[[Codes, Codes, Numbers], float]


@dataclass(frozen=True)
class Answers:
    """The classes of rows, and what each subject answered: codes from 0, of shape (rows,).

    Args:
        actual: the classes; each of them is there at least once.
        alike: a code that rows have in common that are equal but for the customer.
        by_subject: the answers of each.
        champion: the champion's answers and, on the same rows, the challenger's, with the rows' places; None where it
            was not measured.
    """

    actual: Codes
    alike: Codes
    by_subject: Mapping[str, Codes]
    champion: tuple[Codes, Codes, Codes] | None = None


def accuracy(actual: Codes, predicted: Codes, weight: Numbers) -> float:
    """Return the share of rows, by weight, whose class was predicted."""
    return float(weight[actual == predicted].sum() / weight.sum())


def macro_f1(actual: Codes, predicted: Codes, weight: Numbers) -> float:
    """Return the mean over the classes that there are of F1 = 2·hits / (actual + predicted), by weight."""
    classes = int(actual.max()) + 1
    there = np.bincount(actual, weight, classes)
    answered = (predicted >= 0) & (predicted < classes)
    claimed = np.bincount(predicted[answered], weight[answered], classes)
    hits = np.bincount(actual[actual == predicted], weight[actual == predicted], classes)
    return float((2 * hits / np.maximum(there + claimed, np.finfo(float).tiny))[there > 0].mean())


def balanced_accuracy(actual: Codes, predicted: Codes, weight: Numbers) -> float:
    """Return the mean over the classes that there are of the share that was predicted, by weight.

    Whoever knows nothing, a constant included, gets one over the number of classes, however large they are.
    """
    classes = int(actual.max()) + 1
    there = np.bincount(actual, weight, classes)
    hits = np.bincount(actual[actual == predicted], weight[actual == predicted], classes)
    return float((hits[there > 0] / there[there > 0]).mean())


METRICS: dict[str, Metric] = {"accuracy": accuracy, DECIDED_BY: macro_f1, "balanced_accuracy": balanced_accuracy}


def measures(answers: Answers) -> list[Measure]:
    """Return the METRICS of every subject, and the model's minus the others', with intervals.

    Of the cities that were left out also `majority_<metric>_difference`, theirs minus the commonest class's. Rows that
    are equal but for the customer are drawn together, since they say one thing once.
    """
    intervals = bootstrap_alike(answers.alike, lambda weight: statistics(answers, weight))
    if answers.champion is not None:
        theirs, ours, places = answers.champion
        actual, alike = answers.actual[places], answers.alike[places]
        intervals |= bootstrap_alike(alike, lambda weight: against_champion(actual, theirs, ours, weight))
    return [Measure(*words(name), *numbers) for name, numbers in intervals.items()]


def bootstrap_alike(alike: Codes, weighed: Statistics) -> dict[str, tuple[float, float, float]]:
    """Return each statistic with its interval, groups of equal rows drawn whole."""
    names, group = np.unique(alike, return_inverse=True)
    return bootstrap(lambda weight: weighed(weight[group]), names.size)


def statistics(answers: Answers, weight: Numbers) -> dict[str, float]:
    """Return the measures of the subjects, the differences to the model, and those of the cities to the majority."""
    values = {
        (subject, name): metric(answers.actual, predicted, weight)
        for subject, predicted in answers.by_subject.items()
        for name, metric in METRICS.items()
    }
    numbers = {f"{subject} {name}": value for (subject, name), value in values.items()}
    numbers |= {
        f"{subject} {name}_difference": values[MODEL, name] - value
        for (subject, name), value in values.items()
        if subject != MODEL
    }
    if LEFT_OUT in answers.by_subject:
        numbers |= {
            f"{LEFT_OUT} majority_{name}_difference": values[LEFT_OUT, name] - values[MAJORITY, name]
            for name in METRICS
        }
    return numbers


def against_champion(actual: Codes, theirs: Codes, ours: Codes, weight: Numbers) -> dict[str, float]:
    """Return the champion's measures, and the challenger's minus them on the same rows."""
    numbers = {}
    for name, metric in METRICS.items():
        value = metric(actual, theirs, weight)
        numbers[f"{CHAMPION} {name}"] = value
        numbers[f"{CHAMPION} {name}_difference"] = metric(actual, ours, weight) - value
    return numbers


def rules(values: Mapping[str, Codes], actual: Codes, fold: Codes) -> tuple[dict[str, Codes], dict[str, str]]:
    """Return the answers of the baselines, and the column that each single-column rule is of.

    The best column is the one that is right most often; `best_column_balanced`, which weighs the classes as the model
    does, the one of the best macro-F1. Of equals the first by name.
    """
    even = np.ones(actual.size)
    answers = {MAJORITY: baselines.constant(actual)}
    names: dict[str, str] = {}
    for subject, power, metric in ((BEST_COLUMN, 0.0, accuracy), (BALANCED, 1.0, macro_f1)):
        each = {name: baselines.by_value(codes, actual, fold, power) for name, codes in sorted(values.items())}
        names[subject] = max(each, key=lambda name: round(metric(actual, each[name], even), 9))
        answers[subject] = each[names[subject]]
    return answers, names
