"""Find groups of customers who buy alike, name them and publish the model with what its groups explain.

It learns from the customers as they were at a past cut, where what they spent since is known and judges it: what is
measured is the very model that is published, and it has not seen the outcome.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame

from common.errors import entry_point
from common.frames import fix_order
from common.run_bounds import RunBounds
from spark.ml import drift, lifecycle, mart, promotion, registry
from spark.ml.evaluation import MODEL, Measure, by_name
from spark.ml.lifecycle import NothingToLearnError, Training
from spark.ml.mart import Mart
from spark.ml.publication import Learned
from spark.ml.registry import Version
from spark.segments import model
from spark.segments.evaluate import ETA, GRID, OUTCOMES, evaluate
from spark.segments.stability import Grouping

PAST = Mart("segments.segment_outcomes", (*model.KEY, *model.FEATURES, *OUTCOMES, "spent_until"))


@dataclass(frozen=True)
class Customers:
    """The customers of today, and those to learn from: of the past cut, with what they spent since, or today's."""

    today: DataFrame
    rows: DataFrame


def prepare(bounds: RunBounds, features: DataFrame, past: DataFrame) -> Customers:
    """Return the customers of the run.

    A shop that has more than doubled since the cut is not the one that it was, so today's are learned from.

    Raises:
        UserError: the past is of another run.
    """
    mart.require_rows_now(past, PAST.name, bounds, "spent_until")
    today = fix_order(model.prepare(features.where(bounds.is_now())), *model.KEY)
    earlier = past.where(bounds.is_now("spent_until"))
    before = fix_order(model.prepare(earlier, *OUTCOMES), *model.KEY)
    return Customers(today, before if 2 * before.count() >= max(today.count(), 1) else today)


def fingerprint(customers: Customers) -> str:
    """Return what stands for the rows and the recipe."""
    return registry.fingerprint(customers.rows, customers.rows.columns, model.RECIPE)


def learn(customers: Customers, champion: Version | None) -> Learned:
    """Return the model, with the segments' ids of the champion where it continues them.

    Raises:
        NothingToLearnError: too few customers have bought, or they are too alike.
    """
    rows, total = customers.rows, customers.rows.count()
    stages, tried = model.fit(rows, total)
    if stages is None:
        raise NothingToLearnError(f"{total:,} customers with known purchases, too few or too alike to group")
    before = champion.load() if champion is not None else None
    fitted = model.pipeline(stages, model.centres_by_id(rows.sparkSession, before) if before is not None else {})
    measures, decided_by = evaluate(fitted, rows, total, before)
    measures = [*measures, *measures_of_groups(len(stages.centres), tried)]
    return Learned(
        model=fitted,
        rows=total,
        features=model.FEATURES,
        measures=measures,
        decided_by=decided_by,
        summary=summary(measures, decided_by, total),
        profiles=drift.profiles(customers.today, model.FEATURES),
    )


def measures_of_groups(groups: int, tried: Mapping[int, Grouping]) -> list[Measure]:
    """Return silhouette and stability of every number of groups that was tried, and of the one that was chosen."""
    values = {f"silhouette_{number}": one.silhouette for number, one in tried.items()}
    values |= {f"stability_{number}": one.stability for number, one in tried.items()}
    values |= {"stability": tried[groups].stability, "segments": float(groups)}
    return [Measure(MODEL, name, value) for name, value in values.items()]


def summary(measures: Sequence[Measure], decided_by: str, rows: int) -> str:
    """Return what was learned in one line."""
    known = by_name(measures)
    groups, silhouette, stability = (known[MODEL, name].value for name in ("segments", "silhouette", "stability"))
    parts = [f"{groups:.0f} groups, silhouette {silhouette:.3f}, stability {stability:.3f}"]
    if decided_by == ETA:
        share, gap = known[MODEL, ETA], known[GRID, f"{ETA}_difference"]
        parts += [
            f"eta squared of the next spend {share.value:.3f} (RFM grid {known[GRID, ETA].value:.3f})",
            f"95 % {share.low:.3f} to {share.high:.3f}",
            f"difference from the grid's {promotion.interval(gap.value, gap.low, gap.high)}",
        ]
    return f"{', '.join(parts)}; {rows:,} customers"


TRAINING = Training(model.TASK, [model.MART, PAST], prepare, fingerprint, learn)


def main(argv: Sequence[str] | None = None) -> None:
    """Train and publish the segments' model."""
    lifecycle.main(TRAINING, __doc__, argv)


if __name__ == "__main__":
    entry_point(main)()
