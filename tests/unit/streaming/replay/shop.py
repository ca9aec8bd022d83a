"""A small shop's file and mapping, replayed to its events without Kafka."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from common.settings import read_settings
from streaming.replay.__main__ import fill
from streaming.replay.events import Events, Tally
from streaming.replay.mapping import load
from streaming.replay.sendings import Sending
from streaming.replay.stage import new_stage

COLUMNS = {
    "order_id": "order",
    "product_id": "sku",
    "description": "name",
    "quantity": "qty",
    "occurred_at": "at",
    "unit_price": "price",
    "customer_id": "customer",
}
HEADER = "order,sku,name,qty,at,price,customer"
MAPPING = {"name": "shop", "time_zone": "UTC", "currency": "EUR", "time_format": "%Y-%m-%d %H:%M:%S"}
VERSIONS = {"orders": 2, "returns": 2}


def hash_text(text: str) -> str:
    """Stand for the platform's hash."""
    return f"hash of {text}"


class Replayed:
    """What a file became: its events, and how they were counted."""

    def __init__(self, folder: Path, rows: Sequence[str], header: str = HEADER, **keys: Any) -> None:
        """Write a file of rows and its mapping, with these keys besides the usual ones, and replay them."""
        path, mapping = folder / "orders.csv", folder / "mapping.yml"
        path.write_text("\n".join((header, *rows)) + "\n", "utf-8")
        content = {**MAPPING, "columns": COLUMNS, **keys}
        mapping.write_text(json.dumps({key: value for key, value in content.items() if value is not None}), "utf-8")
        self.tally, shop = Tally(), load(str(mapping))
        with new_stage(read_settings({"STATE_DIR": str(folder / "state")}, folder / "none")) as stage:
            fill(stage, path, shop, hash_text)
            self.notes = stage.notes
            messages = list(
                Events(shop, "shop", 0, self.tally, VERSIONS, Sending(folder, "digest", "shop", 0)).of(stage)
            )
        assert self.tally.events.total() == len(messages) and self.tally.lines.total() == len(rows)
        self.topics = [message.topic for message in messages]
        self.events = [json.loads(message.value) for message in messages]

    @property
    def orders(self) -> list[dict[str, Any]]:
        """The events of orders and returns."""
        return [event for event in self.events if "raw_row" not in event]

    @property
    def held(self) -> dict[str, str]:
        """The rows that were held, each with its reason."""
        return {event["raw_row"]: event["raw_reason"] for event in self.events if "raw_row" in event}

    def lines(self, order_id: str) -> list[tuple[str, int, str]]:
        """Product, pieces and price of each line of an order."""
        [order] = [one for one in self.orders if one.get("order_id") == order_id and "return_id" not in one]
        return [(line["product_id"], line["quantity"], line["unit_price"]) for line in order["lines"]]
