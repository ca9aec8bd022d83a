"""Kafka records as rows of bronze: every value parsed once with the union of the contracts, then judged by its own.

Nothing in a value can fail the query: what does not parse is null and named by `broken_rule`.
"""

from collections.abc import Iterable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark.common.contracts import Contract, Contracts, Field, Rule

CORRUPT = "_corrupt"
STRICT_JSON = {
    "mode": "PERMISSIVE",
    "columnNameOfCorruptRecord": CORRUPT,
    "allowNonNumericNumbers": "false",
    "allowSingleQuotes": "false",
}
# Spark's JSON reader rounds decimals, drops thousands separators and takes numbers for instants: these come as text.
TEXT_FIRST = ("decimal", "timestamp", "date")
INSTANT = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$"
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
FUTURE = "interval 5 minutes"


def bronze_rows(records: DataFrame, contracts: Contracts, topic_ids: dict[str, str], ingest_seq: int) -> DataFrame:
    """Return the rows of `bronze.events` for Kafka records, one for one.

    Args:
        records: topic, partition, offset, timestamp, key (binary), value (binary), as the Kafka source gives them.
        contracts: one for each topic of the records.
        topic_ids: the identity of each topic.
        ingest_seq: the number of this batch.
    """
    decoded = records.withColumns({"text": F.col("value").cast("string")}).select(
        "*", F.from_json("text", parse_schema(contracts), STRICT_JSON).alias("raw")
    )
    typed = decoded.select(
        *(F.col(name) for name in ("topic", "partition", "offset", "value")),
        F.lit(ingest_seq).cast("bigint").alias("ingest_seq"),
        lookup(topic_ids).alias("topic_id"),
        lookup({one.topic: one.version for one in contracts.topics}).alias("contract_version"),
        F.col("timestamp").alias("arrived_at"),
        F.make_valid_utf8(F.col("key").cast("string")).alias("key"),
        F.col("raw.raw_row").alias("raw_row"),
        F.expr(is_json_object()).alias("is_json"),
        F.expr(has_wrong_type(contracts.union)).alias("has_wrong_type"),
        *(F.expr(typed_field(field, contracts)).alias(field.name) for field in contracts.union),
    )
    judged = typed.withColumns({"broken_rule": broken_rule(contracts.topics)})
    return judged.withColumns(
        {
            "payload": F.when(F.col("broken_rule").isNotNull(), F.col("value")),
            "payload_hash": F.sha2("value", 256),
        }
    ).select(*(column.name for column in contracts.events_table.columns))


def lookup(values: dict[str, str] | dict[str, int]) -> Column:
    """Return the value of a record's topic."""
    pairs = [F.lit(part) for pair in values.items() for part in pair]
    return F.element_at(F.create_map(*pairs), F.col("topic"))


def parse_schema(contracts: Contracts) -> str:
    """Return the schema that values are read with: the union, its delicate types as text, and the corrupt record."""
    columns = [f"`{one.name}` {json_type(one)}" for one in (*contracts.union, *contracts.carriers)]
    return ", ".join((*columns, f"{CORRUPT} string"))


def json_type(field: Field) -> str:
    """Return the type that the JSON reader is asked for."""
    if field.items:
        return f"array<struct<{', '.join(f'{item.name}: {json_type(item)}' for item in field.items)}>>"
    return "string" if field.type.startswith(TEXT_FIRST) else field.type


def typed(field: Field, value: str) -> str:
    """Return the SQL of a field's value in its type; null where the text is not of the type."""
    if field.items:
        parts = ", ".join(f"'{item.name}', {typed(item, f'item.{item.name}')}" for item in field.items)
        return f"transform({value}, item -> named_struct({parts}))"
    if field.type.startswith("timestamp"):
        return f"case when {value} rlike '{INSTANT}' then try_to_timestamp({value}, \"yyyy-MM-dd'T'HH:mm:ss.SSSX\") end"
    if field.type.startswith("date"):
        return f"cast(case when {value} rlike '{DAY}' then try_to_timestamp({value}, 'yyyy-MM-dd') end as date)"
    if field.type.startswith("decimal"):
        return f"case when {value} rlike '{decimal_pattern(field.type)}' then try_cast({value} as {field.type}) end"
    return value


def decimal_pattern(sql_type: str) -> str:
    """Return the pattern of a number that fits `decimal(precision,scale)` without rounding."""
    precision, scale = (int(part) for part in sql_type.removeprefix("decimal(").rstrip(")").split(","))
    return f"^-?[0-9]{{1,{precision - scale}}}([.][0-9]{{1,{scale}}}0*)?$"


def typed_field(field: Field, contracts: Contracts) -> str:
    """Return the SQL of a column: the typed value for the topics that have the field, null for the others."""
    owners = [contract.topic for contract in contracts.topics if any(one.name == field.name for one in contract.fields)]
    value = typed(field, f"raw.{field.name}")
    if len(owners) == len(contracts.topics):
        return value
    return f"case when topic in ({', '.join(map(repr, owners))}) then {value} end"


def is_json_object() -> str:
    """Return the SQL of: the value is one JSON object in UTF-8, and nothing after it.

    The JSON reader stops behind the first object; in brackets a second one counts and other text fails.
    """
    return (
        "text is not null and is_valid_utf8(text) and json_array_length(concat('[', text, ']')) <=> 1"
        f" and raw is not null and (raw.{CORRUPT} is null or"
        " coalesce(schema_of_variant(try_parse_json(text)) like 'OBJECT%', false))"
    )


def has_wrong_type(fields: Iterable[Field]) -> str:
    """Return the SQL of: a field is there but not of its type."""
    checks = [check for field in fields for check in wrong_type_checks(field, f"raw.{field.name}")]
    return " or ".join((f"raw.{CORRUPT} is not null", *(f"coalesce({check}, false)" for check in checks)))


def wrong_type_checks(field: Field, value: str) -> list[str]:
    """Return the SQL checks of one field, those of an array's elements included."""
    if field.items:
        inner = [check for item in field.items for check in wrong_type_checks(item, f"item.{item.name}")]
        return [f"exists({value}, item -> {check})" for check in inner]
    if field.type.startswith("decimal"):
        return [f"not {value} rlike '{decimal_pattern(field.type)}'"]
    if field.type.startswith(TEXT_FIRST):
        return [f"{value} is not null and {typed(field, value)} is null"]
    if field.type == "string" and value.startswith("raw."):
        # The JSON reader gives an object or array, asked for as a string, as its text.
        return [f"{value} rlike '^[{{\\\\[]' and try_parse_json({value}) is not null"]
    return []


def broken_rule(contracts: Iterable[Contract]) -> Column:
    """Return the first rule that an event breaks, or null; the order is the contract's, so that it is stable."""
    verdicts = F.lit(None).cast("string")
    for contract in contracts:
        checks = [F.when(F.expr(rule.broken), F.lit(rule.name)) for rule in all_rules(contract)]
        verdicts = F.when(F.col("topic") == contract.topic, F.coalesce(*checks)).otherwise(verdicts)
    return verdicts


def all_rules(contract: Contract) -> list[Rule]:
    """Return the checks of every event followed by the topic's own."""
    return [
        Rule("unmappable", "raw_row is not null", "A row of a file that cannot become an event."),
        Rule("not_json", "not is_json", "The value is one JSON object in UTF-8."),
        Rule("wrong_type", "has_wrong_type", "A field is of its type."),
        Rule("unknown_schema_version", f"schema_version <> {contract.version}", "The version is the contract's."),
        *(rule for field in contract.fields for rule in missing_rules(field)),
        Rule("from_the_future", f"occurred_at > arrived_at + {FUTURE}", "An event lies before its arrival."),
        *contract.rules,
    ]


def missing_rules(field: Field) -> list[Rule]:
    """Return the checks that a required field is there, and those of an array's elements."""
    if not field.required:
        return []
    rule = Rule(f"missing_{field.name}", is_missing(field, field.name), "A required field is there.")
    items = [
        Rule(
            f"missing_{field.name}_{item.name}",
            f"exists({field.name}, item -> {is_missing(item, f'item.{item.name}')})",
            "A required field is there.",
        )
        for item in field.items
        if item.required
    ]
    return [rule, *items]


def is_missing(field: Field, value: str) -> str:
    """Return the SQL of: null, or text without a letter in it."""
    return f"({value} is null or trim({value}) = '')" if field.type == "string" else f"{value} is null"
