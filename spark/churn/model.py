"""The churn model and its evaluation: frames in, a pipeline or numbers out."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import SQLTransformer, StandardScaler, VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark.common import metrics

TASK = "churn"
HORIZON_DAYS = 90
# The label windows of the training cuts end by the hold-out cut, so nothing held out has been seen.
HOLD_OUT_CUT = 90
TRAINING_CUTS = (180, 210, 240)
FEATURES = ("recency_days", "frequency", "monetary", "tenure_days")
LOGS = tuple(f"log_{name}" for name in FEATURES)
KEY = ("source", "customer_id", "as_of")
# The rule that the model has to beat: who has not ordered for longer than this is at risk.
RULE_DAYS = 30
RECIPE = "logistic regression on standardised logs, l2 0.001, cuts 180 210 240"


def cut(as_of: datetime, days: int) -> datetime:
    """Return the as-of date that lies `days` before the run's."""
    return as_of - timedelta(days=days)


def labelled(features: DataFrame, labels: DataFrame) -> DataFrame:
    """Return one row per customer and cut with its features and `label` (1.0 = churned)."""
    label = F.col("is_churned").cast("double").alias("label")
    return features.select(*KEY, *FEATURES).join(labels.select(*KEY, label), list(KEY))


def pipeline() -> Pipeline:
    """Return the unfitted pipeline, from the columns of the feature table to `probability`."""
    # Returns can exceed what was bought, so money is floored at nothing before its logarithm.
    logs = ", ".join(f"log1p(greatest(cast({name} as double), 0d)) as log_{name}" for name in FEATURES)
    return Pipeline(
        stages=[
            SQLTransformer(statement=f"select *, {logs} from __THIS__"),
            VectorAssembler(inputCols=list(LOGS), outputCol="assembled"),
            StandardScaler(inputCol="assembled", outputCol="scaled", withMean=True, withStd=True),
            LogisticRegression(featuresCol="scaled", labelCol="label", regParam=0.001, maxIter=50),
        ]
    )


def with_probability(predicted: DataFrame) -> DataFrame:
    """Add `churn_probability` to what the fitted pipeline returned."""
    return predicted.withColumn("churn_probability", vector_to_array(F.col("probability"))[1])


def evaluate(predicted: DataFrame) -> dict[str, float]:
    """Return the model's metrics on held-out rows, and those of the recency rule on the same rows.

    `predicted` has `label`, `churn_probability`, `recency_days` and the key.
    """
    ties = list(KEY)
    model: Mapping[str, float] = {
        **metrics.ranking(predicted, "label", "churn_probability"),
        **metrics.calibration(predicted, "label", "churn_probability"),
        **metrics.classification(predicted, "label", F.col("churn_probability") > 0.5),
        "top_decile_lift": metrics.top_lift(predicted, "label", "churn_probability", ties),
    }
    rule: Mapping[str, float] = {
        **metrics.ranking(predicted, "label", "recency_days"),
        **metrics.classification(predicted, "label", F.col("recency_days") > RULE_DAYS),
        "top_decile_lift": metrics.top_lift(predicted, "label", "recency_days", ties),
    }
    return {**model, **{f"rule_{name}": value for name, value in rule.items()}}
