"""Train, score, promote or roll back all three tasks in one session: `python -m spark train score`.

One Java process instead of three.
"""

import re
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from pyspark.sql import SparkSession

from common.cli import Parser
from common.errors import UserError, entry_point
from common.locks import hold
from common.run_bounds import run_bounds
from common.session import session, telling_failures
from common.settings import Settings, read_settings
from spark.churn import score as churn_score
from spark.churn import train as churn_train
from spark.ml import promotion
from spark.ml.lifecycle import Training, train
from spark.ml.scoring import Scoring, score
from spark.satisfaction import score as satisfaction_score
from spark.satisfaction import train as satisfaction_train
from spark.segments import score as segments_score
from spark.segments import train as segments_train

TASKS: dict[str, tuple[Training[Any], Scoring]] = {
    "churn": (churn_train.TRAINING, churn_score.SCORING),
    "satisfaction": (satisfaction_train.TRAINING, satisfaction_score.SCORING),
    "segments": (segments_train.TRAINING, segments_score.SCORING),
}
DECISIONS = {
    "promote": promotion.promote,
    "promote-if-won": promotion.promote_if_won,
    "rollback": promotion.rollback,
}


def main(argv: Sequence[str] | None = None) -> None:
    """Run a step of every task, one line each, then one line for all."""
    parser = Parser(prog="spark", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("steps", nargs="+", choices=("train", "score", *DECISIONS))
    parser.add_argument("--task", choices=TASKS, help="this task alone")
    args = parser.parse_args(argv)
    tasks = [args.task] if args.task else list(TASKS)
    settings = read_settings()
    summaries: list[str] = []
    failures: list[str] = []
    with hold(settings, "pipeline", args.steps[0]), telling_failures(settings, "models"):
        spark = session("models", settings, "learner")
        for step in args.steps:
            # A task that did not learn anything new is scored all the same, by the champion that it has.
            lines, errors = run_step(spark, settings, step, tasks)
            summaries += lines
            failures += [error for error in errors if error not in failures]
        spark.stop()
    if len(summaries) > 1:
        print("; ".join(shorten(line) for line in summaries if line), flush=True)
    if failures:
        raise UserError("\nerror: ".join(failures))


def run_step(spark: SparkSession, settings: Settings, step: str, tasks: Sequence[str]) -> tuple[list[str], list[str]]:
    """Run one step of every task, and return the summaries of those that succeeded and the errors of the others.

    Beside each other, because each leaves a core idle while it plans.
    """
    with ThreadPoolExecutor(len(tasks)) as pool:
        running = {task: pool.submit(job(spark, settings, step, task)) for task in tasks}
    lines, errors = [], []
    for task, future in running.items():
        try:
            lines.append(print_summary(future))
        except UserError as error:
            errors.append(f"{task}: {str(error).removeprefix(f'{task}: ')}")
    return lines, errors


def job(spark: SparkSession, settings: Settings, step: str, task: str) -> Callable[[], str]:
    """Return the function that does one step of one task."""
    if step in DECISIONS:
        return lambda: DECISIONS[step](spark, task, run_bounds(spark).as_of)
    training, scoring = TASKS[task]
    return (lambda: train(spark, settings, training)) if step == "train" else (lambda: score(spark, scoring))


def shorten(line: str) -> str:
    """Return the beginning of a summary, without the version: `churn AUC 0.74 (recency rule 0.68)`."""
    plain = re.sub(r" \d{4}-\d{8}-[0-9a-f]{8}:", "", line).split(";")[0]
    head, bracket, _ = plain.partition(")")
    return head + bracket


def print_summary(future: Future[str]) -> str:
    """Print and return the summary of a finished job, which is empty where there was nothing to decide.

    Raises:
        UserError: the job raised it.
    """
    line = future.result()
    if line:
        print(line, flush=True)
    return line


if __name__ == "__main__":
    sys.exit(entry_point(main)())
