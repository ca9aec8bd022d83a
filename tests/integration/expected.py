"""What an order history shaped like Online Retail must come to, computed with pandas alone."""

from decimal import Decimal
from pathlib import Path

import pandas as pd

COLUMNS = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]


def online_retail(path: Path) -> dict[str, int | Decimal]:
    """Return counts and sums of a well-formed file; A, C and negative invoices are set apart."""
    lines = pd.read_csv(path, dtype=str, keep_default_na=False)[COLUMNS]
    kind = lines.InvoiceNo.str[0].where(lines.InvoiceNo.str[0].isin(["A", "C"]), "sale")
    quantity = lines.Quantity.astype(int)
    written_off = lines.InvoiceNo.isin(lines.InvoiceNo[(kind == "sale") & (quantity < 0)])
    sales = lines[(kind == "sale") & ~written_off]
    returns = lines[kind == "C"]
    gross, returned = amount(sales), -amount(returns)
    return {
        "lines": len(lines),
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
