"""How a model is trained, the same way for every task: read, prepare, learn, guard, publish.

A task brings the tables that it reads and the mathematics: see `Training`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pyspark.sql import DataFrame, SparkSession

from common.cli import Parser
from common.run_bounds import run_bounds
from common.settings import Settings
from spark.ml import leakage, mart, promotion, registry
from spark.ml.command import run_alone
from spark.ml.mart import Mart
from spark.ml.publication import Learned, Trained, publish
from spark.ml.registry import Version

Data = TypeVar("Data")


class NothingToLearnError(Exception):
    """The lake has too little for a task, which is no failure; the text says what there is."""


@dataclass(frozen=True)
class Training(Generic[Data]):
    """How one task learns. `prepare` and `learn` may raise NothingToLearnError.

    Args:
        task: its name, which is that of its package.
        marts: what it reads; the first holds the features.
        prepare: returns what to learn from, of the run's bounds and these marts in their order.
        fingerprint: returns what the data and the way to learn amount to; see `registry.fingerprint`.
        learn: returns the fitted model, measured beside the champion; None where there is no champion, or where it
            cannot read the features.
    """

    task: str
    marts: Sequence[Mart]
    prepare: Callable[..., Data]
    fingerprint: Callable[[Data], str]
    learn: Callable[[Data, Version | None], Learned]


def main(training: Training[Data], description: str | None, argv: Sequence[str] | None) -> None:
    """Train and publish the model of one task in a session of its own."""
    parser = Parser(prog=f"spark.{training.task}.train", description=description)
    parser.add_argument("--again", action="store_true", help="train though the newest model was trained on these rows")
    again = parser.parse_args(argv).again
    run_alone(training.task, "train", lambda spark, settings: train(spark, settings, training, again=again))


def train(spark: SparkSession, settings: Settings, training: Training[Data], *, again: bool = False) -> str:
    """Train and publish in a given session, and return the summary: one line, and one for each statement.

    Raises:
        UserError: dbt's tables are missing, lack a column or are of another run, or the leakage guard refuses what was
            learned.
    """
    task, bounds = training.task, run_bounds(spark)
    frames = [one.read(spark) for one in training.marts]
    features = frames[0]
    mart.require_rows_now(features, training.marts[0].name, bounds)
    try:
        data = training.prepare(bounds, *frames)
        content = training.fingerprint(data)
        newest, champion = registry.newest(spark, task), registry.champion(spark, task)
        if newest is not None and not again and registry.is_current(newest, champion, bounds.as_of, content):
            return f"{task} {newest.version}: unchanged, it was trained on these rows already"
        learned = training.learn(data, measurable(champion, features))
    except NothingToLearnError as reason:
        return f"{task}: nothing to learn: {reason}"
    version = registry.next_version(newest, bounds.as_of, content)
    findings = leakage.require_honest(task, learned.labelled, learned.measures) if learned.labelled else []
    columns = mart.typed_names(features, learned.features)
    trained = Trained(task, version, bounds.as_of, columns, champion, learned, findings)
    publish(spark, settings, trained)
    return summary(trained)


def measurable(champion: Version | None, features: DataFrame) -> Version | None:
    """Return the champion where it can read the features as they are now."""
    return None if champion is None or mart.changes(champion, features) else champion


def summary(trained: Trained) -> str:
    """Return what was learned: one line on the model and the champion, then what the data can support."""
    learned = trained.learned
    line = (
        f"{trained.task} {trained.version}: {learned.summary}"
        f"{leakage.clause(trained.findings)}{promotion.clause(trained)}"
    )
    compared_on = f" ({learned.compared_on})" if learned.compared_on else ""
    return "\n  ".join([line + compared_on, *learned.statements])
