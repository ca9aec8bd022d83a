"""Train the churn model on cuts of the past and publish it with its metrics on a later, held-out cut."""

import argparse
from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.churn import model
from spark.common import registry, tables
from spark.common.clock import run_bounds
from spark.common.errors import entry_point
from spark.common.frames import settled
from spark.common.locks import hold
from spark.common.session import session
from spark.common.settings import Settings, settings


def main(argv: Sequence[str] | None = None) -> None:
    """Train and publish the churn model."""
    parser = argparse.ArgumentParser(prog="spark.churn.train", description=__doc__)
    parser.add_argument("--again", action="store_true", help="train though the newest model was trained on these rows")
    args = parser.parse_args(argv)
    config = settings()
    with hold(config, "models"):
        print(run(session("churn-train", config, "learner"), config, again=args.again))


def run(spark: SparkSession, config: Settings, *, again: bool = False) -> str:
    """Train and publish in a given session, and return the summary in one line.

    Too little history is no failure: a lake that was fed with a snapshot alone has nothing to learn from, and says so.

    Raises:
        UserError: dbt's tables are missing or of another run.
    """
    as_of = run_bounds(spark).as_of
    features = tables.read(spark, "churn.churn_features")
    registry.require_rows_at(features, "churn.churn_features", as_of)
    rows = model.labelled(features, tables.read(spark, "churn.churn_labels"))
    earlier = F.col("as_of").isin(*(tables.instant(model.cut(as_of, days)) for days in model.TRAINING_CUTS))
    training = settled(rows.where(earlier), *model.KEY)
    held_out = settled(rows.where(F.col("as_of") == tables.instant(model.cut(as_of, model.HOLD_OUT_CUT))), *model.KEY)
    reason = nothing_to_learn(training, "training") or nothing_to_learn(held_out, "held-out")
    if reason:
        return f"churn: nothing to learn: {reason}"

    last = registry.newest(spark, model.TASK)
    content = registry.fingerprint(training.union(held_out), [*model.KEY, *model.FEATURES, "label"], model.RECIPE)
    if last is not None and not again and registry.is_current(last, as_of, content):
        return f"churn {last.version}: unchanged, it was trained on these rows already"
    version = registry.next_version(last, as_of, content)
    fitted = model.pipeline().fit(training)
    found = model.evaluate(settled(model.with_probability(fitted.transform(held_out)), *model.KEY))
    trained, tested = training.count(), held_out.count()
    found = {**found, "rows_held_out": float(tested)}
    registry.publish(spark, config, fitted, model.TASK, version, as_of, trained, model.FEATURES, found)
    return (
        f"churn {version}: AUC {found['auc']:.3f} (recency rule {found['rule_auc']:.3f}), "
        f"PR-AUC {found['pr_auc']:.3f} ({found['rule_pr_auc']:.3f}), Brier {found['brier']:.3f}, "
        f"ECE {found['ece']:.3f}, top-decile lift {found['top_decile_lift']:.2f} "
        f"({found['rule_top_decile_lift']:.2f}); {trained:,} rows, {tested:,} held out"
    )


def nothing_to_learn(rows: DataFrame, what: str) -> str | None:
    """Return why nothing can be learnt from the labelled rows, or None where something can."""
    labels = sorted(row["label"] for row in rows.select("label").distinct().collect())
    if not labels:
        longest = max(model.TRAINING_CUTS) if what == "training" else model.HOLD_OUT_CUT
        return f"no {what} rows; churn needs orders from more than {longest} days before the as-of date"
    if len(labels) == 1:
        return f"every {what} row {'churned' if labels[0] else 'stayed'}"
    return None


if __name__ == "__main__":
    entry_point(main)()
