"""How well each column predicts a label by itself; aggregates in Spark, of which the small counts are collected.

A column's values are ranked by how often each went with a class among other rows: half of them teach, half are judged,
and the other way round, so that a number that is unique to a row teaches nothing. The area under the ROC curve of that
ranking is 0.5 for a column that says nothing, and 1 for one that the class is a function of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import numpy as np
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from common.frames import sample_rows
from spark.ml import evaluation
from spark.ml.drift import bin_of
from spark.ml.evaluation import Numbers, Scored

# Numbers are cut into so many bins with equally many rows.
BINS = 20
# Beside the features in one frame, so named as none of them is.
HALF, LABEL = "__half", "__label"
# A ranking needs no finer shares than this, and so no more of them are collected.
PLACES = 3
# A leak shows in so many rows as well as in all of them.
MOST_ROWS = 200_000


@dataclass(frozen=True)
class Rows:
    """Labelled rows to judge: the columns that a model learns from, and the label's.

    Args:
        alike: rows that are equal in these columns teach or are judged together, as one gives the other's label away.
    """

    frame: DataFrame
    features: Sequence[str]
    label: str
    alike: Sequence[str]


def auc_alone(rows: Rows) -> dict[str, float]:
    """Return the area under the curve of each feature alone; of several classes, that of the one it tells best.

    A flag that tells one class of three is a function of the label too, hence the best and not the mean. Where there
    is one class, or only rows that are alike, nothing can be told and nothing is returned.
    """
    judged = replace(rows, frame=sample_rows(rows.frame, rows.frame.count(), MOST_ROWS, *rows.alike))
    classes = {row[0]: row[1] for row in judged.frame.groupBy(rows.label).count().orderBy(rows.label).collect()}
    if len(classes) < 2:
        return {}
    ranked = shares(count_values(judged), classes).collect()
    best: dict[str, float] = {}
    for column in rows.features:
        for one in range(len(classes)):
            of_class = [row for row in ranked if (row["column"], row["class"]) == (column, one)]
            score, ones, zeros = (
                np.array([float(row[name]) for row in of_class]) for name in ("share", "ones", "zeros")
            )
            if ones.sum() and zeros.sum():
                best[column] = max(best.get(column, 0.0), area(score, ones, zeros))
    return best


def area(score: Numbers, ones: Numbers, zeros: Numbers) -> float:
    """Return the area under the curve of scores at which so many ones and zeros stand."""
    label = np.concatenate([np.ones_like(score), np.zeros_like(score)])
    return evaluation.auc(Scored(label, np.concatenate([score, score])), np.concatenate([ones, zeros]))


def count_values(rows: Rows) -> DataFrame:
    """Return one row per column, value (numbers in bins), half and label with its number of rows as `rows`."""
    half = F.pmod(F.xxhash64(*rows.alike), F.lit(2)).alias(HALF)
    values = rows.frame.select(half, F.col(rows.label).alias(LABEL), *texts(rows))
    long = values.unpivot((HALF, LABEL), tuple(rows.features), "column", "value")
    return long.groupBy("column", "value", HALF, LABEL).agg(F.count(F.lit(1)).alias("rows"))


def texts(rows: Rows) -> list[Column]:
    """Return each feature as text: words as they are, numbers and flags as the bin they are in."""
    types = {field.name: field.dataType.typeName() for field in rows.frame.schema}
    numbers = [name for name in rows.features if types[name] != "string"]
    levels = [place / BINS for place in range(1, BINS)]
    doubles = rows.frame.select(*(F.col(name).cast("double").alias(name) for name in numbers))
    edges = dict(zip(numbers, doubles.approxQuantile(numbers, levels, 0.001), strict=True)) if numbers else {}
    return [
        (bin_of(name, sorted(set(edges[name]))) if name in edges else F.col(name)).cast("string").alias(name)
        for name in rows.features
    ]


def shares(counts: DataFrame, classes: Mapping[object, int]) -> DataFrame:
    """Return, per column and class (its place in `classes`), the rows of it and the others at each share.

    `share` is that of the class among the other half's rows of the same value, and one row more that is of every class
    as much as all rows are: a value that the other half lacks says nothing.
    """
    places = range(len(classes))
    wide = counts.groupBy("column", "value").agg(*(side(half, *one) for half in (0, 1) for one in enumerate(classes)))
    totals = [reduce(add, (F.col(f"n{half}_{place}") for place in places)) for half in (0, 1)]
    everyone = sum(classes.values())
    judged = [
        F.struct(
            F.lit(place).alias("class"),
            F.round((F.col(f"n{1 - half}_{place}") + rows / everyone) / (totals[1 - half] + 1), PLACES).alias("share"),
            F.col(f"n{half}_{place}").alias("ones"),
            (totals[half] - F.col(f"n{half}_{place}")).alias("zeros"),
        )
        for half in (0, 1)
        for place, rows in enumerate(classes.values())
    ]
    each = wide.select("column", F.explode(F.array(*judged)).alias("one")).select("column", "one.*")
    return each.groupBy("column", "class", "share").agg(F.sum("ones").alias("ones"), F.sum("zeros").alias("zeros"))


def side(half: int, place: int, label: object) -> Column:
    """Return the number of rows of one half and class."""
    of_side = (F.col(HALF) == half) & (F.col(LABEL) == F.lit(label))
    return F.sum(F.when(of_side, F.col("rows")).otherwise(0)).alias(f"n{half}_{place}")
