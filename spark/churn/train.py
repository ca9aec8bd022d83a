"""Train the churn model on cuts of the past and publish it with its metrics on a later, held-out cut."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from common.errors import entry_point
from common.frames import fix_order
from common.run_bounds import RunBounds
from common.thresholds import HOLD_OUT_CUT, TRAINING_CUTS
from spark.churn import model
from spark.churn.evaluate import DECIDED_BY, evaluate
from spark.ml import drift, lifecycle, registry
from spark.ml.evaluation import MODEL, Measure, by_name
from spark.ml.lifecycle import NothingToLearnError, Training
from spark.ml.mart import Mart
from spark.ml.publication import Learned
from spark.ml.registry import Version
from spark.ml.single_column import Rows

LABELS = Mart("churn.churn_labels", (*model.KEY, "is_churned"))


@dataclass(frozen=True)
class Customers:
    """The labelled customers of the training cuts and of the held-out cut, and the features of today's."""

    training: DataFrame
    held_out: DataFrame
    today: DataFrame


def prepare(bounds: RunBounds, features: DataFrame, labels: DataFrame) -> Customers:
    """Return the customers of the run.

    Raises:
        NothingToLearnError: a lake that was fed with a snapshot alone, or for too short a time, has no such cuts; or
            at one all did the same.
    """
    rows = model.with_label(features, labels)
    training = fix_order(rows.where(F.col("days_before").isin(*TRAINING_CUTS)), *model.KEY)
    held_out = fix_order(rows.where(F.col("days_before") == HOLD_OUT_CUT), *model.KEY)
    require_both_classes(training, "training", min(TRAINING_CUTS))
    require_both_classes(held_out, "held-out", HOLD_OUT_CUT)
    return Customers(training, held_out, features.where(bounds.is_now()))


def require_both_classes(rows: DataFrame, what: str, days: int) -> None:
    """Raise where nothing can be learnt from labelled rows, whose newest cut lies so many days before the as-of date.

    Raises:
        NothingToLearnError: there are none, or all are of one class.
    """
    labels = [row["label"] for row in rows.select("label").distinct().collect()]
    if not labels:
        raise NothingToLearnError(
            f"no {what} rows; churn needs orders from more than {days} days before the as-of date"
        )
    if len(labels) == 1:
        raise NothingToLearnError(f"every {what} row {'churned' if labels[0] else 'stayed'}")


def fingerprint(customers: Customers) -> str:
    """Return what stands for the rows and the recipe."""
    rows = customers.training.union(customers.held_out)
    return registry.fingerprint(rows, [*model.KEY, *model.FEATURES, "label"], model.RECIPE)


def learn(customers: Customers, champion: Version | None) -> Learned:
    """Return the model, measured on the held-out cut."""
    training = customers.training
    fitted = model.fit(training, newest_cut(training))
    measures, curves = evaluate(fitted, training, customers.held_out, champion.load() if champion else None)
    total = training.count()
    return Learned(
        model=fitted,
        rows=total,
        features=model.FEATURES,
        measures=measures,
        decided_by=DECIDED_BY,
        summary=summary(measures, total),
        profiles=drift.profiles(fitted.transform(customers.today), model.PROFILED),
        curves=curves,
        labelled=Rows(training, model.FEATURES, "label", alike=("source", "customer_id")),
    )


def newest_cut(training: DataFrame) -> DataFrame:
    """Return the rows of the newest cut that has any."""
    last = training.agg(F.min("days_before").alias("days_before"))
    return training.join(F.broadcast(last), "days_before")


def summary(measures: Sequence[Measure], rows: int) -> str:
    """Return what was learned in one line: the model's measures, and those of the others in brackets."""
    known = by_name(measures)

    def value(metric: str, subject: str = MODEL, places: int = 3) -> str:
        return f"{known[subject, metric].value:.{places}f}"

    area = known[MODEL, "auc"]
    return (
        f"AUC {value('auc')} (recency rule {value('auc', 'recency_rule')}, "
        f"BG/NBD {value('auc', 'bg_nbd')}, trees {value('auc', 'boosted_trees')}), "
        f"95 % {area.low:.3f} to {area.high:.3f}, PR-AUC {value('pr_auc')} ({value('pr_auc', 'recency_rule')}), "
        f"Brier {value('brier')} (BG/NBD {value('brier', 'bg_nbd')}), "
        f"ECE {value('ece')} ({value('ece', 'uncalibrated')} before calibration), "
        f"top-decile lift {value('top_decile_lift', places=2)}; {rows:,} rows, "
        f"{int(known[MODEL, 'rows_held_out'].value):,} held out"
    )


TRAINING = Training(model.TASK, [model.MART, LABELS], prepare, fingerprint, learn)


def main(argv: Sequence[str] | None = None) -> None:
    """Train and publish the churn model."""
    lifecycle.main(TRAINING, __doc__, argv)


if __name__ == "__main__":
    entry_point(main)()
