"""The steps of the main job; each is a command that can be typed by hand."""

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from common.settings import ROOT, Settings
from infra.local.services import kafka

DBT_PROJECT = ROOT / "dbt_project"


@dataclass(frozen=True)
class Step:
    """One line of a run: a name and the command behind it.

    Args:
        after: the steps that it waits for; by default the one before it in the list.
        parsed_in: folder below dbt's target path of what dbt has parsed, which serves one of its targets only.
        probe: raises `NotReadyError` until the step can begin, whatever has ended by then.
        ends_run: false where a run can go on to its end without this step, and then fail.
    """

    name: str
    command: Sequence[str]
    folder: str = str(ROOT)
    ends_run: bool = True
    parsed_in: str = ""
    after: tuple[str, ...] | None = None
    probe: Callable[[Settings], None] | None = None

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
SERVING = replace(dbt("dbt serving", "build", "--target", "serving"), parsed_in="serving")
UP = replace(module("up", "infra.local", "up"), after=())
INGEST = module("ingest", "streaming.ingest", unless_streaming=True)
# One session for both, since each start of Spark costs as much as the work. Where a model is refused or cannot score,
# what the others say and all the marts are still worth having.
TRAIN_AND_SCORE = replace(module("train, score", "spark", "train", "promote-if-won", "score"), ends_run=False)
SCORE = replace(module("score", "spark", "score"), ends_run=False)
EXPORT = module("export", "spark.export")
RECONCILE = replace(module("reconcile", "spark.reconcile"), after=("export",))
REPORT = replace(module("report", "reports"), after=("dbt serving",))
ANSWERS = module("answers", "reports", "--answers")


def backfill(first: date, last: date) -> DbtStep:
    """Return the step that takes up the events of these days, both included, as if they had only now arrived."""
    days = {"backfill_from": first.isoformat(), "backfill_to": (last + timedelta(days=1)).isoformat()}
    return dbt("dbt backfill", "build", "--selector", "lake_before_scores", "--vars", json.dumps(days))


def docs(settings: Settings) -> DbtStep:
    """Return the step that writes the docs site, as one file, of all that is in the lake."""
    step = dbt("docs", "docs", "generate", "--static", "--target-path", str(settings.path("out", "dbt")))
    return replace(step, after=("dbt insights",))


def feed(name: str, target: str, **options: str | bool | None) -> Step:
    """Return a step that sends events as soon as Kafka answers, while the rest of the platform still starts."""
    return replace(module(name, target, **options), after=(), probe=kafka.probe)
