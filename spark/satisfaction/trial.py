"""The model, its baselines, itself in cities that it has not seen and the champion, all asked about the same rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pyspark.ml import PipelineModel

from spark.ml.evaluation import MODEL
from spark.ml.registry import Version
from spark.satisfaction import baselines, evaluate, model, validation
from spark.satisfaction.evaluate import LEFT_OUT, Answers
from spark.satisfaction.rivals import rival
from spark.satisfaction.validation import BY_CITY, GROUPED, NOT_ASKED, HeldOut


@dataclass(frozen=True)
class Trial:
    """All answers, and how they came about.

    Args:
        favour: how far the challenger favours rare classes when it learns from all rows: its thresholds.
        columns: the column of each single-column rule.
        rows_of_champion: on what the champion was measured, in words.
    """

    favour: Sequence[float]
    answers: Answers
    columns: Mapping[str, str]
    compared_on: str = ""


def trial(held_out: HeldOut, encoder: PipelineModel, numbers: Sequence[str], champion: Version | None) -> Trial | None:
    """Return what everybody answers; None where no row can be held out, because the rest is of one class.

    Args:
        held_out: the rows.
        encoder: of the challenger.
        numbers: the numeric columns that it uses.
        champion: the model that scores until now; None where there is none, or it cannot read the features.
    """
    classes = len(held_out.labels)
    inputs, label, fold = validation.encode(held_out, encoder), held_out.codes("label"), held_out.codes(GROUPED)
    ours = validation.cross_validate(inputs, label, fold, classes, model.PENALTY)
    asked = ours != NOT_ASKED
    if not asked.any():
        return None
    by_subject, columns = evaluate.rules(baselines.columns(held_out.table, numbers, model.WORDS), label, fold)
    by_subject = {MODEL: ours, **by_subject}
    away = validation.cross_validate(inputs, label, held_out.codes(BY_CITY), classes, model.PENALTY)
    if (away[asked] != NOT_ASKED).any():
        by_subject[LEFT_OUT] = away
    beside = rival(champion, held_out, ours) if champion else None
    answers = Answers(
        actual=label[asked],
        alike=held_out.codes("alike")[asked],
        by_subject={subject: codes[asked] for subject, codes in by_subject.items()},
        # Places among all rows become places among those that were asked.
        champion=(beside.theirs, beside.ours, (np.cumsum(asked) - 1)[beside.places]) if beside else None,
    )
    return Trial(
        validation.favour(inputs, label, classes, model.PENALTY), answers, columns, beside.compared_on if beside else ""
    )
