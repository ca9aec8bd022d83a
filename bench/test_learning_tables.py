"""What is drawn for the bench of scale is what dbt would have counted of such orders."""

import numpy as np
import pytest

from bench.learning_tables import CUTS, draw_at_once

COUNT, FIRST = 4_000, 50_000


def columns(place: int) -> dict[str, np.ndarray]:
    """Return the rows of a cut by column."""
    rows = draw_at_once(FIRST, COUNT)[place]
    return {name: rows.column(name).to_numpy(zero_copy_only=False) for name in rows.schema.names}


@pytest.mark.parametrize("place", range(len(CUTS)))
def test_the_rows_keep_the_contract_of_the_features(place: int) -> None:
    rows = columns(place)
    assert set(rows["days"]) == {CUTS[place]}
    assert np.unique(rows["number"]).size == rows["number"].size
    assert rows["recency_days"].min() > 0
    assert (rows["tenure_days"] >= rows["recency_days"]).all()
    assert (rows["cents"] >= rows["frequency"]).all()
    assert (rows["tenure_days"] > rows["recency_days"]).any() and (rows["frequency"] > 1).any()


def test_every_customer_is_known_today_and_had_ten_orders_on_average() -> None:
    rows = columns(0)
    assert rows["number"].tolist() == list(range(FIRST, FIRST + COUNT))
    assert rows["frequency"].mean() == pytest.approx(10, abs=1)


def test_who_stayed_away_has_no_more_orders_at_the_end_of_the_window() -> None:
    now, then = columns(CUTS.index(0)), columns(CUTS.index(90))
    orders = dict(zip(now["number"], now["frequency"], strict=True))
    later = np.array([orders[number] for number in then["number"]])
    assert (then["is_churned"] == (later == then["frequency"])).all()
    assert 0.3 < then["is_churned"].mean() < 0.7


def test_the_same_customers_are_drawn_again() -> None:
    assert draw_at_once(FIRST, COUNT) == draw_at_once(FIRST, COUNT)
    assert draw_at_once(FIRST, COUNT) != draw_at_once(FIRST + COUNT, COUNT)
