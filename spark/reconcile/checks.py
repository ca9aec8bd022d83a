"""What must be equal in the lake: each check is two counts, and the keys that differ where they do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TOPICS = ("customers", "orders", "returns", "ratings")
IDENTITY = "topic, topic_id, `partition`, `offset`"
RUN = "ingest_seq <= (select max_ingest_seq from core.run_bounds)"
# Business key and fact of the topics that become facts.
FACTS = {
    "orders": ("order_id", "fct_orders"),
    "returns": ("return_id", "fct_returns"),
    "ratings": ("rating_id", "fct_ratings"),
}


@dataclass(frozen=True)
class Check:
    """Two queries of one number each that must agree, and a query of the keys that one side lacks."""

    name: str
    left: str
    right: str
    keys: str


def lake_checks() -> list[Check]:
    """Return the checks within the lake, in the order of the data's flow."""
    return [
        *(bronze_is_staging(topic) for topic in TOPICS),
        snapshots_are_staging(),
        *(staging_is_fact(topic, key, fact) for topic, (key, fact) in FACTS.items()),
        lines_are_orders(),
    ]


def bronze_is_staging(topic: str) -> Check:
    """Valid events less duplicates are the rows of staging."""
    valid = f"bronze.events where topic = '{topic}' and broken_rule is null and {RUN}"
    staging = f"staging.stg_events__{topic}"
    return Check(
        f"{topic}: valid less duplicates = staging",
        f"select count(distinct event_id) from {valid}",
        f"select count(*) from {staging}",
        f"(select event_id from {valid}) except (select event_id from {staging})",
    )


def snapshots_are_staging() -> Check:
    """Each valid row of a snapshot is in staging once per customer and as-of date."""
    key = "source, customer_id, snapshot_as_of"
    valid = (
        "bronze.customer_snapshots where broken_rule is null"
        " and ingest_seq <= (select max_snapshot_seq from core.run_bounds)"
    )
    return Check(
        "snapshots: valid rows = staging",
        f"select count(distinct {key}) from {valid}",
        "select count(*) from staging.stg_snapshots__customers",
        f"(select {key} from {valid}) except (select {key} from staging.stg_snapshots__customers)",
    )


def staging_is_fact(topic: str, key: str, fact: str) -> Check:
    """Each business key of staging is one row of the fact; corrections share a key."""
    staging = f"staging.stg_events__{topic}"
    return Check(
        f"{topic}: keys in staging = {fact}",
        f"select count(distinct source, {key}) from {staging}",
        f"select count(*) from core.{fact}",
        f"(select source, {key} from {staging}) except (select source, {key} from core.{fact})",
    )


def lines_are_orders() -> Check:
    """The amounts of the lines add up to those of the orders."""
    lines = "select source, order_id, sum(amount) as amount from core.fct_order_items group by source, order_id"
    return Check(
        "order lines: amount = that of the orders",
        "select coalesce(sum(amount), 0) from core.fct_order_items",
        "select coalesce(sum(gross_amount), 0) from core.fct_orders",
        f"({lines}) except (select source, order_id, gross_amount from core.fct_orders)",
    )


def numbers(checks: Sequence[Check]) -> str:
    """Return one query for both numbers of all checks: index, left, right; one plan costs less than one per check."""
    cast = "cast(({}) as decimal(38, 4))"
    return " union all ".join(
        f"select {index}, {cast.format(check.left)}, {cast.format(check.right)}" for index, check in enumerate(checks)
    )


def counts(relations: Iterable[str]) -> str:
    """Return one query for the row counts of many tables: name, rows."""
    return " union all ".join(f"select '{name}', count(*) from {name}" for name in relations)


def differing(rows: Sequence[Sequence[object]]) -> str:
    """Return keys as text, a few of them."""
    shown = ["/".join(map(str, row)) for row in rows[:10]]
    return ", ".join(shown) + (", …" if len(rows) > 10 else "")
