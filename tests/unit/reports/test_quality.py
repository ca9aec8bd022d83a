"""A measure of what stands beside a model is in the model's line."""

from datetime import UTC, datetime
from decimal import Decimal

from reports.figures import Metric
from reports.quality import Cell, Line, scorecards

AS_OF = datetime(2011, 12, 10, tzinfo=UTC)


def metric(subject: str, name: str, value: str, *ends: str, task: str = "churn") -> Metric:
    low, high = map(Decimal, ends) if ends else (None, None)
    return Metric(task, "1", subject, name, Decimal(value), low, high, AS_OF)


def test_subjects_are_columns_and_measures_are_lines() -> None:
    (card,) = scorecards(
        [
            metric("model", "rows_held_out", "348"),
            metric("model", "macro_f1", "0.98"),
            metric("model", "accuracy", "0.98"),
            metric("unheard_of", "accuracy", "0.5"),
            metric("best_column", "accuracy", "1"),
            metric("majority", "accuracy", "0.359"),
        ]
    )
    assert card.names == ["Commonest class", "Best single column", "Unheard of"]
    assert card.lines == [
        Line("F1, mean over the classes", [Cell("0.980"), Cell("–"), Cell("–"), Cell("–")]),
        Line("Accuracy", [Cell("0.980"), Cell("0.359"), Cell("1.000"), Cell("0.500")]),
        Line("Rows held out", [Cell("348"), Cell("–"), Cell("–"), Cell("–")]),
    ]


def test_the_models_interval_is_its_own_and_that_of_another_of_the_difference() -> None:
    (card,) = scorecards(
        [
            metric("model", "brier", "0.18", "0.17", "0.19"),
            metric("bg_nbd", "brier", "0.2", "0.19", "0.21"),
            metric("bg_nbd", "brier_difference", "-0.02", "-0.03", "0.01"),
        ]
    )
    assert card.lines == [
        Line("Brier score (lower is better)", [Cell("0.180", "0.170 to 0.190"), Cell("0.200", "-0.030 to +0.010")])
    ]


def test_every_task_has_a_card() -> None:
    cards = scorecards([metric("model", "silhouette", "0.4", task="segments"), metric("model", "auc", "0.8")])
    assert [card.task for card in cards] == ["churn", "segments"]


def test_segments_are_read_with_what_they_explain_first() -> None:
    [card] = scorecards(
        [
            metric("model", "stability_4", "0.92", task="segments"),
            metric("model", "eta_squared", "0.22", "0.20", "0.25", task="segments"),
            metric("rfm_grid", "eta_squared", "0.25", task="segments"),
            metric("rfm_grid", "eta_squared_difference", "-0.03", "-0.05", "-0.01", task="segments"),
        ]
    )
    assert card.names == ["RFM grid, 27 cells"]
    assert card.lines == [
        Line(
            "Share of the next period's spend explained (η², 0 to 1)",
            [Cell("0.220", "0.200 to 0.250"), Cell("0.250", "-0.050 to -0.010")],
        ),
        Line("Stability with 4 segments", [Cell("0.920"), Cell("–")]),
    ]
