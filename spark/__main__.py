"""Train or score all three tasks in one session: `python -m spark train`, `python -m spark score`.

One Java process instead of three. The jobs are found by their module names, so that none imports another.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence

from spark.common.errors import UserError, entry_point
from spark.common.session import session
from spark.common.settings import settings

TASKS = ("churn", "satisfaction", "segments")


def main(argv: Sequence[str] | None = None) -> None:
    """Run a step of every task, one line each, then one line for all."""
    parser = argparse.ArgumentParser(prog="spark", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("step", choices=("train", "score"))
    parser.add_argument("--task", choices=TASKS, help="this task alone")
    args = parser.parse_args(argv)
    tasks = (args.task,) if args.task else TASKS
    config = settings()
    spark = session(f"models-{args.step}", config, "learner")
    spark.sparkContext.setLogLevel("ERROR")
    said = []
    for task in tasks:
        try:
            line = importlib.import_module(f"spark.{task}.{args.step}").run(spark, config)
        except UserError as error:
            raise UserError(f"{task}: {error}") from None
        print(line, flush=True)
        said.append(line)
    spark.stop()
    done = [line.split(";")[0] for line in said]
    print("; ".join(done), flush=True)


if __name__ == "__main__":
    sys.exit(entry_point(main)())
