"""Kafka records as events: every value parsed once with its own contract, then judged by it.

Nothing in a value can fail the query: what does not parse is null and named by `broken_rule`. Only expressions that
Spark generates code for are used here; functions of an array's elements (`transform`, `exists`) are interpreted, and
would take the whole projection with them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from common.contracts.model import Contract, Contracts, Field, Rule

# A dry run asks for the rules alone.
if TYPE_CHECKING:
    from pyspark.sql import DataFrame

KAFKA = ("topic", "partition", "offset", "timestamp", "key", "value")
KAFKA_SCHEMA = "topic string, partition int, offset bigint, timestamp timestamp, key binary, value binary"
# What a line comes to.
LINE_AMOUNT = "line.quantity * line.unit_price - coalesce(line.discount_amount, 0)"
RAW_FIELD = "raw_field"
# What a sender writes there may be anything; a name alone may stand in the lake.
NAME_OF_COLUMN = f"if({RAW_FIELD} rlike '^[a-z_]{{1,40}}$', {RAW_FIELD}, null)"
# The rules whose field the parser names, by the column.
FOUND_BY_PARSER = {"wrong_type": "wrong_type", "text_with_nul": "nul"}
UNMAPPABLE = "parsed.raw_row is not null as is_unmappable"
KIND, SENT_AT = "kind", "sent_at"
FUTURE_MICROS = 5 * 60 * 1_000_000


def valid_events(records: "DataFrame", contracts: Contracts) -> "DataFrame":
    """Return the records that keep their contract, as `parse_records` has them, without internal or cancelling ones."""
    passed_over = f"{internal(contracts.topics)} or {cancelling(contracts.topics)}"
    return judge_records(records, contracts).where(f"broken_rule is null and not ({passed_over})")


def judge_records(records: "DataFrame", contracts: Contracts) -> "DataFrame":
    """Return the records as `parse_records` gives them, `broken_rule`, null where an event keeps its contract, and the
    field that the rule is about, null where it is about none.
    """
    judged = parse_records(records, contracts).selectExpr("*", f"{broken_rule(contracts.topics)} as broken_rule")
    return judged.selectExpr("*", f"{broken_field(contracts)} as broken_field")


def only(contracts: Contracts, topics: Sequence[str]) -> Contracts:
    """Return the contracts of some topics; what none of them has need not be parsed."""
    return replace(contracts, topics=tuple(one for one in contracts.topics if one.topic in topics) or contracts.topics)


def parse_records(records: "DataFrame", contracts: Contracts) -> "DataFrame":
    """Return the records with the contracts' fields in their types, and what the checks need beside them."""
    fields = [f"parsed.`{field.name}`" for field in contracts.union]
    checks = [
        "is_json",
        "wrong_type",
        "nul",
        "missing",
        *(one.name for one in contracts.carriers if one.name == RAW_FIELD),
    ]
    return records.selectExpr(*KAFKA, f"{parse_event(contracts)} as parsed").selectExpr(
        *KAFKA, *fields, *(f"parsed.{one}" for one in checks), UNMAPPABLE
    )


def parse_event(contracts: Contracts) -> str:
    """Return the SQL of a value, read with the fields of its own topic; see `ParseEvent.scala`."""
    schema = ", ".join(f"`{one.name}` {one.sql_type}" for one in (*contracts.union, *contracts.carriers))
    owners = ";".join(f"{one.topic}:{','.join(field_paths(one, contracts.carriers))}" for one in contracts.topics)
    return f"parse_event(topic, value, '{schema}', '{owners}')"


def field_paths(contract: Contract, carriers: Iterable[Field]) -> Iterator[str]:
    """Yield the paths of the fields of a topic's values, a `!` behind those that must be there."""
    for field in contract.fields:
        yield from (f"{path}!" for path in required_paths(field)) if field.required else (field.name,)
    yield from (field.name for field in carriers)


def broken_rule(contracts: Iterable[Contract]) -> str:
    """Return the SQL of the first rule that an event breaks, or null; the order is the contract's, so it is stable."""
    cases = [f"when topic = '{contract.topic}' then {first_broken(all_rules(contract))}" for contract in contracts]
    return f"case {' '.join(cases)} end"


def broken_field(contracts: Contracts) -> str:
    """Return the SQL of the path of the field that a broken rule is about, or null."""
    has_raw_field = any(one.name == RAW_FIELD for one in contracts.carriers)
    cases = [f"when topic = '{one.topic}' then {field_of_rule(one, has_raw_field)}" for one in contracts.topics]
    return f"case when broken_rule is null then null {' '.join(cases)} end"


def field_of_rule(contract: Contract, has_raw_field: bool) -> str:
    """Return the SQL of the field that a topic's broken rule is about, or null; a raw row may tell its own."""
    told = {"unmappable": NAME_OF_COLUMN} if has_raw_field else {}
    fields = {**{one.name: f"'{one.field}'" for one in all_rules(contract) if one.field}, **FOUND_BY_PARSER, **told}
    cases = [f"when '{rule}' then {field}" for rule, field in fields.items()]
    return f"case broken_rule {' '.join(cases)} end"


def internal(contracts: Iterable[Contract]) -> str:
    """Return the SQL of whether an event is internal by its contract; what that cannot be computed of is not."""
    cases = [f"when topic = '{one.topic}' then coalesce({one.internal}, false)" for one in contracts if one.internal]
    return f"case {' '.join(cases)} else false end" if cases else "false"


def cancelling(contracts: Iterable[Contract]) -> str:
    """Return the SQL of whether an event says that there is no such order or return, where a topic has such events."""
    return f"{KIND} <=> 'cancelled'" if any(one.has(KIND) for one in contracts) else "false"


def first_broken(rules: Sequence[Rule]) -> str:
    """Return the SQL of the first of some rules that is broken, or null."""
    cases = [f"when {rule.broken} then '{rule.name}'" for rule in rules]
    return f"case {' '.join(cases)} end"


def all_rules(contract: Contract) -> list[Rule]:
    """Return the checks of every event followed by the topic's own."""
    versions = f"schema_version not between 1 and {contract.version}"
    return [
        Rule("unmappable", "is_unmappable", "A row of a file that cannot become an event."),
        Rule("not_json", "not is_json", "The value is one JSON object in UTF-8, of 8 MB at most."),
        Rule("wrong_type", "wrong_type is not null", "A field is of its type."),
        Rule("text_with_nul", "nul is not null", "A text holds no U+0000, which PostgreSQL cannot keep."),
        Rule("unknown_schema_version", versions, "The version is the contract's or an earlier one.", "schema_version"),
        *(rule for field in contract.fields for rule in missing_rules(field)),
        Rule("from_the_future", later_than_arrival("occurred_at"), "An event lies before its arrival.", "occurred_at"),
        # A batch may end under contracts from before there were sendings.
        *(
            [Rule("sent_in_the_future", later_than_arrival(SENT_AT), "An event is sent before it arrives.", SENT_AT)]
            if contract.has(SENT_AT)
            else []
        ),
        *contract.rules,
    ]


def later_than_arrival(instant: str) -> str:
    """Return the SQL of whether an instant lies behind the arrival; an added interval would go through the calendar."""
    return f"unix_micros({instant}) - unix_micros(timestamp) > {FUTURE_MICROS}"


def missing_rules(field: Field) -> list[Rule]:
    """Return the checks that a required field is there, and those of an array's elements."""
    return [
        Rule(f"missing_{path.replace('.', '_')}", f"missing = '{path}'", "A required field is there.", path)
        for path in required_paths(field)
    ]


def required_paths(field: Field) -> list[str]:
    """Return the paths of what must be there of a field, before those of its elements."""
    if not field.required:
        return []
    return [field.name, *(f"{field.name}.{item.name}" for item in field.items if item.required)]
