"""Find groups of customers who buy alike, name them and publish the model with its silhouette."""

import argparse
from collections.abc import Sequence

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from spark.common import drift, registry, tables
from spark.common.clock import run_bounds
from spark.common.errors import entry_point
from spark.common.evaluation import MODEL, Measure
from spark.common.frames import settled
from spark.common.locks import hold
from spark.common.session import session
from spark.common.settings import Settings, settings
from spark.segments import model


def main(argv: Sequence[str] | None = None) -> None:
    """Train and publish the segments' model."""
    parser = argparse.ArgumentParser(prog="spark.segments.train", description=__doc__)
    parser.add_argument("--again", action="store_true", help="train though the newest model was trained on these rows")
    args = parser.parse_args(argv)
    config = settings()
    with hold(config, "models"):
        print(run(session("segments-train", config, "learner"), config, again=args.again))


def run(spark: SparkSession, config: Settings, *, again: bool = False) -> str:
    """Train and publish in a given session, and return the summary in one line.

    A lake in which too few customers have bought has nothing to learn from; that is no failure.

    Raises:
        UserError: dbt's tables are missing or of another run.
    """
    as_of = run_bounds(spark).as_of
    features = tables.read(spark, "segments.segment_features")
    registry.require_rows_at(features, "segments.segment_features", as_of)
    rows = settled(model.prepared(features.where(F.col("as_of") == tables.instant(as_of))), *model.KEY)
    total = rows.count()
    last, champion = registry.newest(spark, model.TASK), registry.champion(spark, model.TASK)
    content = registry.fingerprint(rows, [*model.KEY, *model.FEATURES], model.RECIPE)
    if last is not None and not again and registry.is_current(last, champion, as_of, content):
        return f"segments {last.version}: unchanged, it was trained on these rows already"
    version = registry.next_version(last, as_of, content)
    stages, silhouettes = model.choose(rows, total)
    if stages is None:
        return f"segments: nothing to learn: {total:,} customers with known purchases, too few or too alike to group"
    groups = len(stages.centres)
    found = {f"silhouette_{tried}": value for tried, value in silhouettes.items()}
    found = {**found, "silhouette": silhouettes[groups], "segments": float(groups)}
    earlier = model.centres_by_id(spark, champion.load()) if champion is not None else {}
    trained = registry.Trained(
        task=model.TASK,
        version=version,
        data_as_of=as_of,
        rows=total,
        model=model.named(stages, earlier),
        features=registry.typed(features, "segments.segment_features", model.FEATURES),
        measures=[Measure(MODEL, name, value) for name, value in found.items()],
        decided_by="silhouette",
        champion=champion,
        profiles=drift.profiles(rows, model.FEATURES),
    )
    registry.publish(spark, config, trained)
    return f"segments {version}: {groups} groups, silhouette {found['silhouette']:.3f}; {total:,} customers"


if __name__ == "__main__":
    entry_point(main)()
