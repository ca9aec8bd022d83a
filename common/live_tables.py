"""The tables of `live`, which the monitor alone writes: in the lake for good, in PostgreSQL as people see them now."""

from collections.abc import Iterator

from common.prediction_tables import Table

WINDOW = (
    ("source", "string not null", "shop the data is of"),
    ("minutes", "int not null", "length of the window: 1 (one after the other) or 15 (one every five minutes)"),
    ("started_at", "timestamp not null", "first instant of the window, by event time"),
    ("dimension", "string not null", "all, city, membership, channel or device"),
    ("value", "string not null", "value of the dimension; empty for all"),
    ("currency", "string not null", "currency of the amounts; empty in the row that counts events of every currency"),
)
WINDOW_MEASURES = (
    ("orders", "bigint not null", "orders placed"),
    ("items", "bigint", "pieces ordered; null where the row has no currency"),
    ("revenue", "decimal(28,4)", "what the orders come to, in the currency; null where the row has none"),
    ("returns", "bigint not null", "returns"),
    ("returned", "decimal(28,4)", "what the returned goods had cost, in the currency; null where the row has none"),
    ("visits", "bigint not null", "visits that ended; 0 in rows with a currency"),
    ("customers", "bigint not null", "different customers with an event, an estimate that is exact for few"),
    ("newest_event_at", "timestamp not null", "time of the newest event in the window"),
)
ANOMALY = (
    ("alert_id", "string not null", "identity of the alert: the same finding again has the same"),
    ("source", "string not null", "shop the data is of"),
    ("channel", "string not null", "size_up, size_down, speed, rate_up or rate_down"),
    ("occurred_at", "timestamp not null", "time of the event; of a rate, the end of its hour or day"),
    ("event_id", "string", "event that is odd; null for a rate"),
    ("order_id", "string", "order that is odd; null for a rate"),
    ("customer_id", "string", "who placed it; null for a guest and for a rate"),
    ("subject", "string not null", "what a person reads: customer 17, shop main, city Leeds"),
    ("score", "double not null", "how surprising it is: minus the logarithm, base 10, of the chance of as much"),
    ("threshold", "double not null", "score from which the channel alerts, set by the past alone"),
    ("measured", "double not null", "the odd value"),
    ("usual_low", "double", "where nine of ten usual values begin"),
    ("usual", "double", "the middle of the usual values"),
    ("usual_high", "double", "where nine of ten usual values end"),
    ("unit", "string not null", "of the four values: a currency, hours, orders an hour, orders a day"),
    ("evidence", "string not null", "whose past it was compared with: customer, segment, shop or city"),
    ("baseline_as_of", "timestamp not null", "everything that it was compared with lies before"),
    ("reason", "string not null", "the finding in words"),
)
PAST = (
    ("baseline_as_of", "timestamp not null", "UTC midnight; made of what happened before it"),
    ("source", "string not null", "shop the data is of"),
)
EVIDENCE = ("evidence", "string not null", "whose past it is mostly of: customer, segment or shop")
LIMITS = tuple(
    (channel, "double not null", f"score from which channel {channel} alerts")
    for channel in ("size_up", "size_down", "speed")
)
USUAL_SIZES = (
    *PAST,
    ("currency", "string not null", "currency of the amounts"),
    ("customer_id", "string", "null in the row of the shop, which is for guests and unknown customers"),
    ("segment", "string", "city and membership; null where neither is known"),
    EVIDENCE,
    ("orders", "double not null", "orders of the customer in the currency; 0 for the shop"),
    ("slope", "double not null", "by which the logarithm of the value grows with that of the lines, in the shop"),
    ("expected", "double not null", "usual logarithm of an order's value, less slope times that of its lines"),
    ("spread", "double not null", "scale of the Student t around it"),
    ("degrees", "double not null", "its degrees of freedom"),
    *LIMITS,
)
USUAL_CUSTOMERS = (
    *PAST,
    ("customer_id", "string", "null in the row of the shop, which is for unknown customers"),
    ("city", "string", "where the customer lives"),
    ("membership_type", "string", "membership of the customer"),
    ("segment", "string", "both; null where neither is known"),
    EVIDENCE,
    ("first_ordered_at", "timestamp", "first order of the customer"),
    ("last_ordered_at", "timestamp", "newest order of the customer"),
    ("split_chance", "double not null", "chance that the next order comes within an hour: one purchase on two bills"),
    ("repeat_chance", "double not null", "chance that another one comes within a day"),
    ("shape", "double not null", "shape of the gamma distribution of the rate of all others"),
    ("hours", "double not null", "its scale: hours"),
    *LIMITS,
)
HEALTH = (
    ("job", "string not null", "ingest, or a query of the monitor"),
    ("topic", "string not null", "topic that it reads; empty for all"),
    ("lag_events", "bigint not null", "records in Kafka that it has not taken"),
    ("lag_seconds", "double not null", "how long the first of them has waited, at most"),
    ("newest_event_at", "timestamp", "time of the newest event that it has taken; null where it has taken none"),
    ("rows_per_second", "double not null", "events it took a second, over the last look"),
    ("late_events", "bigint not null", "events too late for their window, since the monitor began"),
    ("last_success_at", "timestamp", "when it last finished a batch; null where it has not"),
    ("state_rows", "bigint not null", "rows of state that it holds"),
    ("state_bytes", "bigint not null", "size of that state in memory"),
    ("problem", "string", "what is wrong and what to do; null where nothing is"),
)

WINDOWS = Table(
    "live.windows", "One row per window that has ended, dimension, value and currency.", WINDOW + WINDOW_MEASURES
)
ANOMALIES = Table("live.anomalies", "One row per alert, each once.", ANOMALY)
BASELINE_SIZES = Table(
    "live.baseline_sizes",
    "One row per baseline, source, currency and customer, and one for the shop: what orders usually come to.",
    USUAL_SIZES,
    "baseline_as_of",
)
BASELINE_CUSTOMERS = Table(
    "live.baseline_customers",
    "One row per baseline, source and customer, and one for the shop: where they belong, how soon they order again.",
    USUAL_CUSTOMERS,
    "baseline_as_of",
)
BASELINE_RATES = Table(
    "live.baseline_rates",
    "One row per baseline, source, city, weekday and hour, and one for the weekday's whole day: how many orders come.",
    (
        ("baseline_as_of", "timestamp not null", "UTC midnight; made of what happened before it"),
        ("source", "string not null", "shop the data is of"),
        ("city", "string not null", "city of the customers; empty for the whole shop"),
        ("weekday", "int not null", "1 for Monday to 7 for Sunday, in UTC"),
        ("hour", "int", "hour that begins the band, in UTC; null for the whole day"),
        ("expected", "double not null", "orders that are expected"),
        ("dispersion", "double not null", "of the negative binomial distribution: its variance is m + dispersion m^2"),
        ("threshold_up", "double not null", "score above which there are too many"),
        ("threshold_down", "double not null", "score above which there are too few"),
    ),
    "baseline_as_of",
)
LAKE = (WINDOWS, ANOMALIES, BASELINE_SIZES, BASELINE_CUSTOMERS, BASELINE_RATES)

# What windows are made of: late is what all time has and no minute.
INPUT = (
    ("source", "string not null", "shop the data is of"),
    ("events", "bigint not null", "orders, returns and visits that came, since the windows' checkpoint began"),
    ("late_events", "bigint not null", "events whose minute was over when they came, and so are in none"),
)
STORED = ("stored_at", "timestamp not null default now()", "when it was stored here")
LOOKED = ("looked_at", "timestamp not null", "when this was counted")

# Tables of PostgreSQL: name, columns, key. There `live.windows` also holds those that are not over yet.
SERVED = (
    ("windows", (*WINDOW, *WINDOW_MEASURES), tuple(name for name, _, _ in WINDOW)),
    ("window_inputs", INPUT, ("source",)),
    ("anomalies", (*ANOMALY, STORED), ("alert_id",)),
    ("pipeline_health", (*HEALTH, LOOKED), ("job", "topic")),
)
# What is asked for every few seconds.
INDEXES = (
    "create index if not exists anomalies_by_stored_at on live.anomalies (stored_at)",
    "create index if not exists windows_by_started_at on live.windows (started_at)",
)
POSTGRES_TYPES = {"string": "text", "timestamp": "timestamptz", "double": "double precision", "decimal": "numeric"}


def postgres_ddl() -> Iterator[str]:
    """Yield the statements that create tables and indexes of schema `live` in PostgreSQL where they do not exist."""
    for table, columns, key in SERVED:
        lines = [f"{name} {postgres_type(kind)}" for name, kind, _ in columns]
        yield f"create table if not exists live.{table} ({', '.join(lines)}, primary key ({', '.join(key)}))"
    yield from INDEXES


def postgres_type(kind: str) -> str:
    """Return the type of PostgreSQL for a SQL type of the lake, with what follows it."""
    name, separator, rest = kind.partition(" ")
    base, bracket, precision = name.partition("(")
    return f"{POSTGRES_TYPES.get(base, base)}{bracket}{precision}{separator}{rest}"
