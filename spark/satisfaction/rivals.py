"""The champion beside its challenger, on rows that neither has learned from.

Where enough levels became known since the champion was trained, it is asked about those as it is; the challenger's
answers are its cross-validated ones. Where there are too few, no row is new to it, so what is compared is how each is
made: the champion's columns, encoder and settings learn again without each fold, as the challenger's do. Both compare
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
    compared_on: str


def rival(champion: Version, rows: HeldOut, ours: Codes) -> Rival | None:
    """Return the champion's answers beside the challenger's; None where it cannot be asked about any row.

    Args:
        champion: the model that scores; it can read the features as they are now.
        rows: what models are measured on.
        ours: the challenger's cross-validated answers to all of them.
    """
    stored = champion.load()
    new = rows.frame.join(data_as_of(rows.frame.sparkSession, champion)).where(
        F.col(model.KNOWN_AT) > F.col("data_as_of")
    )
    count = new.count()
    if count >= LEAST_NEW:
        theirs = validation.answers_of(rows, stored, new)
        compared_on = f"on {count:,} levels that became known since it was trained"
    else:
        encoder, penalty = model.take_apart(stored)
        inputs, label, fold = validation.encode(rows, encoder), rows.codes("label"), rows.codes(GROUPED)
        theirs = validation.cross_validate(inputs, label, fold, len(rows.labels), penalty)
        compared_on = "by learning again on the same folds, since too few levels became known since it was trained"
    places = np.flatnonzero((theirs != NOT_ASKED) & (ours != NOT_ASKED))
    return Rival(theirs[places], ours[places], places, compared_on) if places.size else None


def data_as_of(spark: SparkSession, version: Version) -> DataFrame:
    """Return one row with the `data_as_of` of a version."""
    of_version = (F.col("task") == version.task) & (F.col("version") == version.version)
    return F.broadcast(tables.read(spark, registry.TABLE).where(of_version).select("data_as_of"))
