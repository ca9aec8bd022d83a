"""The steps of the main job; each is a command that can be typed by hand."""

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from spark.common.settings import ROOT, Settings

DBT_PROJECT = ROOT / "dbt_project"


@dataclass(frozen=True)
class Step:
    """One line of a run: a name and the command behind it; without some, a run can go on to its end and then fail."""

    name: str
    command: Sequence[str]
    folder: str = str(ROOT)
    ends_run: bool = True

    def summary(self, output: Sequence[str]) -> str:
        """Return what to say of a finished step: the last line of its standard output."""
        lines = [line.strip() for line in output if line.strip()]
        return lines[-1] if lines else ""


@dataclass(frozen=True)
class DbtStep(Step):
    """A step that dbt runs."""

    folder: str = str(DBT_PROJECT)

    def summary(self, output: Sequence[str]) -> str:
        """Return dbt's own count, in words."""
        for line in reversed(output):
            counts = dict(re.findall(r"([A-Z-]+)=(\d+)", line)) if "PASS=" in line else {}
            if counts:
                return (
                    f"{counts['TOTAL']} nodes: {counts['PASS']} ok, {counts['WARN']} warned, {counts['ERROR']} failed"
                )
        return ""


def module(name: str, target: str, *arguments: str, **options: str | bool | None) -> Step:
    """Return a step that runs a module; options that are not given are left out."""
    command = [sys.executable, "-m", target, *arguments]
    for option, value in options.items():
        if value:
            command += [f"--{option.replace('_', '-')}", *([] if value is True else [str(value)])]
    return Step(name, command)


def dbt(name: str, *arguments: str) -> DbtStep:
    """Return a step that runs dbt as a user would."""
    return DbtStep(name, [f"{sys.prefix}/bin/dbt", "--no-use-colors", *arguments])


MARTS = dbt("dbt marts", "build", "--selector", "lake_before_scores")
INSIGHTS = dbt("dbt insights", "build", "--selector", "insights")
SERVING = dbt("dbt serving", "build", "--target", "serving")
UP = module("up", "infra.local", "up")
INGEST = module("ingest", "streaming.ingest")
# One session for both, since each start of Spark costs as much as the work. Where a model is refused or cannot score,
# what the others say and all the marts are still worth having.
TRAIN_AND_SCORE = replace(module("train, score", "spark", "train", "promote-if-won", "score"), ends_run=False)
SCORE = replace(module("score", "spark", "score"), ends_run=False)
EXPORT = module("export", "spark.export")
RECONCILE = module("reconcile", "spark.reconcile")
REPORT = module("report", "reports")
ANSWERS = module("answers", "reports", "--answers")


def backfill(first: date, last: date) -> DbtStep:
    """Return the step that takes up the events of these days, both included, as if they had only now arrived."""
    days = {"backfill_from": first.isoformat(), "backfill_to": (last + timedelta(days=1)).isoformat()}
    return dbt("dbt backfill", "build", "--selector", "lake_before_scores", "--vars", json.dumps(days))


def docs(config: Settings) -> DbtStep:
    """Return the step that writes the docs site, as one file."""
    return dbt("docs", "docs", "generate", "--static", "--target-path", str(config.path("out", "dbt")))
