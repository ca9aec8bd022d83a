"""What a dry run shows of the events that a replay would send."""

from streaming.producer import Message
from streaming.replay.preview import lines


def order(order_id: str, line: str, kind: str = "sale") -> Message:
    return Message("orders", "shop/7", f'{{"order_id":"{order_id}","kind":"{kind}","lines":[{line}]}}'.encode())


def test_events_that_the_lake_would_quarantine_are_said() -> None:
    cup = '"description":"Cup \\"quantity\\":-","quantity":1,"unit_price":"2.00"'
    messages = [
        order("1", f"{{{cup}}}"),
        order("2", '{"quantity":0,"unit_price":"2.00"}'),
        order("3", '{"quantity":-1,"unit_price":"2.00"}'),
        order("4", '{"quantity":1,"unit_price":"-2.00"}'),
        order("5", '{"quantity":2,"unit_price":"-2.00"}'),
        order("6", '{"quantity":-2,"unit_price":"2.00"}', kind="cancelled"),
        order("7", '{"quantity":1,"unit_price":"-2.00"}', kind="adjustment"),
    ]
    assert [line for line in lines(messages) if line.startswith("would")] == [
        "would be quarantined: 1 of the orders for a line of 0 pieces, such as 2",
        "would be quarantined: 1 of the orders for pieces below zero, such as 3",
        "would be quarantined: 2 of the orders for a price below zero, such as 4",
        "would be quarantined: 1 of the orders for a correction of the books, such as 7",
    ]
