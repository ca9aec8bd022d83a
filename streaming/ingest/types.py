"""The contracts' types: what the JSON reader is asked for, how it becomes the type, and when it is not of the type.

Spark's JSON reader rounds decimals, drops thousands separators and takes numbers for instants: these come as text.
"""

from spark.common.contracts import Field

CORRUPT = "_corrupt"
TEXT_FIRST = ("decimal", "timestamp", "date")
INSTANT = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$"
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
SEPARATOR = "\x1f"
# A value that nothing has: an array that holds it, or a null, is refused.
NOTHING = {"string": "''", "int": "-2147483648", "bigint": "-9223372036854775808L"}


def json(field: Field) -> str:
    """Return the type that the JSON reader is asked for."""
    if field.items:
        return f"array<struct<{', '.join(f'{item.name}: {json(item)}' for item in field.items)}>>"
    return "string" if field.type.startswith(TEXT_FIRST) else field.type


def typed(field: Field, value: str) -> str:
    """Return the SQL of a field's value in its type; null where the text is not of the type."""
    if field.items:
        return f"try_cast({value} as {field.sql_type})"
    if field.type.startswith("timestamp"):
        return f"case when {value} rlike '{INSTANT}' then try_cast({value} as timestamp) end"
    if field.type.startswith("date"):
        return f"case when {value} rlike '{DAY}' then try_cast({value} as date) end"
    if field.type.startswith("decimal"):
        return f"case when {value} rlike '^{decimal_pattern(field.type)}$' then try_cast({value} as {field.type}) end"
    if field.type == "string":
        return f"case when not ({is_nested(value)}) then {value} end"
    return value


def decimal_pattern(sql_type: str) -> str:
    """Return the pattern of a number that fits `decimal(precision,scale)` without rounding."""
    precision, scale = (int(part) for part in sql_type.removeprefix("decimal(").rstrip(")").split(","))
    return f"-?[0-9]{{1,{precision - scale}}}([.][0-9]{{1,{scale}}}0*)?"


def wrong(field: Field, value: str) -> list[str]:
    """Return the SQL checks of one field: it is there, but not of its type.

    What the JSON reader itself finds stands in the corrupt record; these are the types that come as text.
    """
    if field.items:
        decimals = [item for item in field.items if item.type.startswith("decimal")]
        return [holds_other(joined(f"{value}.{item.name}"), decimal_pattern(item.type)) for item in decimals]
    if field.type.startswith(TEXT_FIRST):
        return [f"{value} is not null and {typed(field, value)} is null"]
    if field.type == "string":
        return [is_nested(value)]
    return []


def is_nested(value: str) -> str:
    """Return the SQL of: a text is an object or array, which the JSON reader gives as its text where it is asked so."""
    return f"(startswith({value}, '{{') or startswith({value}, '[')) and try_parse_json({value}) is not null"


def holds_other(texts: str, pattern: str) -> str:
    """Return the SQL of: one of the joined texts is not of a pattern.

    It looks for the one that is not; a pattern that repeats over all of them would fill the stack with a long order.
    """
    return f"{texts} <> '' and {texts} rlike '(^|{SEPARATOR})(?!{pattern}({SEPARATOR}|$))'"


def joined(values: str) -> str:
    """Return the SQL of an array's texts in one, so that one look at it tells of all."""
    return f"array_join({values}, '{SEPARATOR}')"


def has_missing(item: Field, values: str) -> str:
    """Return the SQL of: an array holds a null, or text without a letter in it.

    `array_contains` answers null, not false, where a null stands among others that are not the one.
    """
    if item.type not in NOTHING:
        return f"coalesce(array_contains(cast({values} as array<string>), ''), true)"
    missing = f"coalesce(array_contains({values}, {NOTHING[item.type]}), true)"
    if item.type != "string":
        return missing
    return f"{missing} or {joined(values)} rlike '(^|{SEPARATOR}) +({SEPARATOR}|$)'"
