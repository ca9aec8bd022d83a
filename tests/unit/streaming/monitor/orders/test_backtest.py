"""What a backtest prints of verdicts."""

from datetime import datetime

from pyspark.sql import SparkSession

from streaming.monitor.orders import backtest

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
    assert list(backtest.months(verdicts)) == [("2025-01", "1", "1", "0", "1"), ("2025-02", "1", "0", "0", "0")]
    assert list(backtest.most_surprising(verdicts, 1)) == ["2025-01-31  speed       4.00  a  soon"]
    assert backtest.summary(verdicts, 0.02) == "backtest: 2 orders judged, 1 alerts: 50.00%, target 2.00%"
    assert list(backtest.aligned([("month", "orders"), ("2025-01", "12")])) == ["month    orders", "2025-01      12"]
