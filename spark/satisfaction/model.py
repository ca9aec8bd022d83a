"""The satisfaction model, its folds and its baselines: frames in, a pipeline or numbers out."""

import math
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from pyspark.ml import Estimator, Pipeline, Transformer
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import Imputer, IndexToString, OneHotEncoder, StringIndexer, VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from spark.common.evaluation import MODEL, Measure
from spark.common.frames import one_row
from spark.common.metrics import Confusion, accuracy, macro_f1

TASK = "satisfaction"
LABEL = "satisfaction_level"
NUMBERS = ("age", "total_spend", "items_purchased", "average_rating", "discount_applied", "days_since_last_purchase")
WORDS = ("gender", "city", "membership_type")
FEATURES = (*NUMBERS, *WORDS)
KEY = ("source", "customer_id", "as_of")
FOLDS = 5
UNKNOWN = "unknown"
RECIPE = "multinomial logistic regression, l2 0.01, 5 grouped folds"


def prepared(features: DataFrame) -> DataFrame:
    """Return key, label and features as doubles and words; an unknown word is a value of its own.

    `fold` (0 to 4) follows from the features alone, so rows that are equal but for the customer are in one fold.
    """
    numbers = [F.col(name).cast("double").alias(name) for name in NUMBERS]
    words = [F.coalesce(F.col(name), F.lit(UNKNOWN)).alias(name) for name in WORDS]
    return features.select(*KEY, LABEL, *numbers, *words).withColumn(
        "fold", F.pmod(F.xxhash64(*FEATURES), F.lit(FOLDS)).cast("int")
    )


def known_numbers(rows: DataFrame) -> list[str]:
    """Return the numeric columns that hold any value; a column without one has no median to fill it with."""
    counts = one_row(rows.agg(*(F.count(name).alias(name) for name in NUMBERS)))
    return [name for name in NUMBERS if counts[name]]


def encoder(numbers: Sequence[str]) -> Pipeline:
    """Return the unfitted stages from the columns of `prepared` to `features`; none of them looks at the label.

    Args:
        numbers: the numeric columns to use; a missing number becomes the median.
    """
    filled = [f"{name}_filled" for name in numbers]
    indexed = [f"{name}_index" for name in WORDS]
    encoded = [f"{name}_encoded" for name in WORDS]
    words = StringIndexer(
        inputCols=list(WORDS), outputCols=indexed, handleInvalid="keep", stringOrderType="alphabetAsc"
    )
    stages: list[Estimator[Any] | Transformer] = [
        words,
        OneHotEncoder(inputCols=indexed, outputCols=encoded, handleInvalid="keep"),
        VectorAssembler(inputCols=[*filled, *encoded], outputCol="features"),
    ]
    imputer = Imputer(inputCols=list(numbers), outputCols=filled, strategy="median")
    return Pipeline(stages=[imputer, *stages] if filled else stages)


def classifier() -> LogisticRegression:
    """Return the unfitted classifier, from `features` and `label` to `probability` and `prediction`."""
    return LogisticRegression(labelCol="label", family="multinomial", regParam=0.01, maxIter=25, tol=1e-4)


def answers(labels: Sequence[str]) -> IndexToString:
    """Return the stage that turns `prediction` into the word `predicted_satisfaction`."""
    return IndexToString(inputCol="prediction", outputCol="predicted_satisfaction", labels=list(labels))


def labelled(rows: DataFrame, labels: Sequence[str]) -> DataFrame:
    """Return the rows whose class is known, with `label`, its place in `labels`."""
    place = F.array_position(F.array(*(F.lit(name) for name in labels)), F.col(LABEL)) - 1
    return rows.where(F.col(LABEL).isNotNull()).withColumn("label", place.cast("double"))


def cross_validated(encoded: DataFrame, labels: Sequence[str]) -> Confusion:
    """Return (actual, predicted) → rows, each row predicted by a classifier that saw no row of its fold.

    A fold without rows, or one whose rest has a single class, is left out.
    """
    counts = encoded.groupBy("fold").agg(F.collect_set("label").alias("classes")).collect()
    classes = {row["fold"]: set(row["classes"]) for row in counts}
    usable = [
        fold
        for fold in sorted(classes)
        if len(set().union(*(classes[other] for other in classes if other != fold))) > 1
    ]
    if not usable:
        return {}
    parts = [
        classifier().fit(encoded.where(F.col("fold") != fold)).transform(encoded.where(F.col("fold") == fold))
        for fold in usable
    ]
    predicted = answers(labels).transform(reduce(DataFrame.unionByName, parts))
    rows = predicted.groupBy(LABEL, "predicted_satisfaction").count().collect()
    return {(row[LABEL], row["predicted_satisfaction"]): row["count"] for row in rows}


def baselines(rows: DataFrame, bins: int = 4) -> dict[str, Confusion]:
    """Return (actual, predicted) → rows for the rule "the commonest class of the rows with this value", by column.

    A class is learnt from the other folds, as the model's is; numbers are cut at their quartiles; a value that the
    other folds lack gets the commonest class. The column `majority` has one value for all and learns from all rows,
    the best that a constant can do: between classes of a size, the other folds' majority is the held-out minority.
    """
    cuts = quantiles(rows, bins)
    banded = [F.concat_ws(" ", *(F.col(name) > edge for edge in cuts[name])).alias(name) for name in cuts]
    values = rows.select("fold", LABEL, F.lit("").alias("majority"), *banded, *WORDS)
    columns = ["majority", *cuts, *WORDS]
    long = values.unpivot(("fold", LABEL), tuple(columns), "column", "value")
    counts = long.groupBy("column", "value", LABEL, "fold").count()
    folds = rows.sparkSession.range(FOLDS).select(F.col("id").cast("int").alias("fold"))
    every = counts.select("column", "value", LABEL).distinct().crossJoin(folds)
    keys = ["column", "value", LABEL, "fold"]
    filled = every.join(counts, keys, "left").fillna(0, ["count"])
    own = F.when(F.col("column") == "majority", 0).otherwise(F.col("count"))
    seen = F.sum("count").over(Window.partitionBy("column", "value", LABEL)) - own
    learnt = filled.withColumn("seen", seen)
    best = Window.partitionBy("column", "value", "fold").orderBy(F.col("seen").desc(), F.col(LABEL))
    said = F.when(F.max("seen").over(best) > 0, F.first(LABEL).over(best)).otherwise(F.lit(None))
    table = learnt.withColumn("said", said).where(F.col("count") > 0)
    common = table.where(F.col("column") == "majority").select("fold", F.col("said").alias("common")).distinct()
    answered = table.join(common, "fold").withColumn("said", F.coalesce("said", "common", F.lit(UNKNOWN)))
    found: dict[str, dict[tuple[str, str], int]] = {name: {} for name in columns}
    for row in answered.groupBy("column", LABEL, "said").agg(F.sum("count").alias("rows")).collect():
        found[row["column"]][(row[LABEL], row["said"])] = row["rows"]
    return dict(found)


def quantiles(rows: DataFrame, bins: int) -> dict[str, list[float]]:
    """Return the inner cut points of each numeric column that has values."""
    shares = [place / bins for place in range(1, bins)]
    found = rows.approxQuantile(list(NUMBERS), shares, 0.001)
    return {name: edges for name, edges in zip(NUMBERS, found, strict=True) if edges}


def best_column(confusions: dict[str, Confusion]) -> str:
    """Return the column whose rule is right most often; of equals the first by name."""
    return max(sorted(set(confusions) - {"majority"}), key=lambda name: accuracy(confusions[name]))


def evaluate(model: Confusion, rules: dict[str, Confusion]) -> dict[str, float]:
    """Return the model's cross-validated metrics and those of the two baselines."""
    best = best_column(rules)
    return {
        "accuracy": accuracy(model),
        "macro_f1": macro_f1(model),
        "majority_accuracy": accuracy(rules["majority"]),
        "majority_macro_f1": macro_f1(rules["majority"]),
        "best_column_accuracy": accuracy(rules[best]),
        "best_column_macro_f1": macro_f1(rules[best]),
        "rows_held_out": float(math.fsum(model.values())),
    }


def measures(found: Mapping[str, float]) -> list[Measure]:
    """Return what `evaluate` found, by subject: the model, or a baseline, whose name its metrics begin with."""
    named = {
        name: next((rule for rule in ("majority", "best_column") if name.startswith(rule)), MODEL) for name in found
    }
    return [Measure(named[name], name.removeprefix(f"{named[name]}_"), value) for name, value in found.items()]


def with_answer(predicted: DataFrame) -> DataFrame:
    """Add `confidence`, the probability of the predicted class, to what the fitted pipeline returned."""
    return predicted.withColumn("confidence", F.array_max(vector_to_array(F.col("probability"))))
