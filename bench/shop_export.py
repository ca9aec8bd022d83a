"""From a shop's export to the report, `make map` included, beside `make run` of the simulated shop.

`.venv/bin/python bench/shop_export.py`: an export in the columns of Shopify, 50,000 orders over two years, some of them
discounted, refunded or voided. Each side has a platform of its own that is up already; walls in seconds.
"""

import argparse
import csv
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from bench import measure
from bench.first_answer import cost_of, make
from common.errors import entry_point
from common.settings import ROOT

ORDERS, CUSTOMERS_PER_ORDER = 50_000, 0.15
HEADER = (
    "Name", "Email", "Financial Status", "Currency", "Shipping", "Discount Amount", "Created at", "Lineitem quantity",
    "Lineitem name", "Lineitem price", "Lineitem sku", "Lineitem discount", "Cancelled at", "Refunded Amount",
)  # fmt: skip
STATUSES, CHANCES = ("paid", "refunded", "voided", "partially_refunded"), (0.93, 0.03, 0.02, 0.02)
MONTHS, ZONE = 24, "-0500"


def main(argv: Sequence[str] | None = None) -> None:
    """Write the export, measure both sides, and print their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=ORDERS, help=f"how many (default {ORDERS:,})")
    parser.add_argument("--only-write", type=Path, metavar="FILE", help="write the export, and measure nothing")
    arguments = parser.parse_args(argv)
    if arguments.only_write:
        write(arguments.only_write, arguments.orders)
        return
    with tempfile.TemporaryDirectory() as folder:
        export, mapping = Path(folder, "export.csv"), Path(folder, "export.yml")
        write(export, arguments.orders)
        theirs = measured(
            ("map", f"FILE={export}", f"OUT={mapping}"), ("run", f"ORDERS={export}", f"MAPPING={mapping}")
        )
        simulated = measured(("run",))
    rows = [("map and run of the export", f"{theirs:.0f}"), ("run of the simulated shop", f"{simulated:.0f}")]
    print(measure.table(("side", "seconds"), rows))
    print(f"export / simulated: {theirs / simulated:.2f}x")


def measured(*targets: Sequence[str]) -> float:
    """Return how many seconds make targets take on a platform that is up and empty."""
    make(ROOT, "reset", "YES=1")
    make(ROOT, "up")
    try:
        return sum(cost_of(ROOT, *words).seconds for words in targets)
    finally:
        make(ROOT, "reset", "YES=1")


def write(path: Path, orders: int) -> None:
    """Write an export of so many orders."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        rows.writerows(row for number in range(orders) for row in order(number, np.random.default_rng(number), orders))
    print(f"{path}: {orders:,} orders", file=sys.stderr, flush=True)


def order(number: int, chance: np.random.Generator, orders: int) -> Iterator[list[object]]:
    """Yield the rows of an order: what is of the order stands on the first alone."""
    at = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=30 * MONTHS * number / orders)
    customer = int(orders * CUSTOMERS_PER_ORDER * chance.beta(0.8, 2.0))
    status, moment = chance.choice(STATUSES, p=CHANCES), f"{at:%Y-%m-%d %H:%M:%S} {ZONE}"
    lines = [(int(chance.integers(1, 4)), int(chance.integers(1, 200))) for _ in range(chance.integers(1, 5))]
    total = sum(pieces * (5 + product % 40) for pieces, product in lines)
    refunded = {"refunded": total, "partially_refunded": min(5, total)}.get(str(status), 0)
    cancelled = moment if status == "voided" else ""
    for place, (pieces, product) in enumerate(lines):
        first = [f"customer{customer}@shop.test", status, "USD", "5.00", "0.00", moment]
        later = [f"customer{customer}@shop.test", "", "", "", "", moment]
        line = [pieces, f"Product {product}", f"{5 + product % 40}.00", f"SKU-{product}", "0.00"]
        end = [cancelled, f"{refunded}.00"] if place == 0 else ["", ""]
        yield [f"#{1001 + number}", *(later if place else first), *line, *end]


if __name__ == "__main__":
    entry_point(main)()
