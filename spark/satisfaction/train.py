"""Train the satisfaction model on the customers whose level is known, and publish it with what its data can support."""

from collections.abc import Sequence

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from common import tables
from common.cli import Parser
from common.errors import entry_point
from common.frames import fix_order
from common.locks import hold
from common.run_bounds import run_bounds
from common.session import session, telling_failures
from common.settings import Settings, read_settings
from spark.ml import drift, leakage, promotion, registry
from spark.ml.evaluation import MODEL, Measure
from spark.ml.single_column import Rows
from spark.satisfaction import encoding, evaluate, model, quality, validation
from spark.satisfaction.evaluate import BALANCED, BEST_COLUMN, MAJORITY
from spark.satisfaction.trial import Trial, trial

FEATURES = "satisfaction.satisfaction_features"


def main(argv: Sequence[str] | None = None) -> None:
    """Train and publish the satisfaction model."""
    parser = Parser(prog="spark.satisfaction.train", description=__doc__)
    parser.add_argument("--again", action="store_true", help="train though the newest model was trained on these rows")
    args = parser.parse_args(argv)
    settings = read_settings()
    with hold(settings, "pipeline", "train"), telling_failures(settings, "satisfaction-train"):
        print(run(session("satisfaction-train", settings, "learner"), settings, again=args.again))


def run(spark: SparkSession, settings: Settings, *, again: bool = False) -> str:
    """Train and publish in a given session, and return the summary: one line, and one for each thing to know of it.

    A lake in which nobody's level is known (order history alone) has nothing to learn from; that is no failure.

    Raises:
        UserError: dbt's tables are missing, lack a column, or are of another run, or the leakage guard refuses what
            was learned.
    """
    as_of = run_bounds(spark).as_of
    features = tables.read(spark, FEATURES)
    registry.typed(features, FEATURES, [*model.KEY, model.LABEL, model.KNOWN_AT, *model.FEATURES])
    registry.require_rows_at(features, FEATURES, as_of)
    rows = model.prepared(features)
    scored = fix_order(rows.where(F.col("as_of") == tables.instant(as_of)), *model.KEY)
    known = fix_order(rows.where(F.col(model.LABEL).isNotNull()), *model.KEY)
    labels = sorted(row[model.LABEL] for row in known.select(model.LABEL).distinct().collect())
    if len(labels) < 2:
        told = f"every known level is {labels[0]}" if labels else "no customer's satisfaction is known"
        return f"satisfaction: nothing to learn: {told}"
    training = model.labelled(known, labels)
    known_spans = encoding.spans(training)
    inside = encoding.inside(scored, known_spans)
    numbers = encoding.comparable(known_spans, inside)

    last, champion = registry.newest(spark, model.TASK), registry.champion(spark, model.TASK)
    content = registry.fingerprint(
        training, [*model.KEY, *model.FEATURES, model.LABEL], " ".join([model.RECIPE, *numbers])
    )
    if last is not None and not again and registry.is_current(last, champion, as_of, content):
        return f"satisfaction {last.version}: unchanged, it was trained on these rows already"
    total = training.count()
    held = validation.held_out(training, total, labels)
    encoder = encoding.encoder(numbers, encoding.common(training)).fit(training)
    tried = trial(spark, held, encoder, list(numbers), champion, features)
    if tried is None:
        return "satisfaction: nothing to learn: the rows with a known level are all alike"
    measures = evaluate.measures(tried.answers)
    judged = Rows(training, [*numbers, *model.WORDS], model.LABEL, alike=model.FEATURES)
    explained = leakage.require_honest(model.TASK, judged, measures)
    data = quality.Data(
        rows=total,
        distinct=training.select(*model.FEATURES).distinct().count(),
        unlabelled=scored.join(known, ["source", "customer_id"], "left_anti").count(),
        measured=len(tried.answers.actual),
        columns=tried.columns,
        inside=inside,
    )
    encoded = fix_order(encoder.transform(training).select(*model.KEY, "label", "features"), *model.KEY)
    fitted = model.classifier().fit(encoded).setThresholds(list(tried.favour))
    trained = registry.Trained(
        task=model.TASK,
        version=registry.next_version(last, as_of, content),
        data_as_of=as_of,
        rows=total,
        model=model.pipeline(encoder, fitted, labels),
        features=registry.typed(features, FEATURES, [*numbers, *model.WORDS]),
        measures=[*measures, *counts(data)],
        decided_by=evaluate.DECIDED_BY,
        champion=champion,
        profiles=drift.profiles(scored, list(numbers)),
        statements=quality.sentences(data, measures),
        explained=explained,
    )
    registry.publish(spark, settings, trained)
    return summary(trained, tried)


def counts(data: quality.Data) -> list[Measure]:
    """Return how many rows the measures and the sentences are of."""
    found = {
        "rows_held_out": data.rows,
        "rows_measured": data.measured,
        "rows_distinct": data.distinct,
        "rows_unlabelled": data.unlabelled,
    }
    return [Measure(MODEL, name, float(value)) for name, value in found.items()]


def summary(trained: registry.Trained, tried: Trial) -> str:
    """Return what was learned: one line on the model and what it has to beat, then what its data can support."""
    found = {(measure.subject, measure.metric): measure for measure in trained.measures}

    def value(metric: str, subject: str = MODEL) -> str:
        return f"{found[subject, metric].value:.3f}"

    def beside(metric: str) -> str:
        return (
            f"(majority {value(metric, MAJORITY)}, best single column {tried.columns[BEST_COLUMN]} "
            f"{value(metric, BEST_COLUMN)}, classes weighed {tried.columns[BALANCED]} {value(metric, BALANCED)})"
        )

    own = found[MODEL, "macro_f1"]
    line = (
        f"satisfaction {trained.version}: macro-F1 {own.value:.3f} {beside('macro_f1')}, "
        f"95 % {own.low:.3f} to {own.high:.3f}, accuracy {value('accuracy')} {beside('accuracy')}; "
        f"{trained.rows:,} rows, {validation.FOLDS} grouped folds"
        f"{leakage.clause(trained.explained)}{promotion.clause(trained)}"
    )
    measured = f" ({tried.rows_of_champion})" if tried.rows_of_champion else ""
    return "\n  ".join([line + measured, *trained.statements])


if __name__ == "__main__":
    entry_point(main)()
