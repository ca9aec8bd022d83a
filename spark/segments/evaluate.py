"""How much of what customers spent next their segments explain, beside dbt's segments and the champion's."""

from collections.abc import Mapping

import numpy as np
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from common.frames import sample_rows
from spark.ml.comparison import words
from spark.ml.evaluation import MODEL, MOST_ROWS, Measure, Numbers, bootstrap, inner, ratio
from spark.ml.registry import CHAMPION
from spark.segments import model
from spark.segments.kmeans import Labels
from spark.segments.stability import silhouette

ETA, SILHOUETTE = "eta_squared", "silhouette"
RULES = NAMED, GRID, DEMOGRAPHICS = ("rfm_segments", "rfm_grid", "demographics")
PERSON = ("membership_type", "age_group", "city")
SCORES = ("recency_score", "frequency_score", "monetary_score")
OUTCOME = "next_spend"
# What the rows of a past cut have beside their features.
OUTCOMES = (*SCORES, "rfm_segment", *PERSON, OUTCOME)


def evaluate(
    fitted: PipelineModel, rows: DataFrame, total: int, champion: PipelineModel | None
) -> tuple[list[Measure], str]:
    """Return what was measured on the rows, no more than MOST_ROWS of the `total` by hash, and the metric that decides.

    The spend explained decides where it is known and differs among customers, the silhouette elsewhere.

    Args:
        fitted: what `model.pipeline` returned.
        rows: what `model.prepare` returned, with OUTCOMES where they are known.
        total: how many there are.
        champion: the model that assigns until now; None where there is none, or it cannot read the features.
    """
    predicted = assign(fitted, sample_rows(rows, total, MOST_ROWS, "source", "customer_id"), champion)
    subjects = [name for name in (MODEL, CHAMPION, *RULES) if name in predicted.columns]
    numbers = [name for name in (*model.LOGS, OUTCOME) if name in predicted.columns]
    frame = predicted.orderBy(*model.KEY).select("source", *subjects, *numbers).toPandas()
    groups = {name: as_codes(frame[name]) for name in subjects}
    points = standardise(frame[list(model.LOGS)].to_numpy(dtype=float))
    measures = silhouettes(points, {name: labels for name, labels in groups.items() if name not in RULES})
    if OUTCOME in numbers:
        # Of nobody are demographics known where all are alike.
        known = {name: labels for name, labels in groups.items() if name != DEMOGRAPHICS or labels.any()}
        measures += explained_shares(known, as_codes(frame["source"]), np.log1p(frame[OUTCOME].to_numpy(dtype=float)))
    decides = any((one.subject, one.metric) == (MODEL, ETA) for one in measures)
    return measures, ETA if decides else SILHOUETTE


def assign(fitted: PipelineModel, rows: DataFrame, champion: PipelineModel | None) -> DataFrame:
    """Return the rows with the group that each subject puts them into, the rules' where they are known."""
    predicted = fitted.transform(rows).withColumn(MODEL, F.col("segment_id"))
    if OUTCOME in rows.columns:
        person = F.concat_ws("|", *(F.coalesce(name, F.lit("")) for name in PERSON))
        predicted = predicted.withColumns({NAMED: F.col("rfm_segment"), GRID: F.concat(*SCORES), DEMOGRAPHICS: person})
    if champion is None:
        return predicted
    theirs = champion.transform(rows.select(*model.KEY, *model.FEATURES))
    return predicted.join(theirs.select(*model.KEY, F.col("segment_id").alias(CHAMPION)), list(model.KEY))


def silhouettes(points: Numbers, groups: Mapping[str, Labels]) -> list[Measure]:
    """Return the silhouette of each subject's groups on the same points, and the model's minus the champion's."""
    values = {name: silhouette(points, labels) for name, labels in groups.items()}
    measures = [Measure(name, SILHOUETTE, value) for name, value in values.items()]
    if CHAMPION in values:
        measures.append(Measure(CHAMPION, f"{SILHOUETTE}_difference", values[MODEL] - values[CHAMPION]))
    return measures


def explained_shares(groups: Mapping[str, Labels], shops: Labels, spent: Numbers) -> list[Measure]:
    """Return each subject's eta squared, and the model's minus that of each other, with bootstrap intervals.

    Nothing where customers of the same shop all spent the same, since there is nothing to explain.

    Args:
        groups: by subject, one of them MODEL, the group of each customer, of shape (customers,).
        shops: each customer's shop.
        spent: the logarithm of what each customer spent next.
    """
    every = np.ones(len(spent))
    if spread(spent, shops, every) <= np.finfo(float).eps * len(spent):
        return []
    cells = {name: as_codes(shops * (int(labels.max()) + 1) + labels) for name, labels in groups.items()}

    def statistics(weight: Numbers) -> dict[str, float]:
        values = {name: eta_squared(spent, cell, shops, weight) for name, cell in cells.items()}
        others = {f"{name} {ETA}_difference": values[MODEL] - value for name, value in values.items() if name != MODEL}
        return {f"{name} {ETA}": value for name, value in values.items()} | others

    return [Measure(*words(name), *numbers) for name, numbers in bootstrap(statistics, len(spent)).items()]


def eta_squared(values: Numbers, cells: Labels, shops: Labels, weight: Numbers) -> float:
    """Return the share of the variance within shops that the cells explain (Fisher's correlation ratio, 1925).

    Each cell is of one shop. Among shops nothing is compared: their currencies differ.
    """
    whole = spread(values, shops, weight)
    return ratio(whole - spread(values, cells, weight), whole)


def spread(values: Numbers, cells: Labels, weight: Numbers) -> float:
    """Return the weighted sum of squared distances of the values from the mean of their cell."""
    total = np.bincount(cells, weight)
    mean = np.bincount(cells, weight * values) / np.where(total > 0, total, 1)
    return inner(weight, np.square(values - mean[cells]))


def standardise(numbers: Numbers) -> Numbers:
    """Return each column minus its mean, in standard deviations; one that does not vary is nothing."""
    deviation = numbers.std(axis=0)
    return (numbers - numbers.mean(axis=0)) / np.where(deviation > 0, deviation, 1)


def as_codes(values: object) -> Labels:
    """Return the different values of an array or a column, numbered from 0."""
    return np.unique(np.asarray(values), return_inverse=True)[1]
