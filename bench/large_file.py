"""In how much memory a replay reads an order history much larger than memory, and how fast.

`.venv/bin/python bench/large_file.py`: a dry run, which needs no platform, but `make setup`, and room for five times
the file below TMPDIR; `--send` sends to the Kafka of a platform that is up, which keeps what it was sent. The file is
made up: orders of one to ten lines in two currencies, a third of the customers new. The memory is that of each quarter
of the run: equal ones mean that it does not grow with the rows.
"""

import argparse
import os
import re
import resource
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from bench import measure
from common.errors import entry_point
from common.settings import ROOT

MEGABYTES, SAMPLE = 2_000, 1
BEGINS, SECONDS_BETWEEN_ORDERS = 1_262_304_000, 20
PRODUCTS, BASKETS, MOST_LINES = 50_000, 20_000, 10
NEW_CUSTOMERS = 1 / 3
HEADER = "order,day,customer,money,sku,name,pieces,price\n"
MAPPING = """
currency: GBP
time_zone: Europe/London
time_format: "%Y-%m-%d %H:%M:%S"
columns:
  {order_id: order, occurred_at: day, customer_id: customer, CURRENCY product_id: sku, description: name,
   quantity: pieces, unit_price: price}
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Write the file, read it, print rate and memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=MEGABYTES, help=f"of the file; default {MEGABYTES:,}")
    parser.add_argument("--one-currency", action="store_true", help="so that orders of sales need not be taken apart")
    parser.add_argument("--send", action="store_true", help="to Kafka, in place of a dry run")
    parser.add_argument("--sample", action="store_true", help=f"{SAMPLE} MB")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="large-") as name:
        folder = Path(name)
        size = SAMPLE if arguments.sample else arguments.megabytes
        rows, orders = write(folder / "orders.csv", size * 1_000_000)
        (folder / "shop.yml").write_text(
            MAPPING.replace("CURRENCY", "" if arguments.one_currency else "currency: money,")
        )
        command = ["-m", "streaming.replay", "--orders", str(folder / "orders.csv"), "--source", "large"]
        command += ["--mapping", str(folder / "shop.yml"), *([] if arguments.send else ["--dry-run"])]
        environ = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
        run = measure.run([sys.executable, *command], environ, ROOT)
        size = (folder / "orders.csv").stat().st_size
    [counted] = re.findall(r"([\d,]+ lines = [\d,]+ in [\d,]+ orders)", run.output)
    if counted != f"{rows:,} lines = {rows:,} in {orders:,} orders":
        raise RuntimeError(f"{rows:,} rows in {orders:,} orders were written, and read: {counted}")
    print(
        measure.table(
            ("MB", "rows", "orders", "s", "rows/s", "MB by quarter", "peak RSS MB"),
            [
                (
                    f"{size / 1e6:,.0f}",
                    f"{rows:,}",
                    f"{orders:,}",
                    f"{run.seconds:.1f}",
                    f"{rows / run.seconds:,.0f}",
                    " ".join(f"{peak:.0f}" for peak in run.peaks),
                    f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f}",
                )
            ],
        )
    )


def write(path: Path, size: int) -> tuple[int, int]:
    """Write a history of about so many bytes; return how many rows and orders it has."""
    chance = Random(1)
    baskets = [list(basket(chance)) for _ in range(BASKETS)]
    rows = orders = written = 0
    customers = 1
    with path.open("w") as file:
        file.write(HEADER)
        while written < size:
            orders += 1
            is_new = chance.random() < NEW_CUSTOMERS
            customers += is_new
            customer = customers if is_new else chance.randrange(1, customers + 1)
            day = datetime.fromtimestamp(BEGINS + orders * SECONDS_BETWEEN_ORDERS, UTC).strftime("%Y-%m-%d %H:%M:%S")
            money = "EUR" if customer % 7 == 0 else "GBP"
            begin = f"{orders + 500_000},{day},{customer + 10_000},{money},"
            lines = baskets[chance.randrange(BASKETS)]
            rows += len(lines)
            written += file.write("".join([begin + line for line in lines]))
    return rows, orders


def basket(chance: Random) -> Sequence[str]:
    """Return what stands of the products in the rows of an order."""
    products = chance.sample(range(PRODUCTS), chance.randrange(1, MOST_LINES + 1))
    return [
        f"SKU{number:06},Product number {number} of the range in colour {number % 12},"
        f"{chance.randrange(1, 13)},{number % 3000 / 100:.2f}\n"
        for number in products
    ]


if __name__ == "__main__":
    entry_point(main)()
