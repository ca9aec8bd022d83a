"""How far the customers that are scored have moved from those of the training, by number.

The population stability index compares shares per bin: the sum of (now - then) * ln(now / then) over the bins (Siddiqi,
Credit Risk Scorecards, 2006). Bins are the tenths at training, and one for no value. The customers at training are
those of the training's as-of date, whom the model would have scored that day: the rows that it learned from are of
earlier dates, when every history was shorter.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from common import tables
from common.frames import one_row
from common.thresholds import SHIFTED_INDEX

PROFILES = "predictions.feature_profiles"
TABLE = "predictions.drift"
TENTHS = [place / 10 for place in range(1, 10)]
# Tenths need not be exact, only the same then and now.
ERROR = 0.001
# An empty bin counts as one row in ten thousand, so that the index stays finite.
LEAST = 0.0001


@dataclass(frozen=True)
class Profile:
    """How a number is spread.

    Args:
        name: of the column.
        edges: where its tenths end, ascending, equal ones once; a bin holds values up to its edge, the edge included.
        shares: of the rows in each bin, above the last edge, and without a value; one more than edges, and one.
    """

    name: str
    edges: Sequence[float]
    shares: Sequence[float]


def profiles(frame: DataFrame, names: Sequence[str]) -> list[Profile]:
    """Return the profile of each numeric column of a frame."""
    numbers = frame.select(*(F.col(name).cast("double").alias(name) for name in names))
    tenths = numbers.approxQuantile(list(names), TENTHS, ERROR)
    edges = {name: sorted(set(ends)) for name, ends in zip(names, tenths, strict=True)}
    counted, _ = shares(numbers, edges)
    return [Profile(name, edges[name], counted[name]) for name in names]


def shares(frame: DataFrame, edges: Mapping[str, Sequence[float]]) -> tuple[dict[str, list[float]], int]:
    """Return the shares of the rows in the bins of each column, and the number of rows; one pass over the frame."""
    counts = [
        F.count_if(F.col(name) == place).alias(f"{name}_{place}")
        for name, inner in edges.items()
        for place in range(len(inner) + 2)
    ]
    # Named before they are counted: in each of the counts again, they would be thousands of conditions to plan.
    bins = frame.select(*(bin_of(name, inner).alias(name) for name, inner in edges.items()))
    row = one_row(bins.agg(F.count(F.lit(1)).alias("rows"), *counts))
    rows = row["rows"]
    return {
        name: [row[f"{name}_{place}"] / rows if rows else 0.0 for place in range(len(inner) + 2)]
        for name, inner in edges.items()
    }, rows


def bin_of(name: str, edges: Sequence[float]) -> Column:
    """Return the bin of a value: how many edges it is above; the last for no value."""
    value = F.col(name).cast("double")
    above = [F.when(value > edge, 1).otherwise(0) for edge in edges]
    return F.when(value.isNull() | F.isnan(value), len(edges) + 1).otherwise(sum(above, F.lit(0)))


def psi(then: Sequence[float], now: Sequence[float]) -> float:
    """Return the population stability index of two rows of shares; 0 where they are the same."""
    pairs = [(max(before, LEAST), max(after, LEAST)) for before, after in zip(then, now, strict=True)]
    return math.fsum((after - before) * math.log(after / before) for before, after in pairs)


def record(spark: SparkSession, task: str, version: str, scored: DataFrame, as_of: datetime) -> str:
    """Store the drift of scored rows since a model's training, and return a clause on what has shifted, or nothing.

    `scored` has the columns that were profiled. The same as-of date again leaves the same table.
    """
    of_version = (F.col("task") == task) & (F.col("version") == version)
    rows = tables.read(spark, PROFILES).where(of_version).orderBy("name").collect()
    known = [Profile(row["name"], row["edges"], row["shares"]) for row in rows]
    if not known:
        return ""
    now, total = shares(scored, {profile.name: profile.edges for profile in known})
    indices = {profile.name: psi(profile.shares, now[profile.name]) for profile in known} if total else {}
    rows_by_name = [(task, version, name, value, total) for name, value in indices.items()]
    frame = spark.createDataFrame(rows_by_name, "task string, version string, name string, psi double, rows bigint")
    of_day = (F.col("task") == task) & (F.col("as_of") == tables.instant(as_of))
    tables.replace_where(frame.withColumn("as_of", tables.instant(as_of)), TABLE, of_day)
    return clause(indices) if total else "; drift: there was no row to compare"


def clause(indices: Mapping[str, float]) -> str:
    """Return what to say of indices: nothing while all are small."""
    shifted = sorted(((value, name) for name, value in indices.items() if value > SHIFTED_INDEX), reverse=True)
    return "; drift: " + ", ".join(f"{name} PSI {value:.2f}" for value, name in shifted) if shifted else ""
