"""Who scores: a challenger takes the place of the champion where it wins on the same rows, and may be sent back."""

from datetime import datetime

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from common import tables
from common.errors import UserError
from spark.ml import registry
from spark.ml.evaluation import LOWER_IS_BETTER, by_name
from spark.ml.publication import EVALUATIONS, Trained
from spark.ml.registry import CHAMPION, Version


def promote(spark: SparkSession, task: str, as_of: datetime) -> str:
    """Make the newest model of a task its champion if it has won, and return what was done in one line.

    It has won where its deciding metric is better than the champion's, measured when it was trained and on the same
    rows; a draw changes nothing. A champion that could not be measured on them gives way.

    Raises:
        UserError: it did not win, or was measured against another champion.
    """
    challenger, champion = registry.newest(spark, task), registry.champion(spark, task)
    if challenger is None or champion is None:
        return f"{task}: nothing to promote: no model yet; `make train` makes one where there is something to learn"
    if challenger.version == champion.version:
        return f"{task} {champion.version}: nothing to promote, the newest model is the champion"
    if challenger.measured_against != champion.version:
        raise UserError(
            f"{task}: {challenger.version} was measured against {challenger.measured_against}, and the champion is "
            f"{champion.version} now; run `make train TASK={task}` again"
        )
    is_better, reason = verdict(spark, challenger, champion)
    if not is_better:
        raise UserError(f"{task}: {champion.version} stays, {challenger.version} did not win: {reason}")
    registry.log(spark, task, challenger.version, registry.PROMOTED, reason, as_of)
    return f"{task} {challenger.version}: promoted: {reason}; `make score` scores with it"


def promote_if_won(spark: SparkSession, task: str, as_of: datetime) -> str:
    """Do as `promote`, where there is a challenger; one that lost is no failure. Nothing to decide is no text."""
    if registry.newest(spark, task) == registry.champion(spark, task):
        return ""
    try:
        return promote(spark, task, as_of)
    except UserError as error:
        return str(error)


def rollback(spark: SparkSession, task: str, as_of: datetime) -> str:
    """Make the champion before the present one champion again, and return what was done in one line.

    Raises:
        UserError: there was none before.
    """
    stack = registry.champions(spark, task)
    if len(stack) < 2:
        raise UserError(f"{task}: there is no champion before {stack[-1].version if stack else 'the first model'}")
    *_, before, now = stack
    registry.log(spark, task, before.version, registry.ROLLED_BACK, f"instead of {now.version}", as_of)
    return f"{task} {before.version}: champion again instead of {now.version}; `make score` scores with it"


def verdict(spark: SparkSession, challenger: Version, champion: Version) -> tuple[bool, str]:
    """Return whether a challenger has won, and the numbers in words."""
    metric = challenger.decided_by
    rows = tables.read(spark, EVALUATIONS).where(
        (F.col("task") == challenger.task)
        & (F.col("version") == challenger.version)
        & (F.col("subject") == CHAMPION)
        & F.col("metric").isin(metric, f"{metric}_difference")
    )
    by_metric = {row["metric"]: row for row in rows.collect()}
    gap = by_metric.get(f"{metric}_difference")
    if gap is None:
        return True, f"{champion.version} was not measured on the same rows"
    theirs = by_metric[metric]["value"]
    # The champion may have been measured on some of the challenger's rows, those that it had not learned from.
    own = theirs + gap["value"]
    return is_won(metric, gap["value"]), (
        f"{metric} {own:.4f} against {theirs:.4f} of {champion.version}, "
        f"difference {interval(gap['value'], gap['low'], gap['high'])}"
    )


def clause(trained: Trained) -> str:
    """Return what to say at the end of training of a challenger, and nothing of the first model."""
    if trained.champion is None:
        return ""
    metric = trained.learned.decided_by
    gap = by_name(trained.learned.measures).get((CHAMPION, f"{metric}_difference"))
    start = f"; a challenger of {trained.champion.version}"
    if gap is None:
        return f"{start}, which was not measured"
    outcome = f"won: `make promote TASK={trained.task}`" if is_won(metric, gap.value) else "not won"
    return f"{start}: {metric} difference {interval(gap.value, gap.low, gap.high)}, {outcome}"


def is_won(metric: str, difference: float) -> bool:
    """Return whether a model with this difference from the champion (the model's minus the champion's) is better."""
    return difference < 0 if metric in LOWER_IS_BETTER else difference > 0


def interval(value: float, low: float | None, high: float | None) -> str:
    """Return a difference with its 95 % interval where there is one: `-0.0020 (95 % -0.0031 to -0.0009)`."""
    return f"{value:+.4f}" + ("" if low is None or high is None else f" (95 % {low:+.4f} to {high:+.4f})")
