"""The champion beside its challenger, on rows that neither has learned from.

Where enough levels became known since the champion was trained, it is asked about those as it is; the challenger's
answers are its cross-validated ones. Where there are too few, no row is new to it, so what is compared is how each is
made: the champion's columns, encoder and settings learn anew without each fold, as the challenger's do. Both compare
the same rows, and the same model again draws.
"""

from dataclasses import dataclass

import numpy as np
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from common import tables
from spark.ml import registry
from spark.ml.registry import Version
from spark.satisfaction import model, validation
from spark.satisfaction.baselines import Codes
from spark.satisfaction.validation import GROUPED, NOT_ASKED, HeldOut

# With fewer new levels, which of two models has the better macro-F1 is a matter of single customers.
LEAST_NEW = 30


@dataclass(frozen=True)
class Rival:
    """The champion's answers, those of its challenger and the places of the rows, each of shape (rows,)."""

    theirs: Codes
    ours: Codes
    places: Codes
    told: str


def rival(
    spark: SparkSession, champion: Version | None, features: DataFrame, rows: HeldOut, ours: Codes
) -> Rival | None:
    """Return the champion's answers beside the challenger's; None where there is none or its columns have changed.

    Args:
        champion: the model that scores.
        features: the feature table as it is now.
        rows: what models are measured on.
        ours: the challenger's cross-validated answers to all of them.
    """
    if champion is None or registry.changes(champion, features):
        return None
    stored = champion.load()
    new = rows.frame.join(trained_at(spark, champion)).where(F.col(model.KNOWN_AT) > F.col("data_as_of"))
    count = new.count()
    if count >= LEAST_NEW:
        theirs = validation.told(rows, stored, new)
        told = f"on {count:,} levels that became known since it was trained"
    else:
        encoder, penalty = model.taken_apart(stored)
        inputs, label, fold = validation.encoded(rows, encoder), rows.codes("label"), rows.codes(GROUPED)
        theirs = validation.cross_validated(inputs, label, fold, len(rows.labels), penalty)
        told = "by learning anew on the same folds, since too few levels became known since it was trained"
    places = np.flatnonzero((theirs != NOT_ASKED) & (ours != NOT_ASKED))
    return Rival(theirs[places], ours[places], places, told) if places.size else None


def trained_at(spark: SparkSession, version: Version) -> DataFrame:
    """Return one row with the `data_as_of` of a version."""
    mine = (F.col("task") == version.task) & (F.col("version") == version.version)
    return F.broadcast(tables.read(spark, registry.TABLE).where(mine).select("data_as_of"))
