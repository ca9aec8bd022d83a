"""Orders of Online Retail with planted anomalies: what a shop would want to hear of, as far as anybody can plant it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

KINDS = ("size up", "size down", "speed")
# An order may come much faster than usual where it did not come at once.
LEAST_GAP_SECONDS = 86_400


@dataclass(frozen=True)
class Setting:
    """Factors of the anomalies, each drawn log-uniformly.

    Args:
        size: by which the value of an order grows or shrinks, as by a zero too many in a price or quantity.
        speed: by which the time since the customer's order before shrinks.
        lines: whether the number of lines grows and shrinks with the value, as if so much more or less were bought.
    """

    name: str
    size: tuple[float, float]
    speed: tuple[float, float]
    lines: bool = False


STANDARD = Setting("standard", (5, 20), (50, 500))
SETTINGS = (
    STANDARD,
    Setting("easier", (20, 100), (500, 5_000)),
    Setting("harder", (3, 8), (10, 50)),
    Setting("whole baskets", (5, 20), (50, 500), lines=True),
)


def read_orders(path: str) -> pd.DataFrame:
    """Return the sales of Online Retail to known customers, a row per invoice: columns as the detector wants them."""
    names = ["InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"]
    lines = pd.read_csv(path, dtype={"InvoiceNo": str}, usecols=names, parse_dates=["InvoiceDate"])
    is_sale = ~lines["InvoiceNo"].str.match("[A-Za-z]") & (lines["Quantity"] > 0) & lines["CustomerID"].notna()
    sales = lines[is_sale].assign(amount=lambda line: line["Quantity"] * line["UnitPrice"])
    orders = sales.groupby("InvoiceNo", as_index=False).agg(
        customer_id=("CustomerID", "first"), occurred_at=("InvoiceDate", "min"), amount=("amount", "sum"),
        line_count=("amount", "size"),
    )  # fmt: skip
    orders = orders.rename(columns={"InvoiceNo": "order_id"}).sort_values(["occurred_at", "order_id"])
    orders["customer_id"] = orders["customer_id"].astype(int).astype(str)
    orders["occurred_at"] = orders["occurred_at"].astype("datetime64[us]")
    return orders.assign(source="online_retail", event_id=orders["order_id"], currency="GBP").reset_index(drop=True)


def inject(orders: pd.DataFrame, setting: Setting, seed: int, share: float = 0.01) -> pd.DataFrame:
    """Return orders of which a share is odd, a third by each kind, with the kind in `kind` (empty for none)."""
    chance = np.random.default_rng(seed)
    each = round(share * len(orders) / len(KINDS))
    before = orders.groupby("customer_id")["occurred_at"].shift()
    gap = (orders["occurred_at"] - before).dt.total_seconds().to_numpy()
    fast = chance.choice(np.flatnonzero(gap >= LEAST_GAP_SECONDS), each, replace=False)
    sized = chance.choice(np.setdiff1d(np.flatnonzero(orders["amount"] > 0), fast), 2 * each, replace=False)
    factor = np.ones(len(orders))
    factor[sized] = draw(chance, setting.size, sized.size)
    factor[sized[each:]] = 1 / factor[sized[each:]]
    earlier = gap[fast] - gap[fast] / draw(chance, setting.speed, fast.size)
    odd = orders.assign(amount=orders["amount"] * factor, kind="")
    if setting.lines:
        odd["line_count"] = np.maximum(np.rint(orders["line_count"] * factor), 1).astype(int)
    moment = odd["occurred_at"].to_numpy().copy()
    moment[fast] -= (earlier * 1e6).astype("timedelta64[us]")
    odd["occurred_at"] = moment
    for rows, kind in zip((sized[:each], sized[each:], fast), KINDS, strict=True):
        odd.loc[rows, "kind"] = kind
    return odd.sort_values(["occurred_at", "order_id"]).reset_index(drop=True)


def draw(chance: np.random.Generator, bounds: tuple[float, float], count: int) -> npt.NDArray[np.float64]:
    """Return log-uniform factors."""
    low, high = bounds
    return np.exp(chance.uniform(np.log(low), np.log(high), count))
