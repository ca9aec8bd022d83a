"""Lines of an app's log, each a visit."""

import json


def visit(event_id: str, source: str = "log-shop") -> bytes:
    """Return a visit as a line without its end."""
    event = {
        "event_id": event_id, "schema_version": 2, "source": source, "customer_id": None,
        "occurred_at": "2024-03-01T08:26:00.000Z", "visit_id": event_id, "channel": "search", "device": None,
        "seconds": 60, "pages_viewed": 3, "products_viewed": 1, "products_in_cart": 0,
    }  # fmt: skip
    return json.dumps(event).encode()
