"""What is compared, and what is said of rows that moved."""

from datetime import date
from typing import Any

import pytest

from common import thrift
from common.errors import UserError
from common.settings import Settings, read_settings
from infra.pipeline import guard
from infra.pipeline.guard import Comparison

COLUMNS = [*guard.KEY, "frequency", "monetary"]


@pytest.fixture
def settings() -> Settings:
    return read_settings({})


def answering(monkeypatch: pytest.MonkeyPatch, *answers: list[tuple[Any, ...]]) -> None:
    """Let the lake give these answers, one after another."""
    left = list(answers)
    monkeypatch.setattr(thrift, "rows", lambda settings, query: left.pop(0))


def test_rows_that_moved_are_named_with_their_columns(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    answering(monkeypatch, [(4000, 12, "shop c3", 0, 0, 0, 12, 3)])
    message = "churn_features: 12 of 4,000 rows (frequency 12, monetary 3; one is of shop c3)"
    assert guard.compare(settings, Comparison("churn_features", "guard.seen", "guard.blind", COLUMNS)) == (
        4000,
        message,
    )


def test_of_rows_that_are_the_same_nothing_is_said(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    answering(monkeypatch, [(4000, 0, None, 0, 0, 0, 0, 0)])
    assert guard.compare(settings, Comparison("churn_features", "guard.seen", "guard.blind", COLUMNS)) == (4000, "")


@pytest.mark.parametrize("moved", [0, 12])
def test_whatever_moved_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, settings: Settings, moved: int) -> None:
    answering(monkeypatch, [(7, 30)], [], [])
    monkeypatch.setattr(guard, "run_one", lambda *arguments, **options: (0, []))
    monkeypatch.setattr(guard, "statement", lambda settings, text: None)
    monkeypatch.setattr(guard, "comparisons", lambda settings: [1, 2, 3])
    move = f"churn_features: {moved} of 40 rows (frequency 1; one is of shop c3)" if moved else ""
    monkeypatch.setattr(guard, "compare", lambda settings, one: (40, move))
    if moved:
        with pytest.raises(
            UserError, match=r"^a feature sees the future: (churn_features: 12 of 40 rows .*; ){2}churn"
        ):
            guard.guard(settings, date(2011, 9, 10))
    else:
        message = "guard: 120 rows of features as of 2011-09-10 and before are the same without the 7 events since"
        assert guard.guard(settings, date(2011, 9, 10)) == message


def test_a_row_that_one_side_lacks_differs() -> None:
    query = Comparison("x", "guard.seen", "guard.blind", COLUMNS).query()
    assert "full join guard.blind as blind on seen.source = blind.source" in query
    assert "count_if(not (seen.source <=> blind.source and" in query


def test_without_a_future_nothing_can_be_shown(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    answering(monkeypatch, [(0, 30)])
    with pytest.raises(UserError, match=r"no event happened from 2011-12-10 on, .*; name an earlier day: AS_OF="):
        guard.guard(settings, date(2011, 12, 10))
    answering(monkeypatch, [(None,)])
    with pytest.raises(UserError, match="no features of an earlier day to look at"):
        guard.guard(settings, None)


def test_what_was_built_is_dropped_though_dbt_failed(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    dropped: list[str] = []
    answering(monkeypatch, [(9, 30)], [("guard", "stg", True)], [("guard", "stg", False), ("guard", "dim", False)])
    monkeypatch.setattr(guard, "run_one", lambda *arguments, **options: (1, []))
    monkeypatch.setattr(guard, "statement", lambda settings, text: dropped.append(text))
    with pytest.raises(UserError, match="dbt could not build the features as of 2011-09-10; its log is"):
        guard.guard(settings, date(2011, 9, 10))
    assert dropped == ["drop view if exists guard.stg", "drop table if exists guard.dim"]


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ((0, 30), "no event happened from 2011-09-10 on, so no feature could move"),
        ((30, 0), "no event happened before 2011-09-10, so there are no features"),
        ((7, 30), "no row was compared: no customer has features as of 2011-09-10"),
    ],
)
def test_a_comparison_of_nothing_is_no_success(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, events: tuple[int, int], message: str
) -> None:
    answering(monkeypatch, [events], [], [])
    monkeypatch.setattr(guard, "run_one", lambda *arguments, **options: (0, []))
    monkeypatch.setattr(guard, "statement", lambda settings, text: None)
    monkeypatch.setattr(guard, "comparisons", lambda settings: [1, 2, 3])
    monkeypatch.setattr(guard, "compare", lambda settings, one: (0, ""))
    with pytest.raises(UserError, match=message):
        guard.guard(settings, date(2011, 9, 10))


def test_days_counted_from_the_run_are_compared_within_one_run_alone(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    columns = [["source"], ["days_before"], ["frequency"]]
    monkeypatch.setattr(thrift, "rows", lambda settings, query: columns)
    same_run, trained, *_ = guard.comparisons(settings)
    assert (same_run.columns, trained.columns) == (["source", "days_before", "frequency"], ["source", "frequency"])
