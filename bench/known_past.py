"""Puts the baseline of a made-up shop into the lake, which a running monitor takes over within seconds.

`.venv/bin/python bench/known_past.py AS_OF --customers 200000`: customers c0, c1, … of `shop`. Each order comes to
about 20 GBP; the first 400 customers hardly ever order twice a day, all others often do.
"""

import argparse
from collections.abc import Sequence
from datetime import date

from common import tables
from common.errors import entry_point
from common.live_tables import BASELINE_CUSTOMERS, BASELINE_SIZES
from common.prediction_tables import Table
from common.session import session
from common.settings import read_settings

RARE = "if(id < 400, 1e-4d, 0.2d)"
VALUES = {
    "source": "'shop'", "customer_id": "if(id < 0, null, concat('c', id))", "currency": "'GBP'",
    "segment": "'Leeds, Gold'", "evidence": "if(id < 0, 'shop', 'customer')", "orders": "20d", "slope": "0.8d",
    "expected": "3d", "spread": "0.5d", "degrees": "30d", "size_up": "1d", "size_down": "1d", "speed": "2.5d",
    "city": "'Leeds'", "membership_type": "'Gold'", "first_ordered_at": "timestamp'2024-01-01'",
    "last_ordered_at": "timestamp'2024-12-30'", "split_chance": RARE, "repeat_chance": RARE, "shape": "20d",
    "hours": "10000d",
}  # fmt: skip


def main(argv: Sequence[str] | None = None) -> None:
    """Write both tables of the baseline, that of the customers last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("as_of", metavar="AS_OF", type=date.fromisoformat, help="its date, newer than the last one's")
    parser.add_argument("--customers", type=int, default=200_000, help="how many customers (default 200,000)")
    arguments = parser.parse_args(argv)
    spark = session("known-past", read_settings(), identity="monitor")
    # The row of the shop has the number -1.
    people = spark.range(-1, arguments.customers)
    for table in (BASELINE_SIZES, BASELINE_CUSTOMERS):
        tables.append(people.selectExpr(*columns(table, arguments.as_of)), table.name)
    print(f"{arguments.customers:,} customers have a past before {arguments.as_of}")


def columns(table: Table, as_of: date) -> list[str]:
    """Return the SQL of a table's columns."""
    values = {**VALUES, "baseline_as_of": f"timestamp'{as_of}'"}
    return [f"{values[name]} as {name}" for name, *_ in table.columns]


if __name__ == "__main__":
    entry_point(main)()
