"""What an event says behind its envelope, as JSON, and by what it is known."""

import json
from collections.abc import Mapping
from json.encoder import encode_basestring as quoted

from streaming.replay.fates import Part
from streaming.replay.other_files import Other
from streaming.replay.stage import Order


def id_of(order: Order, part: Part) -> str:
    """Return the id of an event's order or return, as JSON; a return of an order has the order's id in its own."""
    return quoted(order.order_id if part.order_id is None else f"{part.order_id}/return")


def customer_of(order: Order) -> str:
    """Return who ordered, as JSON."""
    return "null" if order.customer_id is None else quoted(order.customer_id)


def key_of(other: Other) -> str:
    """Return by what events of one customer are kept together; those of nobody by what they are of."""
    customer = json.loads(other.customer)
    if customer is not None:
        return str(customer)
    said = json.loads(f"{{{other.body}}}")
    return str(said.get("visit_id") or said.get("return_id"))


def order_fields(part: Part, made_id: str, attributes: Mapping[str, str]) -> str:
    """Return what an event says of its order, as JSON."""
    own = f',"attributes":{json.dumps(attributes, ensure_ascii=False, separators=(",", ":"))}' if attributes else ""
    discount = "null" if part.has_discount is None else str(part.has_discount).lower()
    return f'"order_id":{made_id},"kind":"{part.kind}","discount_applied":{discount}{own}'


def return_fields(part: Part, made_id: str) -> str:
    """Return what an event says of its return, as JSON."""
    kind = "null" if part.kind is None else quoted(part.kind)
    came_from = "null" if part.order_id is None else quoted(part.order_id)
    return f'"return_id":{made_id},"order_id":{came_from},"kind":{kind}'
