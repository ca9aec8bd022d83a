"""What an order history shaped like Online Retail must come to, computed with pandas alone."""

import csv
import gzip
import re
from decimal import Decimal
from pathlib import Path

import pandas as pd

# What each of the eight columns must look like for a row to be a line of an invoice.
SHAPES = (r".+", r".+", r".*", r"-?\d+", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", r"-?\d*\.?\d+", r"(\d+\.0)?", r".*")


def online_retail(path: Path) -> dict[str, int | Decimal]:
    """Return counts and sums of a file; malformed rows, A, C and wholly negative invoices are set apart.

    Negative lines of other invoices are a return beside the sale.
    """
    header, *rows = list(csv.reader((gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8")))
    lines = pd.DataFrame([row for row in rows if well_formed(row)], columns=header)
    kind = lines.InvoiceNo.str[0].where(lines.InvoiceNo.str[0].isin(["A", "C"]), "sale")
    quantity = lines.Quantity.astype(int)
    written_off = quantity.groupby(lines.InvoiceNo).transform("max") < 0
    sales = lines[(kind == "sale") & (quantity > 0)]
    returns = lines[(kind == "C") | (kind == "sale") & ~written_off & (quantity < 0)]
    gross, returned = amount(sales), -amount(returns)
    return {
        "lines": len(rows),
        "unmappable": len(rows) - len(lines),
        "orders": sales.InvoiceNo.nunique(),
        "order_lines": len(sales),
        "guest_orders": sales.InvoiceNo[sales.CustomerID == ""].nunique(),
        "customers": sales.CustomerID[sales.CustomerID != ""].nunique(),
        "returns": returns.InvoiceNo.nunique(),
        "return_lines": len(returns),
        "write_offs": lines.InvoiceNo[(kind == "sale") & written_off].nunique(),
        "write_off_lines": int(((kind == "sale") & written_off).sum()),
        "adjustments": lines.InvoiceNo[kind == "A"].nunique(),
        "adjustment_lines": int((kind == "A").sum()),
        "gross_revenue": gross,
        "net_revenue": gross - returned,
    }


def amount(lines: pd.DataFrame) -> Decimal:
    """Return the exact sum of quantity times price."""
    return sum((int(q) * Decimal(p) for q, p in zip(lines.Quantity, lines.UnitPrice, strict=True)), Decimal(0))


def well_formed(row: list[str]) -> bool:
    """Return whether a row has all its cells, each in its shape."""
    return len(row) == len(SHAPES) and all(
        re.fullmatch(shape, cell, re.DOTALL) for shape, cell in zip(SHAPES, row, strict=True)
    )
