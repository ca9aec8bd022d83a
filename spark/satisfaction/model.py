"""The satisfaction model: what it reads, how that becomes numbers, and how it answers. Frames in, a pipeline out."""

from collections.abc import Sequence

from pyspark.ml import PipelineModel
from pyspark.ml.classification import LogisticRegression, LogisticRegressionModel
from pyspark.ml.feature import IndexToString
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark.ml.mart import Mart

TASK = "satisfaction"
LABEL = "satisfaction_level"
KNOWN_AT = "level_known_at"
NUMBERS = (
    "age",
    "total_spend",
    "items_purchased",
    "average_rating",
    "discount_applied",
    "days_since_last_purchase",
    "orders",
    "returns",
    "tenure_days",
    "has_returned_since_purchase",
)
WORDS = ("gender", "city", "membership_type")
FEATURES = (*NUMBERS, *WORDS)
KEY = ("source", "customer_id", "as_of")
MART = Mart("satisfaction.satisfaction_features", (*KEY, *FEATURES))
UNKNOWN = "unknown"
PENALTY = 0.01
RECIPE = f"multinomial logistic regression, l2 {PENALTY}, classes weighed by macro-F1 of the training rows"


def prepare(features: DataFrame) -> DataFrame:
    """Return key, label and features as doubles and words; an unknown word is a value of its own."""
    numbers = [F.col(name).cast("double").alias(name) for name in NUMBERS]
    words = [F.coalesce(F.col(name), F.lit(UNKNOWN)).alias(name) for name in WORDS]
    return features.select(*KEY, LABEL, KNOWN_AT, *numbers, *words)


def with_label(rows: DataFrame, labels: Sequence[str]) -> DataFrame:
    """Return the rows whose class is known, with `label`, its place in `labels`."""
    place = F.array_position(F.array(*(F.lit(name) for name in labels)), F.col(LABEL)) - 1
    return rows.where(F.col(LABEL).isNotNull()).withColumn("label", place.cast("double"))


def classifier() -> LogisticRegression:
    """Return the unfitted classifier, from `features` and `label` to `probability` and `prediction`."""
    return LogisticRegression(labelCol="label", family="multinomial", regParam=PENALTY, maxIter=100, tol=1e-6)


def answers(labels: Sequence[str]) -> IndexToString:
    """Return the stage that turns `prediction` into the word `predicted_satisfaction`."""
    return IndexToString(inputCol="prediction", outputCol="predicted_satisfaction", labels=list(labels))


def pipeline(encoder: PipelineModel, fitted: LogisticRegressionModel, labels: Sequence[str]) -> PipelineModel:
    """Return what is stored: from the columns of `prepare` to `predicted_satisfaction`."""
    return PipelineModel([*encoder.stages, fitted, answers(labels)])


def take_apart(stored: PipelineModel) -> tuple[PipelineModel, float]:
    """Return the encoder of a stored pipeline, and the penalty of its classifier."""
    *encoder, fitted, _ = stored.stages
    return PipelineModel(encoder), float(fitted.getOrDefault("regParam"))


def with_answer(predicted: DataFrame) -> DataFrame:
    """Add `confidence`, the probability of the predicted class, to what the fitted pipeline returned."""
    probability = vector_to_array(F.col("probability"))
    return predicted.withColumn("confidence", F.element_at(probability, F.col("prediction").cast("int") + 1))
