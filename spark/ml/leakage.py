"""The leakage guard of training: no column may tell the label by itself, no score may be too good to be true.

Whichever does is taken for a leak and nothing is published, unless `spark/explained.yml` says why it is so on these
rows. That features do not move when the future changes is the other half of the guard: `infra/pipeline/guard.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from pathlib import Path

import yaml
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from common.errors import UserError
from common.frames import one_row
from common.settings import ROOT
from spark.ml.evaluation import Measure
from spark.ml.single_column import Rows, auc_alone

EXPLAINED = ROOT / "spark" / "explained.yml"
# Of two customers of different classes, a column that tells them apart this often leaves the others nothing to tell.
# What is known before a customer decides does not do that: recency, the best of churn's, comes to about 0.7.
MOST_ALONE = 0.99
# For whole models and what stands beside them, by metric. Neither grows with the size of the commonest class. Where
# customers keep to a rhythm until they stop, who knows the true rates has an AUC of 0.97.
MOST_SCORED = {"auc": 0.99, "macro_f1": 0.95}
# Fewer rows than this can show anything by chance.
LEAST_ROWS = 50


@dataclass(frozen=True)
class Explanation:
    """Why something is too good on some rows, and no leak.

    Args:
        what: the columns and metrics that it holds for.
        where: SQL on the features; rows for which it is not true are judged without it.
        most_rows: where it is true of more rows than this, it holds for none.
        why: for people, in one sentence.
    """

    task: str
    what: tuple[str, ...]
    where: str
    most_rows: int
    why: str


@dataclass(frozen=True)
class Finding:
    """A column or metric above its limit: its value, and why it is no leak; empty where nobody knows."""

    what: str
    value: float
    why: str


def on_file(path: Path = EXPLAINED) -> list[Explanation]:
    """Return the explanations on file.

    Raises:
        UserError: an entry does not say all that it must.
    """
    try:
        entries = yaml.safe_load(path.read_text()) or []
        return [Explanation(**{**entry, "what": tuple(entry["what"])}) for entry in entries]
    except (TypeError, KeyError, yaml.YAMLError) as error:
        raise UserError(f"{path}: an entry needs task, what (a list), where, most_rows and why: {error}") from None


def require_honest(
    task: str, rows: Rows, measures: Sequence[Measure], known: Sequence[Explanation] | None = None
) -> list[Finding]:
    """Return what is too good and explained; to be called before a model is published.

    Args:
        rows: what the model was fitted to.
        measures: of it and of what stands beside it.
        known: explanations, in place of those on file.

    Raises:
        UserError: a column tells the label by itself, or a measure is too good, and nothing explains it.
    """
    alone = {column: value for column, value in auc_alone(rows).items() if value >= MOST_ALONE}
    candidates = [entry for entry in (on_file() if known is None else known) if entry.task == task]
    findings = [
        Finding(what, value, explanation(what, rows, [entry for entry in candidates if what in entry.what]))
        for what, value in (alone | too_good(measures)).items()
    ]
    unexplained = [one for one in findings if not one.why]
    if unexplained:
        raise UserError(refusal(task, unexplained))
    return findings


def too_good(measures: Sequence[Measure]) -> dict[str, float]:
    """Return the highest value of each metric that is above its limit, whoever has it."""
    highest: dict[str, float] = {}
    for one in measures:
        if one.value >= MOST_SCORED.get(one.metric, float("inf")):
            highest[one.metric] = max(one.value, highest.get(one.metric, 0.0))
    return highest


def explanation(what: str, rows: Rows, entries: Sequence[Explanation]) -> str:
    """Return why a column or metric is too good and no leak; nothing where that is not known of these rows.

    The rows that no entry speaks of are judged again: a column by them alone, and a metric, which cannot be, is
    explained where they are few.
    """
    holding = [entry for entry in entries if 0 < count_rows_of(rows.frame, entry) <= entry.most_rows]
    if not holding:
        return ""
    others = rows.frame.where(~reduce(or_, (F.coalesce(F.expr(entry.where), F.lit(False)) for entry in holding)))
    is_known = others.count() < LEAST_ROWS or (
        what in rows.features and auc_alone(replace(rows, frame=others, features=[what])).get(what, 0.0) < MOST_ALONE
    )
    return " ".join(entry.why for entry in holding) if is_known else ""


def count_rows_of(frame: DataFrame, entry: Explanation) -> int:
    """Return the number of rows that an explanation speaks of.

    Raises:
        UserError: its condition cannot be computed.
    """
    try:
        return int(one_row(frame.agg(F.count_if(F.expr(entry.where)).alias("rows")))["rows"])
    except AnalysisException as error:
        raise UserError(f"{EXPLAINED.name}: `where: {entry.where}` is not SQL on the features: {error}") from None


def refusal(task: str, findings: Sequence[Finding]) -> str:
    """Return what is wrong and what to do, in one line."""
    reasons = "; ".join(
        f"{one.what} {one.value:.3f} is too good to be true (credible is less than {MOST_SCORED[one.what]})"
        if one.what in MOST_SCORED
        else f"{one.what} alone tells the label (AUC {one.value:.3f}, credible is less than {MOST_ALONE})"
        for one in findings
    )
    return (
        f"{task}: not published, the champion stays: {reasons}. That is how a leak looks: take out what knows the "
        f"label (`make guard` names what sees the future), or say in {EXPLAINED.relative_to(ROOT)} why it is none"
    )


def clause(findings: Sequence[Finding]) -> str:
    """Return what to say of explained findings at the end of a training's summary; nothing where there are none."""
    return "; explained: " + ", ".join(f"{one.what} {one.value:.3f}" for one in findings) if findings else ""
