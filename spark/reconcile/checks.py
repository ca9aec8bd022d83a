"""What must be equal in the lake: each check is two counts, and the keys that differ where they do."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.contracts.model import Contracts

BOUNDS = "select max_ingest_seq, max_snapshot_seq from core.run_batches"
# The sources that no mart has: those of several currencies.
WITHOUT_CLOCK = """
select source from core.dim_sources left anti join core.run_bounds using (source)
where coalesce(newest_event_at, newest_snapshot_as_of) is not null order by source
"""
# The topics whose events become rows of a fact.
FACTS = {"orders": "fct_orders", "returns": "fct_returns", "ratings": "fct_ratings", "visits": "fct_visits"}
# Those of them whose events may cancel what was sent before.
CANCELLED = ("orders", "returns")
# The tables that hold each event of a topic once, with those that it conflicts with.
VERSIONS = {
    "customers": "int_profile_versions",
    "orders": "int_order_versions",
    "returns": "int_return_versions",
    "ratings": "int_rating_versions",
    "visits": "int_visit_versions",
}


@dataclass(frozen=True)
class Number:
    """An aggregate over a relation."""

    aggregate: str
    relation: str


@dataclass(frozen=True)
class Check:
    """Two numbers that must agree, and a query of the keys that one side lacks."""

    name: str
    left: Number
    right: Number
    keys: str


def lake_checks(contracts: Contracts, newest_batch: int, newest_load: int) -> list[Check]:
    """Return the checks within the lake, in the order of the data's flow, up to what the last run of dbt has read."""
    return [
        *(bronze_is_staging(one.topic, newest_batch) for one in contracts.topics),
        snapshots_are_staging(newest_load),
        *(staging_is_versions(topic, contracts.of(topic).business_key, table) for topic, table in VERSIONS.items()),
        *(staging_is_fact(topic, contracts.of(topic).business_key, fact) for topic, fact in FACTS.items()),
        lines_are_orders(),
    ]


def bronze_is_staging(topic: str, newest_batch: int) -> Check:
    """Valid events, repetitions included, are the rows of staging."""
    valid = f"bronze.events where topic = '{topic}' and broken_rule is null and ingest_seq <= {newest_batch}"
    staging = f"staging.stg_events__{topic}"
    return Check(
        f"{topic}: valid = staging",
        Number("count(*)", valid),
        Number("count(*)", staging),
        either(f"select event_id from {valid}", f"select event_id from {staging}"),
    )


def snapshots_are_staging(newest_load: int) -> Check:
    """Each valid row of a snapshot is in staging once per customer and as-of date."""
    key = "source, customer_id, snapshot_as_of"
    valid = f"bronze.customer_snapshots where broken_rule is null and ingest_seq <= {newest_load}"
    return Check(
        "snapshots: valid rows = staging",
        Number(f"count(distinct {key})", valid),
        Number("count(*)", "staging.stg_snapshots__customers"),
        either(f"select {key} from {valid}", f"select {key} from staging.stg_snapshots__customers"),
    )


def staging_is_versions(topic: str, key: str, table: str) -> Check:
    """Each event of a business key is once among the versions, and so is each payload that conflicts with it."""
    staging, identity = f"staging.stg_events__{topic}", f"source, {key}, event_id, payload_hash"
    return Check(
        f"{topic}: staging less repetitions = versions",
        Number(f"count(distinct {identity})", staging),
        Number("count(*)", f"core.{table}"),
        either(f"select {identity} from {staging}", f"select {identity} from core.{table}"),
    )


def staging_is_fact(topic: str, key: str, fact: str) -> Check:
    """Each business key of staging whose newest event does not cancel it is one row of the fact."""
    keys = standing_keys(topic, key) if topic in CANCELLED else f"staging.stg_events__{topic}"
    return Check(
        f"{topic}: keys in staging = {fact}",
        Number(f"count(distinct source, {key})", keys),
        Number("count(*)", f"core.{fact}"),
        either(f"select source, {key} from {keys}", f"select source, {key} from core.{fact}"),
    )


def standing_keys(topic: str, key: str) -> str:
    """Return the relation of the business keys whose newest event, the kept one of each conflict, cancels nothing."""
    kept = (
        "min_by(struct(coalesce(sent_at, recorded_at) as sent_at, recorded_at, event_id, is_cancelled), payload_hash)"
    )
    events = f"select source, {key}, {kept} as event from staging.stg_events__{topic} group by source, {key}, event_id"
    return f"(select source, {key} from ({events}) group by source, {key} having not max(event).is_cancelled)"


def lines_are_orders() -> Check:
    """The amounts of the lines add up to those of the orders."""
    lines = "select source, order_id, sum(amount) as amount from core.fct_order_items group by source, order_id"
    return Check(
        "order lines: amount = that of the orders",
        Number("coalesce(sum(amount), 0)", "core.fct_order_items"),
        Number("coalesce(sum(gross_amount), 0)", "core.fct_orders"),
        either(lines, "select source, order_id, gross_amount as amount from core.fct_orders"),
    )


def either(left: str, right: str) -> str:
    """Return the query of the keys that one side has and the other lacks, a few of them."""
    return f"select * from ((({left}) except ({right})) union all (({right}) except ({left}))) order by all limit 11"


def numbers(checks: Sequence[Check]) -> str:
    """Return one query for both numbers of all checks: index, 0 for the left and 1 for the right, number.

    One plan costs less than one per check, and each relation is read once for all that is asked of it. The numbers are
    no scalar subqueries: those share a pool of 16 threads, in which each would wait for the subqueries of the views
    below it, for ever where there are 16 of them.
    """
    asked: dict[str, list[tuple[int, int, str]]] = {}
    for index, check in enumerate(checks):
        for side, number in enumerate((check.left, check.right)):
            asked.setdefault(number.relation, []).append((index, side, number.aggregate))
    return " union all ".join(numbers_of(relation, wanted) for relation, wanted in asked.items())


def numbers_of(relation: str, wanted: Sequence[tuple[int, int, str]]) -> str:
    """Return the query of aggregates over one relation, a row each: index, side, number."""
    names = [f"n{place}" for place in range(len(wanted))]
    aggregates = (f"cast({text} as decimal(38, 4)) as {name}" for (*_, text), name in zip(wanted, names, strict=True))
    rows = (f"{index}, {side}, {name}" for (index, side, _), name in zip(wanted, names, strict=True))
    return f"select stack({len(wanted)}, {', '.join(rows)}) from (select {', '.join(aggregates)} from {relation})"


def differing(rows: Sequence[Sequence[object]]) -> str:
    """Return keys as text, a few of them."""
    shown = ["/".join(map(str, row)) for row in rows[:10]]
    return ", ".join(shown) + (", …" if len(rows) > 10 else "")
