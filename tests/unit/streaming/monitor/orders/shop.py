"""A shop of thirty customers who order every ten days, and what happens on one of its days."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pyspark.sql import DataFrame, SparkSession

AS_OF = datetime(2025, 3, 1)
ORDERS = (
    "source string, event_id string, order_id string, customer_id string, occurred_at timestamp, currency string, "
    "amount double, line_count int"
)
PROFILES = (
    "source string, customer_id string, valid_from timestamp, valid_to timestamp, city string, membership_type string"
)
Order = tuple[str, str, str, str | None, datetime, str, float, int]


def order(name: str, customer: str | None, at: datetime, amount: float, lines: int = 2, currency: str = "GBP") -> Order:
    return "main", f"e-{name}", name, customer, at, currency, amount, lines


def past() -> list[Order]:
    """Return five orders of each customer, of 80 to 125 pounds in two lines, the last one to ten days before AS_OF."""
    return [
        order(
            f"{who}-{turn}",
            str(who),
            AS_OF - timedelta(days=10 * turn + who % 10 + 1, hours=-9),
            80.0 + 15 * ((who + turn) % 4),
        )
        for who in range(30)
        for turn in range(5)
    ]


def orders(spark: SparkSession, rows: Sequence[Order]) -> DataFrame:
    return spark.createDataFrame(rows, ORDERS)


def profiles(spark: SparkSession) -> DataFrame:
    """Return where the customers live; 30 has not ordered yet."""
    rows = [("main", str(who), datetime(2024, 1, 1), None, "Leeds", "Gold") for who in range(31)]
    return spark.createDataFrame(rows, PROFILES)
