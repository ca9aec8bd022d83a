"""Train the satisfaction model on the customers whose level is known, and publish it with what its data can support."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from common.errors import entry_point
from common.frames import fix_order
from common.run_bounds import RunBounds
from spark.ml import drift, lifecycle, registry
from spark.ml.evaluation import MODEL, Measure, by_name
from spark.ml.lifecycle import NothingToLearnError, Training
from spark.ml.mart import Mart
from spark.ml.publication import Learned
from spark.ml.registry import Version
from spark.ml.single_column import Rows
from spark.satisfaction import encoding, evaluate, model, quality, validation
from spark.satisfaction.encoding import Span
from spark.satisfaction.evaluate import BALANCED, BEST_COLUMN, MAJORITY
from spark.satisfaction.trial import Trial, trial

LABELLED = Mart(model.MART.name, (*model.MART.columns, model.LABEL, model.KNOWN_AT))


@dataclass(frozen=True)
class Customers:
    """The customers whose level is known, and those to be scored.

    Args:
        known: columns of `model.prepare`, and `label`, the level's place in `labels`.
        inside: by number, the share of those to be scored that lies where anything was learned.
        spans: of the numbers that can be learned from.
    """

    known: DataFrame
    to_score: DataFrame
    labels: list[str]
    inside: Mapping[str, float]
    spans: Mapping[str, Span]


def prepare(bounds: RunBounds, features: DataFrame) -> Customers:
    """Return the customers of the run.

    Raises:
        NothingToLearnError: nobody's level is known (order history alone), or all have the same.
    """
    rows = model.prepare(features)
    to_score = fix_order(rows.where(bounds.is_now()), *model.KEY)
    known = fix_order(rows.where(F.col(model.LABEL).isNotNull()), *model.KEY)
    labels = sorted(row[model.LABEL] for row in known.select(model.LABEL).distinct().collect())
    if len(labels) < 2:
        raise NothingToLearnError(
            f"every known level is {labels[0]}" if labels else "no customer's satisfaction is known"
        )
    training = model.with_label(known, labels)
    spans = encoding.spans(training)
    inside = encoding.inside(to_score, spans)
    return Customers(training, to_score, labels, inside, encoding.comparable(spans, inside))


def fingerprint(customers: Customers) -> str:
    """Return what stands for the rows, the recipe and the numbers that are learned from."""
    columns = [*model.KEY, *model.FEATURES, model.LABEL]
    return registry.fingerprint(customers.known, columns, " ".join([model.RECIPE, *customers.spans]))


def learn(customers: Customers, champion: Version | None) -> Learned:
    """Return the model, measured by cross-validation, with what its data can support.

    Raises:
        NothingToLearnError: no row can be held out.
    """
    training, numbers = customers.known, list(customers.spans)
    total = training.count()
    held_out = validation.hold_out(training, total, customers.labels)
    encoder = encoding.encoder(customers.spans, encoding.common(training)).fit(training)
    tried = trial(held_out, encoder, numbers, champion)
    if tried is None:
        raise NothingToLearnError("the rows with a known level are all alike")
    measures, data = evaluate.measures(tried.answers), facts(customers, total, tried)
    return Learned(
        model=fit(customers, encoder, tried.favour),
        rows=total,
        features=[*numbers, *model.WORDS],
        measures=[*measures, *counts(data)],
        decided_by=evaluate.DECIDED_BY,
        summary=summary(measures, tried.columns, total),
        profiles=drift.profiles(customers.to_score, numbers),
        labelled=Rows(training, [*numbers, *model.WORDS], model.LABEL, alike=model.FEATURES),
        statements=quality.sentences(data, measures),
        compared_on=tried.compared_on,
    )


def facts(customers: Customers, total: int, tried: Trial) -> quality.Data:
    """Return what is to be said of the rows."""
    known = customers.known
    return quality.Data(
        rows=total,
        distinct=known.select(*model.FEATURES).distinct().count(),
        unlabelled=customers.to_score.join(known, ["source", "customer_id"], "left_anti").count(),
        measured=len(tried.answers.actual),
        columns=tried.columns,
        inside=customers.inside,
    )


def fit(customers: Customers, encoder: PipelineModel, favour: Sequence[float]) -> PipelineModel:
    """Return the pipeline that learned from all rows, and favours rare classes so far."""
    rows = fix_order(encoder.transform(customers.known).select(*model.KEY, "label", "features"), *model.KEY)
    classifier = model.classifier().fit(rows).setThresholds(list(favour))
    return model.pipeline(encoder, classifier, customers.labels)


def counts(data: quality.Data) -> list[Measure]:
    """Return how many rows the measures and the sentences are of."""
    numbers = {
        "rows_held_out": data.rows,
        "rows_measured": data.measured,
        "rows_distinct": data.distinct,
        "rows_unlabelled": data.unlabelled,
    }
    return [Measure(MODEL, name, float(number)) for name, number in numbers.items()]


def summary(measures: Sequence[Measure], columns: Mapping[str, str], rows: int) -> str:
    """Return in one line how good the model is and what it has to beat.

    Args:
        columns: the column of each single-column rule.
        rows: how many were learned from.
    """
    known = by_name(measures)

    def value(metric: str, subject: str = MODEL) -> str:
        return f"{known[subject, metric].value:.3f}"

    def beside(metric: str) -> str:
        return (
            f"(majority {value(metric, MAJORITY)}, best single column {columns[BEST_COLUMN]} "
            f"{value(metric, BEST_COLUMN)}, classes weighed {columns[BALANCED]} {value(metric, BALANCED)})"
        )

    own = known[MODEL, "macro_f1"]
    return (
        f"macro-F1 {own.value:.3f} {beside('macro_f1')}, 95 % {own.low:.3f} to {own.high:.3f}, "
        f"accuracy {value('accuracy')} {beside('accuracy')}; {rows:,} rows, {validation.FOLDS} grouped folds"
    )


TRAINING = Training(model.TASK, [LABELLED], prepare, fingerprint, learn)


def main(argv: Sequence[str] | None = None) -> None:
    """Train and publish the satisfaction model."""
    lifecycle.main(TRAINING, __doc__, argv)


if __name__ == "__main__":
    entry_point(main)()
