"""Train the churn model on cuts of the past and publish it with its metrics on a later, held-out cut."""

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from common import tables
from common.business_numbers import HOLD_OUT_CUT, TRAINING_CUTS
from common.cli import Parser
from common.errors import entry_point
from common.frames import fix_order
from common.locks import hold
from common.run_bounds import run_bounds
from common.session import session, telling_failures
from common.settings import Settings, read_settings
from spark.churn import model
from spark.churn.evaluate import DECIDED_BY, evaluate
from spark.ml import drift, leakage, promotion, registry
from spark.ml.evaluation import MODEL
from spark.ml.single_column import Rows

FEATURES, LABELS = "churn.churn_features", "churn.churn_labels"


def main(argv: Sequence[str] | None = None) -> None:
    """Train and publish the churn model."""
    parser = Parser(prog="spark.churn.train", description=__doc__)
    parser.add_argument("--again", action="store_true", help="train though the newest model was trained on these rows")
    args = parser.parse_args(argv)
    settings = read_settings()
    with hold(settings, "pipeline", "train"), telling_failures(settings, "churn-train"):
        print(run(session("churn-train", settings, "learner"), settings, again=args.again))


def run(spark: SparkSession, settings: Settings, *, again: bool = False) -> str:
    """Train and publish in a given session, and return the summary in one line.

    Too little history is no failure: a lake that was fed with a snapshot alone has nothing to learn from, and says so.

    Raises:
        UserError: dbt's tables are missing or of another run, or the leakage guard refuses what was learned.
    """
    as_of = run_bounds(spark).as_of
    features, labels = tables.read(spark, FEATURES), tables.read(spark, LABELS)
    typed = registry.typed(features, FEATURES, model.FEATURES)
    registry.typed(labels, LABELS, [*model.KEY, "is_churned"])
    registry.require_rows_at(features, FEATURES, as_of)
    rows = model.labelled(features, labels)
    earlier = F.col("as_of").isin(*(tables.instant(model.cut(as_of, days)) for days in TRAINING_CUTS))
    training = fix_order(rows.where(earlier), *model.KEY)
    held_out = fix_order(rows.where(F.col("as_of") == tables.instant(model.cut(as_of, HOLD_OUT_CUT))), *model.KEY)
    reason = nothing_to_learn(training, "training") or nothing_to_learn(held_out, "held-out")
    if reason:
        return f"churn: nothing to learn: {reason}"

    last, champion = registry.newest(spark, model.TASK), registry.champion(spark, model.TASK)
    content = registry.fingerprint(training.union(held_out), [*model.KEY, *model.FEATURES, "label"], model.RECIPE)
    if last is not None and not again and registry.is_current(last, champion, as_of, content):
        return f"churn {last.version}: unchanged, it was trained on these rows already"
    version = registry.next_version(last, as_of, content)
    fitted = model.fit(training, newest(training))
    before = champion.load() if champion is not None and not registry.changes(champion, features) else None
    measures, curves = evaluate(fitted, training, held_out, before)
    judged = Rows(training, model.FEATURES, "label", alike=("source", "customer_id"))
    explained = leakage.require_honest(model.TASK, judged, measures)
    trained = registry.Trained(
        task=model.TASK,
        version=version,
        data_as_of=as_of,
        rows=training.count(),
        model=fitted,
        features=typed,
        measures=measures,
        decided_by=DECIDED_BY,
        champion=champion,
        curves=curves,
        profiles=drift.profiles(
            fitted.transform(features.where(F.col("as_of") == tables.instant(as_of))), model.PROFILED
        ),
        explained=explained,
    )
    registry.publish(spark, settings, trained)
    return summary(trained)


def newest(training: DataFrame) -> DataFrame:
    """Return the rows of the newest cut that has any."""
    last = training.agg(F.max("as_of").alias("as_of"))
    return training.join(F.broadcast(last), "as_of")


def summary(trained: registry.Trained) -> str:
    """Return what was learned in one line: the model's measures, and those of the others in brackets."""
    found = {(measure.subject, measure.metric): measure for measure in trained.measures}

    def value(metric: str, subject: str = MODEL, places: int = 3) -> str:
        return f"{found[subject, metric].value:.{places}f}"

    area = found[MODEL, "auc"]
    return (
        f"churn {trained.version}: AUC {value('auc')} (recency rule {value('auc', 'recency_rule')}, "
        f"BG/NBD {value('auc', 'bg_nbd')}, trees {value('auc', 'boosted_trees')}), "
        f"95 % {area.low:.3f} to {area.high:.3f}, PR-AUC {value('pr_auc')} ({value('pr_auc', 'recency_rule')}), "
        f"Brier {value('brier')} (BG/NBD {value('brier', 'bg_nbd')}), "
        f"ECE {value('ece')} ({value('ece', 'uncalibrated')} before calibration), "
        f"top-decile lift {value('top_decile_lift', places=2)}; {trained.rows:,} rows, "
        f"{int(found[MODEL, 'rows_held_out'].value):,} held out"
        f"{leakage.clause(trained.explained)}{promotion.clause(trained)}"
    )


def nothing_to_learn(rows: DataFrame, what: str) -> str | None:
    """Return why nothing can be learnt from the labelled rows, or None where something can."""
    labels = sorted(row["label"] for row in rows.select("label").distinct().collect())
    if not labels:
        longest = min(TRAINING_CUTS) if what == "training" else HOLD_OUT_CUT
        return f"no {what} rows; churn needs orders from more than {longest} days before the as-of date"
    if len(labels) == 1:
        return f"every {what} row {'churned' if labels[0] else 'stayed'}"
    return None


if __name__ == "__main__":
    entry_point(main)()
