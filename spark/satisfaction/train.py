"""Train the satisfaction model on the customers whose level is known, and publish it with cross-validated metrics."""

import argparse
from collections.abc import Sequence

from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from spark.common import drift, registry, tables
from spark.common.clock import run_bounds
from spark.common.errors import entry_point
from spark.common.frames import settled
from spark.common.locks import hold
from spark.common.session import session
from spark.common.settings import Settings, settings
from spark.satisfaction import model


def main(argv: Sequence[str] | None = None) -> None:
    """Train and publish the satisfaction model."""
    parser = argparse.ArgumentParser(prog="spark.satisfaction.train", description=__doc__)
    parser.add_argument("--again", action="store_true", help="train though the newest model was trained on these rows")
    args = parser.parse_args(argv)
    config = settings()
    with hold(config, "models"):
        print(run(session("satisfaction-train", config, "learner"), config, again=args.again))


def run(spark: SparkSession, config: Settings, *, again: bool = False) -> str:
    """Train and publish in a given session, and return the summary in one line.

    A lake in which nobody's level is known (order history alone) has nothing to learn from; that is no failure.

    Raises:
        UserError: dbt's tables are missing or of another run.
    """
    as_of = run_bounds(spark).as_of
    features = tables.read(spark, "satisfaction.satisfaction_features")
    registry.require_rows_at(features, "satisfaction.satisfaction_features", as_of)
    rows = model.prepared(features.where(F.col("as_of") == tables.instant(as_of)))
    known = settled(rows.where(F.col(model.LABEL).isNotNull()), *model.KEY)
    labels = sorted(row[model.LABEL] for row in known.select(model.LABEL).distinct().collect())
    if len(labels) < 2:
        told = f"every known level is {labels[0]}" if labels else "no customer's satisfaction is known"
        return f"satisfaction: nothing to learn: {told}"
    training = settled(model.labelled(known, labels), *model.KEY)

    last, champion = registry.newest(spark, model.TASK), registry.champion(spark, model.TASK)
    content = registry.fingerprint(training, [*model.KEY, *model.FEATURES, model.LABEL], model.RECIPE)
    if last is not None and not again and registry.is_current(last, champion, as_of, content):
        return f"satisfaction {last.version}: unchanged, it was trained on these rows already"
    version = registry.next_version(last, as_of, content)
    numbers = model.known_numbers(training)
    encoder = model.encoder(numbers).fit(training)
    encoded = settled(encoder.transform(training), *model.KEY)
    confusion = model.cross_validated(encoded, labels)
    if not confusion:
        return "satisfaction: nothing to learn: the rows with a known level are all alike"
    rules = model.baselines(training)
    found = model.evaluate(confusion, rules)
    fitted = PipelineModel([*encoder.stages, model.classifier().fit(encoded), model.answers(labels)])
    trained = training.count()
    registry.publish(
        spark,
        config,
        registry.Trained(
            task=model.TASK,
            version=version,
            data_as_of=as_of,
            rows=trained,
            model=fitted,
            features=registry.typed(features, "satisfaction.satisfaction_features", [*numbers, *model.WORDS]),
            measures=model.measures(found),
            decided_by="macro_f1",
            champion=champion,
            profiles=drift.profiles(rows, numbers),
        ),
    )
    return (
        f"satisfaction {version}: accuracy {found['accuracy']:.3f} (majority {found['majority_accuracy']:.3f}, "
        f"best single column {model.best_column(rules)} {found['best_column_accuracy']:.3f}), "
        f"macro-F1 {found['macro_f1']:.3f} ({found['majority_macro_f1']:.3f}, {found['best_column_macro_f1']:.3f}); "
        f"{trained:,} rows, {model.FOLDS} grouped folds"
    )


if __name__ == "__main__":
    entry_point(main)()
