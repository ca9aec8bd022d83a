"""The churn model on held-out customers, beside the rule, BG/NBD alone, boosted trees and the champion."""

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from common.frames import sample_rows
from common.thresholds import AT_RISK_DAYS, AT_RISK_PROBABILITY
from spark.churn import model
from spark.ml.comparison import Bin, Subject, compare, curves
from spark.ml.evaluation import MODEL, MOST_ROWS, Measure
from spark.ml.registry import CHAMPION

DECIDED_BY = "brier"


def evaluate(
    fitted: PipelineModel, training: DataFrame, held_out: DataFrame, champion: PipelineModel | None
) -> tuple[list[Measure], list[Bin]]:
    """Return measures and reliability curves on the held-out rows, no more than MOST_ROWS of them by hash.

    Args:
        fitted: what `model.fit` returned.
        training: the rows that it was fitted to; the trees learn from them as well.
        held_out: labelled rows of a later cut.
        champion: the model that scores until now; None where there is none, or it cannot read the features.
    """
    total = held_out.count()
    rows = sample_rows(held_out, total, MOST_ROWS, *model.KEY)
    predicted = fitted.transform(rows).join(
        model.by_trees(fitted, model.trees(training, fitted), rows), list(model.KEY)
    )
    names = ["label", "churn_probability", "log_odds", "rhythm_probability", "recency_days", "boosted_trees"]
    if champion is not None:
        scored = champion.transform(rows.select(*model.KEY, *model.FEATURES))
        by_champion = scored.select(*model.KEY, F.col("churn_probability").alias(CHAMPION))
        predicted, names = predicted.join(by_champion, list(model.KEY)), [*names, CHAMPION]
    uncalibrated = F.expr(model.sigmoid("log_odds")).alias("log_odds")
    frame = predicted.withColumn("log_odds", uncalibrated).orderBy(*model.KEY).select(*names).toPandas().astype(float)
    column = {name: frame[name].to_numpy() for name in names}
    subjects = [
        Subject(MODEL, column["churn_probability"], yes_above=AT_RISK_PROBABILITY),
        Subject("uncalibrated", column["log_odds"]),
        Subject("recency_rule", column["recency_days"], is_probability=False, yes_above=AT_RISK_DAYS),
        Subject("bg_nbd", column["rhythm_probability"]),
        Subject("boosted_trees", column["boosted_trees"]),
        *([Subject(CHAMPION, column[CHAMPION])] if champion is not None else []),
    ]
    held = [Measure(MODEL, "rows_held_out", float(total)), Measure(MODEL, "rows_measured", float(len(frame)))]
    return [*compare(column["label"], subjects), *held], curves(column["label"], subjects)
