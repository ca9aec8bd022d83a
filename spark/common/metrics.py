"""How good a prediction is, computed where the rows are; only a handful of numbers reaches this process."""

import math
from collections.abc import Mapping, Sequence

from pyspark.ml.evaluation import BinaryClassificationEvaluator
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark.common.frames import one_row

Confusion = Mapping[tuple[str, str], int]


def ranking(frame: DataFrame, label: str, score: str) -> dict[str, float]:
    """Return the areas under the ROC and the precision-recall curve of `score` (higher = more likely `label` = 1).

    Equal scores count half, so a constant score has an AUC of 0.5. Both classes must be there.
    """
    scored = frame.select(F.col(label).cast("double").alias("label"), F.col(score).cast("double").alias("score"))
    evaluator = BinaryClassificationEvaluator(rawPredictionCol="score", labelCol="label", numBins=0)
    return {
        "auc": evaluator.evaluate(scored, {evaluator.metricName: "areaUnderROC"}),
        "pr_auc": evaluator.evaluate(scored, {evaluator.metricName: "areaUnderPR"}),
    }


def calibration(frame: DataFrame, label: str, probability: str, bins: int = 10) -> dict[str, float]:
    """Return the Brier score and the expected calibration error over bins of equal width.

    ECE is the mean distance between what was predicted and what happened in a bin, weighted by the bin's rows
    (Naeini, Cooper and Hauskrecht, 2015).
    """
    wanted, given = F.col(label).cast("double"), F.col(probability)
    binned = frame.groupBy(F.least(F.floor(given * bins), F.lit(bins - 1)).alias("bin")).agg(
        F.count(F.lit(1)).alias("rows"),
        F.avg(given).alias("predicted"),
        F.avg(wanted).alias("happened"),
        F.sum((given - wanted) ** 2).alias("squares"),
    )
    rows = binned.orderBy("bin").collect()
    total = sum(row["rows"] for row in rows)
    return {
        "brier": math.fsum(row["squares"] for row in rows) / total,
        "ece": math.fsum(row["rows"] * abs(row["predicted"] - row["happened"]) for row in rows) / total,
    }


def top_lift(frame: DataFrame, label: str, score: str, ties: Sequence[str], share: float = 0.1) -> float:
    """Return how many times more often `label` holds among the top `share` of the rows than among all of them.

    Rows of equal score are ordered by the columns `ties`, so that the cut is the same every time.
    """
    wanted = F.col(label).cast("double")
    overall = one_row(frame.agg(F.count(F.lit(1)).alias("rows"), F.avg(wanted).alias("rate")))
    top = frame.orderBy(F.col(score).desc(), *ties).limit(math.ceil(overall["rows"] * share))
    return ratio(one_row(top.agg(F.avg(wanted).alias("rate")))["rate"], overall["rate"])


def classification(frame: DataFrame, label: str, said: Column) -> dict[str, float]:
    """Return precision, recall and accuracy of a yes-or-no answer `said`; 0 where it never says yes."""
    wanted = F.col(label).cast("boolean")
    counts = one_row(
        frame.agg(
            F.count_if(wanted & said).alias("hits"),
            F.count_if(said).alias("said"),
            F.count_if(wanted).alias("wanted"),
            F.count_if(wanted == said).alias("right"),
            F.count(F.lit(1)).alias("rows"),
        )
    )
    return {
        "precision": ratio(counts["hits"], counts["said"]),
        "recall": ratio(counts["hits"], counts["wanted"]),
        "accuracy": ratio(counts["right"], counts["rows"]),
    }


def accuracy(confusion: Confusion) -> float:
    """Return the share of rows whose predicted class (second of the key) is the actual one (first)."""
    return ratio(sum(rows for (actual, said), rows in confusion.items() if actual == said), sum(confusion.values()))


def macro_f1(confusion: Confusion) -> float:
    """Return the mean over the actual classes of F1 = 2·hits / (actual + predicted), each class counting the same."""
    classes = sorted({actual for actual, _ in confusion})
    scores = []
    for name in classes:
        actual = sum(rows for (wanted, _), rows in confusion.items() if wanted == name)
        predicted = sum(rows for (_, said), rows in confusion.items() if said == name)
        scores.append(ratio(2 * confusion.get((name, name), 0), actual + predicted))
    return math.fsum(scores) / len(scores)


def ratio(part: float, whole: float) -> float:
    """Return part / whole, and 0 where there is no whole."""
    return part / whole if whole else 0.0
