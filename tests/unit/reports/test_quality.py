"""A measure of a baseline stands beside the same measure of the model."""

from datetime import UTC, datetime
from decimal import Decimal

from reports.evidence import Metric
from reports.quality import Line, scorecards

OLD, NEW = datetime(2011, 9, 1, tzinfo=UTC), datetime(2011, 12, 10, tzinfo=UTC)


def metric(task: str, version: str, name: str, value: str, as_of: datetime = NEW) -> Metric:
    return Metric(task, version, name, Decimal(value), as_of)


def test_baselines_are_columns_and_measures_are_lines() -> None:
    (card,) = scorecards(
        [
            metric("satisfaction", "1", "rows_held_out", "348"),
            metric("satisfaction", "1", "macro_f1", "0.98"),
            metric("satisfaction", "1", "accuracy", "0.98"),
            metric("satisfaction", "1", "majority_accuracy", "0.359"),
            metric("satisfaction", "1", "best_column_accuracy", "1"),
        ]
    )
    assert card.baselines == ["Commonest class", "Best single column"]
    assert card.lines == [
        Line("Accuracy", ["0.980", "0.359", "1.000"]),
        Line("F1, mean over the classes", ["0.980", "–", "–"]),
        Line("Rows held out", ["348", "–", "–"]),
    ]


def test_a_measure_whose_name_ends_like_another_is_its_own() -> None:
    (card,) = scorecards([metric("churn", "1", "auc", "0.8"), metric("churn", "1", "pr_auc", "0.7")])
    assert card.baselines == []
    assert [line.values for line in card.lines] == [["0.800"], ["0.700"]]


def test_each_task_shows_the_version_that_learned_from_the_newest_data() -> None:
    cards = scorecards(
        [
            metric("segments", "1", "silhouette", "0.4"),
            metric("churn", "2", "auc", "0.8"),
            metric("churn", "1", "auc", "0.7", OLD),
        ]
    )
    assert [(card.task, card.version) for card in cards] == [("churn", "2"), ("segments", "1")]
