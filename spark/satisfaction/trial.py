"""The model, its baselines, itself in cities that it has not seen and the champion, all asked about the same rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, SparkSession

from spark.ml.evaluation import MODEL
from spark.ml.registry import Version
from spark.satisfaction import baselines, evaluate, model, validation
from spark.satisfaction.evaluate import LEFT_OUT, Answers
from spark.satisfaction.rivals import rival
from spark.satisfaction.validation import BY_CITY, GROUPED, NOT_ASKED, HeldOut


@dataclass(frozen=True)
class Trial:
    """All answers, and what is to be said of them.

    Args:
        favour: how far the challenger favours rare classes when it learns from all rows: its thresholds.
        columns: the column of each single-column rule.
        rows_of_champion: on what the champion was measured, in words.
    """

    favour: Sequence[float]
    answers: Answers
    columns: Mapping[str, str]
    rows_of_champion: str = ""


def trial(
    spark: SparkSession,
    held: HeldOut,
    encoder: PipelineModel,
    numbers: Sequence[str],
    champion: Version | None,
    features: DataFrame,
) -> Trial | None:
    """Return what everybody answers; None where no row can be held out, because the rest is of one class.

    Args:
        held: the rows.
        encoder: of the challenger.
        numbers: the numeric columns that it uses.
        champion: the model that scores until now.
        features: the feature table.
    """
    classes = len(held.labels)
    inputs, label, fold = validation.encoded(held, encoder), held.codes("label"), held.codes(GROUPED)
    ours = validation.cross_validated(inputs, label, fold, classes, model.PENALTY)
    asked = ours != NOT_ASKED
    if not asked.any():
        return None
    said, columns = evaluate.rules(baselines.columns(held.table, numbers, model.WORDS), label, fold)
    said = {MODEL: ours, **said}
    away = validation.cross_validated(inputs, label, held.codes(BY_CITY), classes, model.PENALTY)
    if (away[asked] != NOT_ASKED).any():
        said[LEFT_OUT] = away
    beside = rival(spark, champion, features, held, ours)
    answers = Answers(
        actual=label[asked],
        alike=held.codes("alike")[asked],
        said={subject: codes[asked] for subject, codes in said.items()},
        # Places among all rows become places among those that were asked.
        champion=(beside.theirs, beside.ours, (np.cumsum(asked) - 1)[beside.places]) if beside else None,
    )
    return Trial(
        validation.favour(inputs, label, classes, model.PENALTY), answers, columns, beside.told if beside else ""
    )
