"""The whole Online Retail file against an independent computation; where ONLINE_RETAIL_CSV names it."""

import json
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from common.contracts import model
from common.settings import read_settings
from streaming.replay.__main__ import fill
from streaming.replay.events import Events, Tally
from streaming.replay.mapping import load
from streaming.replay.sendings import Sending
from streaming.replay.stage import new_stage

FILE = os.environ.get("ONLINE_RETAIL_CSV")

pytestmark = pytest.mark.skipif(not FILE, reason="ONLINE_RETAIL_CSV names no file")


def by_pandas(path: Path) -> dict[str, Any]:
    lines = pd.read_csv(path, dtype=str, keep_default_na=False)
    amounts = [Decimal(price) * int(pieces) for price, pieces in zip(lines.UnitPrice, lines.Quantity, strict=True)]
    lines["pence"] = pd.Series(amounts, lines.index)
    prefix = lines.InvoiceNo.str[0]
    negative = lines.groupby("InvoiceNo").Quantity.transform(lambda pieces: pieces.astype(int).min()) < 0
    kinds = pd.Series("orders", lines.index).mask(negative, "write-offs")
    kinds = kinds.mask(prefix == "C", "returns").mask(prefix == "A", "adjustments")
    sales = lines[kinds == "orders"]
    return {
        "lines": kinds.value_counts().to_dict(),
        "events": lines.groupby(kinds).InvoiceNo.nunique().to_dict(),
        "guest orders": sales[sales.CustomerID == ""].InvoiceNo.nunique(),
        "customers": sales[sales.CustomerID != ""].CustomerID.nunique(),
        "gross": sum(sales.pence),
        "returned": -sum(lines[kinds == "returns"].pence),
        "not products": int(sales.StockCode.str.upper().str.match(NOT_PRODUCTS).sum()),
    }


NOT_PRODUCTS = r"^(POST|DOT|M|D|S|B|C2|AMAZONFEE|BANK CHARGES|CRUK|PADS|GIFT_.*)$"


def by_replay(path: Path, state: Path) -> dict[str, Any]:
    mapping, tally = load("online_retail"), Tally()
    amounts: dict[str, Any] = {"gross": Decimal(0), "returned": Decimal(0)}
    counts: Counter[str] = Counter()
    customers, ids = set(), set()
    with new_stage(read_settings({"STATE_DIR": str(state)}, state / "none")) as stage:
        fill(stage, path, mapping, str)
        versions, sending = model.load(model.FOLDER).versions, Sending(state, "digest", "shop", 0)
        for message in Events(mapping, "shop", 0, tally, versions, sending).of(stage):
            event = json.loads(message.value)
            ids.add(event["event_id"])
            amount = sum(line["quantity"] * Decimal(line["unit_price"]) for line in event["lines"])
            if message.topic == "returns":
                amounts["returned"] += amount
            elif event["kind"] == "sale" and all(line["quantity"] > 0 for line in event["lines"]):
                amounts["gross"] += amount
                counts["not products"] += sum(not line["is_product"] for line in event["lines"])
                counts["guest orders"] += event["customer_id"] is None
                customers |= {event["customer_id"]} - {None}
    assert len(ids) == tally.events.total()
    return {**amounts, **counts, "customers": len(customers), "lines": dict(tally.lines), "events": dict(tally.events)}


def test_the_events_add_up_to_the_file(tmp_path: Path) -> None:
    path = Path(str(FILE))
    assert by_replay(path, tmp_path) == by_pandas(path)
