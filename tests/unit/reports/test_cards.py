"""A card says of a model what the registry says of it, and what the numbers do not support."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from reports.cards import cards, render
from reports.figures import Metric
from reports.model_queries import Drift, Finding, Model, Point, Registry, Statement, Succession
from tests.unit.reports.test_page import HOSTILE

AS_OF = datetime(2011, 12, 10, tzinfo=UTC)
CHURN = Model(
    task="churn",
    version="0002-20111210-abcdef01",
    data_as_of=AS_OF,
    rows_trained=9876,
    features="recency_days int; monetary decimal(18,4)",
    feature_hash="fea70123",
    code_revision="c0de0123",
    measured_against="0001-20111110-01234567",
    decided_by="brier",
)


def metric(subject: str, name: str, value: str, low: str | None = None, high: str | None = None) -> Metric:
    lowest, highest = (Decimal(end) if end else None for end in (low, high))
    return Metric("churn", CHURN.version, subject, name, Decimal(value), lowest, highest, AS_OF)


@pytest.fixture
def registry() -> Registry:
    """Return one champion that beats the rule, is as good as BG/NBD, and scores customers who have moved."""
    return Registry(
        models=[CHURN],
        history=[
            Succession("churn", 1, "0001-20111110-01234567", "promoted", "the first model", AS_OF),
            Succession("churn", 2, CHURN.version, "promoted", "brier 0.1900 against 0.2000", AS_OF),
        ],
        metrics=[
            metric("model", "brier", "0.19", "0.18", "0.20"),
            metric("bg_nbd", "brier", "0.191"),
            metric("bg_nbd", "brier_difference", "-0.001", "-0.003", "0.001"),
            metric("uncalibrated", "brier", "0.19"),
            metric("uncalibrated", "brier_difference", "0", "-0.001", "0.001"),
            metric("boosted_trees", "brier", "0.21"),
            metric("boosted_trees", "brier_difference", "-0.02", "-0.03", "-0.01"),
        ],
        reliability=[
            Point("churn", "model", 2, Decimal("0.25"), Decimal("0.2"), 400),
            Point("churn", "model", 7, Decimal("0.75"), Decimal("0.8"), 100),
            Point("churn", "uncalibrated", 5, Decimal("0.5"), Decimal("0.45"), 500),
            Point("churn", "boosted_trees", 5, Decimal("0.5"), Decimal("0.4"), 500),
        ],
        drift=[
            Drift("churn", "monetary", AS_OF, Decimal("0.31"), True, 4000),
            Drift("churn", "recency_days", AS_OF, Decimal("0.02"), False, 4000),
        ],
        findings=[
            Finding("churn", "auc", Decimal("0.96"), "The file was made so."),
            Finding("churn", "monetary", Decimal("0.995"), "The file was made so."),
        ],
    )


def test_the_card_holds_what_the_registry_says(registry: Registry) -> None:
    page = render(registry)
    for text in (
        "0002-20111210-abcdef01",
        "9,876 rows",
        "10 Dec 2011",
        "fea70123",
        "c0de0123",
        "0001-20111110-01234567",
    ):
        assert text in page
    assert "<code>monetary</code> <small>decimal(18,4)</small>" in page
    assert ">0.190<br><small>0.180 to 0.200</small><" in page
    assert "<b>auc 0.960, monetary 0.995</b>: The file was made so." in page
    assert page.count("promoted") == 2
    assert '<td>Monetary</td><td data-label="Stability index (PSI)" class="n">0.310</td>' in page
    assert 'data-label="Above 0.2">shifted</td>' in page
    assert '<td>Recency days</td><td data-label="Stability index (PSI)" class="n">0.020</td>\n      <td></td>' in page


def test_the_limits_follow_from_the_numbers(registry: Registry) -> None:
    [card] = cards(registry)
    assert card.limits[:2] == [
        "By its Brier score it cannot be told from BG/NBD: the difference may be zero.",
        "The customers scored as of 10 Dec 2011 are not those that it learned from: monetary (PSI 0.31).",
    ]
    few = replace(registry, models=[replace(CHURN, rows_trained=348)], metrics=[], drift=[], findings=[])
    [card] = cards(few)
    assert card.limits[0].startswith("It has learned from 348 rows;")
    assert card.score is None
    assert "too good" not in render(few).lower()


def test_the_statements_of_the_model_stand_in_its_card_alone_and_in_their_order(registry: Registry) -> None:
    heading = "What the model says, in plain words"
    assert heading not in render(registry)
    statements = [
        Statement("satisfaction", 1, "348 customers have a known level."),
        Statement("satisfaction", 2, "city alone is right in 93.5 % of the rows."),
    ]
    both = replace(registry, models=[CHURN, replace(CHURN, task="satisfaction")], statements=statements)
    churn, satisfaction = cards(both)
    assert churn.statements == []
    assert satisfaction.statements == [row.statement for row in statements]
    page = render(both)
    assert page.count(heading) == 1
    assert "<li>348 customers have a known level.</li><li>city alone is right in 93.5\N{NO-BREAK SPACE}% of" in page


def test_the_curve_shows_the_model_before_and_after_calibration(registry: Registry) -> None:
    [card] = cards(registry)
    drawn = str(card.curve)
    assert drawn.count("<circle") == 3
    # A quarter predicted and a fifth come true, of a square of 310.
    assert '<circle cx="137.5" cy="282" r="' in drawn
    assert "calibrated: predicted 25.0 %, came true 20.0 % of 400" in drawn
    assert "before calibration" in drawn
    [segments] = cards(replace(registry, reliability=[]))
    assert segments.curve is None


def test_the_page_needs_nothing_from_outside_and_is_the_same_each_time(registry: Registry) -> None:
    page = render(registry)
    assert page == render(registry)
    assert not re.search(r"(?:https?:)?//\w|url\(|@import|<link|<script|<img|<iframe", page)


def test_hostile_texts_stay_text(registry: Registry) -> None:
    page = render(
        replace(
            registry,
            models=[replace(CHURN, version=HOSTILE, features=HOSTILE, code_revision=HOSTILE)],
            history=[replace(row, reason=HOSTILE) for row in registry.history],
            findings=[replace(row, why=HOSTILE, what=HOSTILE) for row in registry.findings],
            drift=[replace(row, name=HOSTILE) for row in registry.drift],
            statements=[Statement("churn", 1, HOSTILE)],
        )
    )
    assert "<script" not in page.lower()


def test_without_a_model_the_page_says_how_to_make_one() -> None:
    assert "make train" in render(Registry())
    assert "Not exported yet: model_cards" in render(Registry(missing=("model_cards",)))
