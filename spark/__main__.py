"""Train or score all three tasks in one session: `python -m spark train`, `python -m spark train score`.

One Java process instead of three. The jobs are found by their module names, so that none imports another.
"""

import argparse
import importlib
import re
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from pyspark.sql import SparkSession

from spark.common.errors import UserError, entry_point
from spark.common.locks import hold
from spark.common.session import session
from spark.common.settings import Settings, settings

TASKS = ("churn", "satisfaction", "segments")


def main(argv: Sequence[str] | None = None) -> None:
    """Run a step of every task, one line each, then one line for all."""
    parser = argparse.ArgumentParser(prog="spark", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("steps", nargs="+", choices=("train", "score"))
    parser.add_argument("--task", choices=TASKS, help="this task alone")
    args = parser.parse_args(argv)
    tasks = (args.task,) if args.task else TASKS
    config = settings()
    with hold(config, "models"):
        spark = session("models", config, "learner")
        said = [line for step in args.steps for line in together(spark, config, step, tasks)]
        spark.stop()
    print("; ".join(map(short, said)), flush=True)


def together(spark: SparkSession, config: Settings, step: str, tasks: Sequence[str]) -> list[str]:
    """Run one step of every task, and return their summaries.

    Beside each other, because each leaves a core idle while it plans.
    """
    jobs = {task: importlib.import_module(f"spark.{task}.{step}").run for task in tasks}
    with ThreadPoolExecutor(len(jobs)) as pool:
        running = {task: pool.submit(run, spark, config) for task, run in jobs.items()}
    return [outcome(task, future) for task, future in running.items()]


def short(line: str) -> str:
    """Return the beginning of a summary, without the version: `churn AUC 0.74 (recency rule 0.68)`."""
    plain = re.sub(r" \d{4}-\d{8}-[0-9a-f]{8}:", "", line).split(";")[0]
    head, bracket, _ = plain.partition(")")
    return head + bracket


def outcome(task: str, future: Future[str]) -> str:
    """Print and return the summary of a finished job.

    Raises:
        UserError: the job raised it; the task's name stands before its text.
    """
    try:
        line = future.result()
    except UserError as error:
        raise UserError(f"{task}: {error}") from None
    print(line, flush=True)
    return line


if __name__ == "__main__":
    sys.exit(entry_point(main)())
