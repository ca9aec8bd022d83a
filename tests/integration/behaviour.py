"""How the customers of Online Retail buy, computed with pandas alone: what the behaviour marts must say of the file."""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations, pairwise
from pathlib import Path

import pandas as pd

# The charges of the file: postage, fees, vouchers and manual entries.
CHARGES = {"POST", "DOT", "M", "D", "S", "B", "C2", "AMAZONFEE", "BANK CHARGES", "CRUK", "PADS"}
LARGEST_BASKET, FEWEST_ORDERS, MOST_PAIRS, MOST_PRODUCTS = 30, 5, 1000, 50


def sold_lines(path: Path) -> pd.DataFrame:
    """Return the lines of valid orders, with customer and amount, and when it was ordered by the clock of London."""
    lines = pd.read_csv(path, dtype=str, keep_default_na=False)
    quantity = lines.Quantity.astype(int)
    bad = set(lines.InvoiceNo[quantity < 0])
    lines = lines[~lines.InvoiceNo.isin(bad) & ~lines.InvoiceNo.str[0].isin(["A", "C"])].copy()
    lines["at"] = pd.to_datetime(lines.InvoiceDate).groupby(lines.InvoiceNo).transform("min")
    lines["customer"] = lines.CustomerID.str.removesuffix(".0")
    amounts = [int(q) * Decimal(p) for q, p in zip(lines.Quantity, lines.UnitPrice, strict=True)]
    lines["amount"] = pd.Series(amounts, lines.index)
    return lines


def days(lines: pd.DataFrame) -> dict[str, tuple[int, Decimal]]:
    """Return orders and revenue by day."""
    groups = lines.groupby(lines["at"].dt.strftime("%Y-%m-%d"))
    return {day: (group.InvoiceNo.nunique(), sum(group.amount, Decimal(0))) for day, group in groups}


def calendar(lines: pd.DataFrame) -> dict[tuple[int, int], int]:
    """Return orders by weekday, 1 for Monday, and hour."""
    orders = lines.drop_duplicates("InvoiceNo")["at"]
    return dict(Counter(zip(orders.dt.weekday + 1, orders.dt.hour, strict=True)))


def purchase_days(lines: pd.DataFrame) -> dict[str, list[pd.Timestamp]]:
    """Return each customer's different days with an order, in order."""
    customers = lines[lines.customer != ""]
    return {str(customer): sorted(set(at.dt.normalize())) for customer, at in customers.groupby("customer")["at"]}


def frequency(lines: pd.DataFrame) -> dict[str, tuple[int, Decimal | None, int | None]]:
    """Return each customer's number of purchase days, median and longest gap between them."""
    by_customer: dict[str, tuple[int, Decimal | None, int | None]] = {}
    for customer, bought in purchase_days(lines).items():
        gaps = pd.Series([(b - a).days for a, b in pairwise(bought)])
        by_customer[customer] = (1, None, None)
        if len(gaps):
            by_customer[customer] = (len(bought), Decimal(str(gaps.median())), int(gaps.max()))
    return by_customer


def retention(lines: pd.DataFrame) -> dict[tuple[str, int], int]:
    """Return how many customers of a month's cohort were active so many months later, where any was."""
    active: Counter[tuple[str, int]] = Counter()
    for bought in purchase_days(lines).values():
        months = {12 * day.year + day.month for day in bought}
        active.update((bought[0].strftime("%Y-%m-01"), month - min(months)) for month in months)
    return dict(active)


def pairs(lines: pd.DataFrame) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """Return the orders with both products, and the lift, of the most frequent pairs; ties by product."""
    baskets = products(lines).groupby("InvoiceNo").StockCode.agg(lambda codes: sorted(set(codes)))
    small = [basket for basket in baskets if len(basket) <= LARGEST_BASKET]
    single = Counter(product for basket in small for product in basket)
    both = Counter(pair for basket in small for pair in combinations(basket, 2))
    frequent = sorted((pair for pair in both if both[pair] >= FEWEST_ORDERS), key=lambda pair: (-both[pair], pair))
    return {
        (a, b): (both[a, b], round_half_up(Decimal(both[a, b] * len(small)) / (single[a] * single[b]), "0.0001"))
        for a, b in frequent[:MOST_PAIRS]
    }


def popular(lines: pd.DataFrame) -> list[tuple[str, int]]:
    """Return the products that most customers have bought, and how many have; ties by product."""
    bought = products(lines[lines.customer != ""]).groupby("StockCode").customer.nunique()
    buyers = {str(product): int(customers) for product, customers in bought.items()}
    return sorted(buyers.items(), key=lambda item: (-item[1], item[0]))[:MOST_PRODUCTS]


def products(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that are products."""
    code = lines.StockCode.str.upper()
    return lines[~code.isin(CHARGES) & ~code.str.startswith("GIFT_")]


def round_half_up(number: Decimal, step: str) -> Decimal:
    """Round as SQL does."""
    return number.quantize(Decimal(step), ROUND_HALF_UP)
