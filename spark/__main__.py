"""Train, score, promote or roll back all three tasks in one session: `python -m spark train score`.

One Java process instead of three. The jobs are found by their module names, so that none imports another; who is
champion is decided the same way for all.
"""

import importlib
import re
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from pyspark.sql import SparkSession

from common.cli import Parser
from common.errors import UserError, entry_point
from common.locks import hold
from common.run_bounds import run_bounds
from common.session import session, telling_failures
from common.settings import Settings, read_settings
from spark.ml import promotion

TASKS = ("churn", "satisfaction", "segments")
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
    tasks = (args.task,) if args.task else TASKS
    settings = read_settings()
    said: list[str] = []
    failed: list[str] = []
    with hold(settings, "pipeline", args.steps[0]), telling_failures(settings, "models"):
        spark = session("models", settings, "learner")
        for step in args.steps:
            # A task that did not learn anything new is scored all the same, by the champion that it has.
            lines, errors = together(spark, settings, step, tasks)
            said, failed = [*said, *lines], [*failed, *(error for error in errors if error not in failed)]
        spark.stop()
    if len(said) > 1:
        print("; ".join(short(line) for line in said if line), flush=True)
    if failed:
        raise UserError("\nerror: ".join(failed))


def together(spark: SparkSession, settings: Settings, step: str, tasks: Sequence[str]) -> tuple[list[str], list[str]]:
    """Run one step of every task, and return the summaries of those that succeeded and the errors of the others.

    Beside each other, because each leaves a core idle while it plans.
    """
    with ThreadPoolExecutor(len(tasks)) as pool:
        running = {task: pool.submit(job(spark, settings, step, task)) for task in tasks}
    lines, errors = [], []
    for task, future in running.items():
        try:
            lines.append(outcome(future))
        except UserError as error:
            errors.append(f"{task}: {str(error).removeprefix(f'{task}: ')}")
    return lines, errors


def job(spark: SparkSession, settings: Settings, step: str, task: str) -> Callable[[], str]:
    """Return the function that does one step of one task."""
    if step in DECISIONS:
        return lambda: DECISIONS[step](spark, task, run_bounds(spark).as_of)
    run = importlib.import_module(f"spark.{task}.{step}").run
    return lambda: run(spark, settings)


def short(line: str) -> str:
    """Return the beginning of a summary, without the version: `churn AUC 0.74 (recency rule 0.68)`."""
    plain = re.sub(r" \d{4}-\d{8}-[0-9a-f]{8}:", "", line).split(";")[0]
    head, bracket, _ = plain.partition(")")
    return head + bracket


def outcome(future: Future[str]) -> str:
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
