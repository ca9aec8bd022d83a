"""What a dry run shows of the events that a replay would send."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from common.contracts.model import FOLDER, Rule, load
from streaming.producer import Message
from streaming.replay.judge import Judge
from streaming.replay.preview import lines
from tests.unit.streaming.ingest.payloads import LINE, ORDER

NOW = datetime(2025, 1, 1, 12, 0, tzinfo=UTC)


def order(order_id: str, quantity: int = 1, unit_price: str = "2.00", **changes: Any) -> Message:
    line = {**LINE, "description": 'Cup "quantity":-', "quantity": quantity, "unit_price": unit_price}
    return Message("orders", "shop/7", json.dumps({**ORDER, "order_id": order_id, "lines": [line], **changes}).encode())


def test_events_that_the_lake_would_quarantine_are_said_by_rule() -> None:
    messages = [
        order("1"),
        order("2", 0),
        order("3", -1),
        order("4", unit_price="-2.00"),
        order("5", 2, unit_price="-2.00"),
        order("6", -2, kind="cancelled"),
        order("7", unit_price="-2.00", kind="adjustment"),
        order("8", 2_000_000),
        order("9", occurred_at="2025-01-01T12:06:00.000Z"),
        order("10", 3_000_000_000),
    ]
    judge = Judge(load(FOLDER), NOW)
    assert [line for line in lines(messages, judge) if line.startswith("would")] == [
        f"would be quarantined: {said}"
        for said in (
            "1 of the orders by the rule zero_quantity, such as 2: A line has at least one piece",
            "1 of the orders by the rule write_off, such as 3: Goods written off stand as orders"
            " with a negative quantity",
            "2 of the orders by the rule negative_price, such as 4: A price is zero or more",
            "1 of the orders by the rule adjustment, such as 7: A correction of the books is not a purchase",
            "1 of the orders by the rule implausible_quantity, such as 8: A line has at most a million pieces",
            "1 of the orders by the rule from_the_future, such as 9: An event lies before its arrival",
            "1 of the orders by the rule wrong_type, such as 10: A field is of its type",
        )
    ]


def test_a_rule_of_the_shop_s_own_counts_and_one_that_is_not_known_here_is_said() -> None:
    contracts = load(FOLDER)
    orders = contracts.of("orders")
    own = Rule("bulk", "array_max(lines.quantity) between 5 and 9", "No more than four pieces.")
    other = Rule("odd", "soundex(currency) = 'E600'", "Nobody knows.")
    changed = replace(contracts, topics=(replace(orders, rules=(*orders.rules, own, other)),))
    assert list(lines([order("1"), order("2", 5)], Judge(changed, NOW)))[2:] == [
        "would be quarantined: 1 of the orders by the rule bulk, such as 2: No more than four pieces",
        "not judged before it is sent: the rule odd of the orders (soundex is not known)",
    ]
