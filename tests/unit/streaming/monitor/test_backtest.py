"""What a backtest prints of verdicts."""

from collections import Counter
from datetime import datetime

from pyspark.sql import SparkSession

from streaming.monitor import backtest
from streaming.monitor.rates.rate_history import RateHistory

SCHEMA = (
    "source string, event_id string, alert_id string, occurred_at timestamp, channel string, score double, "
    "is_alert boolean, reason string"
)


def test_alerts_are_counted_by_month_and_channel_and_an_order_once(spark: SparkSession) -> None:
    january, february = datetime(2025, 1, 31, 23), datetime(2025, 2, 1)
    rows = [
        ("main", "a", "1", january, "size_up", 3.0, True, "much"),
        ("main", "a", "2", january, "size_down", 0.0, False, "little"),
        ("main", "a", "3", january, "speed", 4.0, True, "soon"),
        ("main", "b", "4", february, "size_up", 1.0, False, "as usual"),
    ]
    verdicts = spark.createDataFrame(rows, SCHEMA)
    assert dict(backtest.months(verdicts)) == {"2025-01": ("1", "1", "0", "1"), "2025-02": ("1", "0", "0", "0")}
    assert list(backtest.most_surprising(verdicts, 1)) == ["2025-01-31  speed       4.00  a  soon"]
    assert backtest.summary(verdicts, 0.02) == "backtest: 2 orders judged, 1 alerts: 50.00%, target 2.00%"
    assert list(backtest.aligned([("month", "orders"), ("2025-01", "12")])) == ["month    orders", "2025-01      12"]


def lull(score: float, ended_at: str) -> dict[str, str | float | None]:
    return {
        "alert_id": ended_at,
        "source": "main",
        "channel": "rate_down",
        "occurred_at": ended_at,
        "score": score,
        "reason": f"shop main: 0 orders before {ended_at}",
    }


def test_rates_stand_beside_the_orders_of_their_month_and_a_dash_where_no_day_was_judged() -> None:
    orders = {"2025-01": ("9", "1", "0", "1")}
    alerts = (lull(3.0, "2025-03-01T00:00:00.000Z"), lull(12.5, "2025-02-07T09:00:00.000Z"))
    rates = RateHistory(alerts, Counter({"2025-02": 28}))
    assert list(backtest.with_rates(orders, rates)) == [
        ("2025-01", "9", "1", "0", "1", "-", "-"),
        ("2025-02", "-", "-", "-", "-", "0", "2"),
    ]
    assert list(backtest.most_surprising_rates(rates, 1)) == [
        "rate_down   12.50  main  shop main: 0 orders before 2025-02-07T09:00:00.000Z"
    ]
    assert backtest.summary_of_rates(rates, 14) == (
        "backtest: 4.0 weeks of rates judged, 0 rate_up: 0.00 a week, 2 rate_down: 0.50 a week, "
        "target 0.50 each (RATE_ALERT_DAYS=14)"
    )


def test_a_shop_that_is_too_young_for_rates_is_said() -> None:
    assert backtest.summary_of_rates(RateHistory((), Counter()), 7) == (
        "backtest: no rate was judged, the shops are too young"
    )
