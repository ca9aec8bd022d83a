"""Find groups of customers who buy alike, name them and publish the model with what its groups explain.

It learns from the customers as they were at a past cut, where what they spent since is known and judges it: what is
measured is the very model that is published, and it has not seen the outcome.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from common import tables
from common.cli import Parser
from common.errors import entry_point
from common.frames import fix_order
from common.locks import hold
from common.run_bounds import run_bounds
from common.session import session, telling_failures
from common.settings import Settings, read_settings
from spark.ml import drift, promotion, registry
from spark.ml.evaluation import MODEL, Measure
from spark.segments import model
from spark.segments.evaluate import ETA, GRID, OUTCOMES, evaluate
from spark.segments.stability import Grouping

FEATURES, PAST = "segments.segment_features", "segments.segment_outcomes"


def main(argv: Sequence[str] | None = None) -> None:
    """Train and publish the segments' model."""
    parser = Parser(prog="spark.segments.train", description=__doc__)
    parser.add_argument("--again", action="store_true", help="train though the newest model was trained on these rows")
    args = parser.parse_args(argv)
    settings = read_settings()
    with hold(settings, "pipeline", "train"), telling_failures(settings, "segments-train"):
        print(run(session("segments-train", settings, "learner"), settings, again=args.again))


def run(spark: SparkSession, settings: Settings, *, again: bool = False) -> str:
    """Train and publish in a given session, and return the summary in one line.

    A lake in which too few customers have bought has nothing to learn from; that is no failure.

    Raises:
        UserError: dbt's tables are missing or of another run.
    """
    as_of = run_bounds(spark).as_of
    features, past = tables.read(spark, FEATURES), tables.read(spark, PAST)
    typed = registry.typed(features, FEATURES, model.FEATURES)
    present, rows = learned_from(features, past, as_of)
    total = rows.count()
    last, champion = registry.newest(spark, model.TASK), registry.champion(spark, model.TASK)
    content = registry.fingerprint(rows, rows.columns, model.RECIPE)
    if last is not None and not again and registry.is_current(last, champion, as_of, content):
        return f"segments {last.version}: unchanged, it was trained on these rows already"
    version = registry.next_version(last, as_of, content)
    stages, tried = model.fit(rows, total)
    if stages is None:
        return f"segments: nothing to learn: {total:,} customers with known purchases, too few or too alike to group"
    before = champion.load() if champion is not None and not registry.changes(champion, features) else None
    fitted = model.named(stages, model.centres_by_id(spark, before) if before is not None else {})
    found, decided_by = evaluate(fitted, rows, total, before)
    trained = registry.Trained(
        task=model.TASK,
        version=version,
        data_as_of=as_of,
        rows=total,
        model=fitted,
        features=typed,
        measures=[*found, *of_groups(len(stages.centres), tried)],
        decided_by=decided_by,
        champion=champion,
        profiles=drift.profiles(present, model.FEATURES),
    )
    registry.publish(spark, settings, trained)
    return summary(trained)


def learned_from(features: DataFrame, past: DataFrame, as_of: datetime) -> tuple[DataFrame, DataFrame]:
    """Return the customers of today, and those to learn from: of the past cut, with what they spent since.

    A shop that has more than doubled since the cut is not the one that it was, so today's are learned from.

    Raises:
        UserError: one of the tables is of another run, or the past lacks a column.
    """
    registry.require_rows_at(features, FEATURES, as_of)
    registry.typed(past, PAST, [*model.KEY, *model.FEATURES, *OUTCOMES, "spent_until"])
    registry.require_rows_at(past.select(F.col("spent_until").alias("as_of")), PAST, as_of)
    present = fix_order(model.prepared(features.where(F.col("as_of") == tables.instant(as_of))), *model.KEY)
    earlier = past.where(F.col("spent_until") == tables.instant(as_of))
    before = fix_order(model.prepared(earlier, *OUTCOMES), *model.KEY)
    return present, before if 2 * before.count() >= max(present.count(), 1) else present


def of_groups(groups: int, tried: Mapping[int, Grouping]) -> list[Measure]:
    """Return silhouette and stability of every number of groups that was tried, and of the one that was chosen."""
    found = {f"silhouette_{number}": one.silhouette for number, one in tried.items()}
    found |= {f"stability_{number}": one.stability for number, one in tried.items()}
    found |= {"stability": tried[groups].stability, "segments": float(groups)}
    return [Measure(MODEL, name, value) for name, value in found.items()]


def summary(trained: registry.Trained) -> str:
    """Return what was learned in one line."""
    found = {(measure.subject, measure.metric): measure for measure in trained.measures}
    value = {metric: measure.value for (subject, metric), measure in found.items() if subject == MODEL}
    told = (
        f"segments {trained.version}: {value['segments']:.0f} groups, silhouette {value['silhouette']:.3f}, "
        f"stability {value['stability']:.3f}"
    )
    if trained.decided_by == ETA:
        share, gap = found[MODEL, ETA], found[GRID, f"{ETA}_difference"]
        told += (
            f", eta squared of the next spend {share.value:.3f} (RFM grid {found[GRID, ETA].value:.3f}), "
            f"95 % {share.low:.3f} to {share.high:.3f}, difference from the grid's "
            f"{promotion.interval(gap.value, gap.low, gap.high)}"
        )
    return f"{told}; {trained.rows:,} customers{promotion.clause(trained)}"


if __name__ == "__main__":
    entry_point(main)()
