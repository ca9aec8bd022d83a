"""What the files beside that of the orders may say, by the topic that their rows become events of."""

from collections.abc import Set

# Of the other files that a shop may have, by the topic that their rows become events of.
OTHER_COLUMNS = {
    "customers": (
        *("customer_id", "occurred_at", "gender", "birth_date", "city", "membership_type"),
        *("name", "email", "address"),
    ),
    "ratings": ("rating_id", "order_id", "customer_id", "rating", "occurred_at"),
    "returns": (
        *("return_id", "order_id", "customer_id", "occurred_at", "product_id", "description", "quantity", "unit_price"),
        "currency",
    ),
    "visits": (
        *("visit_id", "customer_id", "occurred_at", "channel", "device"),
        *("seconds", "pages_viewed", "products_viewed", "products_in_cart"),
        *("session", "product_id", "event"),
    ),
}
# Of a log each row is a step of a visit, else a row is a visit.
NEEDED_OF_A_LOG = ("occurred_at", "event")
NEEDED_OF_OTHERS = {
    "customers": ("customer_id",),
    "ratings": ("customer_id", "rating", "occurred_at"),
    "returns": ("occurred_at", "unit_price"),
    "visits": ("visit_id", "occurred_at", "channel", "seconds", "pages_viewed", "products_viewed", "products_in_cart"),
}
# One of these says what a row is of.
IDS_OF_OTHERS: dict[str, tuple[str, ...]] = {"ratings": ("rating_id", "order_id"), "returns": ("return_id", "order_id")}
IDS_OF_A_LOG = ("session", "customer_id")
VIEW, CART, STEP = "view", "cart", "other"


def lacking(topic: str, given: Set[str], has_events: bool, has_file: bool) -> list[str]:
    """Return the keys that a file of a topic needs and does not have, of which our names are given."""
    is_log = topic == "visits" and "event" in given
    needed = NEEDED_OF_A_LOG if is_log else NEEDED_OF_OTHERS[topic]
    lacks = [f"columns.{name}" for name in needed if name not in given]
    ids = IDS_OF_A_LOG if is_log else IDS_OF_OTHERS.get(topic, ())
    if ids and not given & set(ids):
        lacks.append(f"columns.{ids[0]}")
    if is_log and not has_events:
        lacks.append("events (what each word of the log means: view, cart, other or ignored)")
    # A log may be the file of the orders, which are what was bought.
    return lacks if has_file or is_log else [*lacks, "file"]
