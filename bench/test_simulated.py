"""The columns are the simulator's own orders, and the cuts are drawn where dbt draws them."""

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bench.simulated import History, history
from common.contracts.model import FOLDER, load
from streaming.simulate.calendar import DAY_MS, Calendar
from streaming.simulate.faults import Shares
from streaming.simulate.people import MODES, customer_id
from streaming.simulate.shop import Options, Shop
from streaming.simulate.truth import Truth

SOUND = Shares(duplicate=0, conflicting=0, broken=0, late=0, out_of_order=0, correction=0)
BEGIN = date(2024, 1, 1)


def options(mode: str) -> Options:
    return Options(40, 150, 3, date(2025, 1, 1), mode, anomalies=0.0, shares=SOUND)


@pytest.mark.parametrize("mode", MODES)
def test_the_purchases_are_the_orders_that_the_simulator_sends(mode: str, tmp_path: Path) -> None:
    with Truth(tmp_path / "truth.jsonl") as truth:
        shop = Shop(options(mode), truth, load(FOLDER).versions)
        drafts = [draft for _ in iter(lambda: shop.day < 150, False) for draft in shop.slice()]
    orders = [draft for draft in drafts if draft.topic == "orders" and '"kind":"sale"' in draft.rest]
    sent = Counter((draft.key.split("/")[1], draft.at // DAY_MS) for draft in orders)
    bought = history(options(mode))
    made = Counter(
        (customer_id(number), day) for number, day in zip(bought.number.tolist(), bought.day.tolist(), strict=True)
    )
    assert made == sent
    assert bought.amount.min() > 0


def history_of(*rows: tuple[int, float, float]) -> History:
    """Return a history of rows (customer, day with fraction, amount), in which pace is the clock."""
    number, at, amount = np.array(rows, float).T
    return History(100, Calendar(BEGIN), number.astype(int), at, at.astype(int), amount)


def test_nothing_from_the_cut_on_is_in_a_feature() -> None:
    bought = history_of((1, 9.5, 10), (1, 49.9, 5), (1, 50.0, 99), (3, 50.0, 1), (4, 12.0, 7))
    features = {name: list(values) for name, values in bought.features(50).items()}
    assert features == {
        "customer_id": [customer_id(1), customer_id(4)],
        "recency_days": [1, 38],
        "frequency": [2, 1],
        "monetary": [15, 7],
        "tenure_days": [41, 38],
    }


def test_the_window_holds_its_first_instant_and_not_its_end() -> None:
    bought = history_of((1, 9.0, 1), (1, 50.0, 1), (2, 9.0, 1), (2, 60.0, 1), (3, 9.0, 1), (3, 59.9, 1))
    assert bought.silent(50, 10).tolist() == [False, True, False]


def test_the_oracle_is_told_moments_from_the_first_purchase() -> None:
    bought = history_of((1, 9.5, 1), (1, 20.0, 1), (1, 49.9, 1), (1, 50.5, 1), (2, 30.0, 1))
    repeats, last, observed = bought.rhythm(50)
    assert repeats.tolist() == [2, 0]
    assert last.tolist() == pytest.approx([40.4, 0])
    assert observed.tolist() == pytest.approx([bought.calendar.pace(50) - 9.5, bought.calendar.pace(50) - 30])
