"""The SQL of a contract's rules as functions of Python, for where no engine runs.

Null is None, and what is compared with it is null, as SQL has it. What is not known here is said, and not guessed.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Context, Decimal, InvalidOperation
from functools import partial
from operator import ge, gt, le, lt
from typing import Any

import sqlglot
from sqlglot import errors, exp

Values = Mapping[str, Any]
Judged = Callable[[Values], Any]
# Spark counts a null as -1 elements where its ANSI rules are off, as they are in a stream.
SIZE_OF_NULL = -1
# Twice a decimal of Spark, so that a product is exact.
EXACT = Context(prec=76)


class UnknownSqlError(Exception):
    """A rule says what is not known here; the text names it."""


def compiled(sql: str) -> Judged:
    """Return what tells of an event's values, by the names of its fields, whether a rule is broken; None for null.

    Raises:
        UnknownSqlError: the rule says what is not known here.
    """
    try:
        return of(sqlglot.parse_one(sql, read="spark"))
    except errors.SqlglotError:
        raise UnknownSqlError("not read as SQL") from None


def of(node: exp.Expr) -> Judged:
    """Return an expression as a function of an event's values."""
    if type(node) in FORMS:
        return FORMS[type(node)](node)
    name = str(node.this) if isinstance(node, exp.Anonymous) else type(node).__name__
    call = CALLS.get(name.lower())
    if call is None:
        raise UnknownSqlError(f"{name.lower()} is not known")
    parts = node.expressions if isinstance(node, exp.Anonymous) else [*filter(None, (node.this, node.expression))]
    arguments = [of(part) for part in (*parts, *([] if isinstance(node, exp.Anonymous) else node.expressions))]
    return lambda values: call(*[argument(values) for argument in arguments])


def column(node: exp.Column) -> Judged:
    """Return a field, or of an array the field of each element."""
    name, array = node.name.lower(), node.table.lower()
    if not array:
        return lambda values: values.get(name)
    return lambda values: None if values.get(array) is None else [one and one.get(name) for one in values[array]]


def literal(node: exp.Literal) -> Judged:
    """Return a text or a number."""
    value: Any = node.this if node.is_string else Decimal(node.this)
    return lambda _: value


def negated(node: exp.Not) -> Judged:
    """Return the opposite; of null null."""
    inner = of(node.this)
    return lambda values: None if (found := inner(values)) is None else not found


def connected(node: exp.Connector) -> Judged:
    """Return `and` or `or`: where one side settles it, null on the other side does not matter."""
    settles, sides = isinstance(node, exp.Or), [of(node.left), of(node.right)]

    def judge(values: Values) -> Any:
        found = [side(values) for side in sides]
        return settles if settles in found else None if None in found else not settles

    return judge


def within(node: exp.In) -> Judged:
    """Return whether a value is one of some."""
    if node.args.get("query") or node.args.get("unnest"):
        raise UnknownSqlError("in a query is not known")
    inner, choices = of(node.this), [of(one) for one in node.expressions]

    def judge(values: Values) -> Any:
        value, found = inner(values), [choice(values) for choice in choices]
        if value is None or not found:
            return None
        return True if any(equal(value, one) for one in found) else None if None in found else False

    return judge


def between(node: exp.Between) -> Judged:
    """Return whether a value lies between two, both included."""
    return connected(
        exp.And(
            this=exp.GTE(this=node.this.copy(), expression=node.args["low"].copy()),
            expression=exp.LTE(this=node.this.copy(), expression=node.args["high"].copy()),
        )
    )


def as_type(node: exp.Cast) -> Judged:
    """Return a value as a day, the one type that is known; a day is one of UTC."""
    if node.to.this != exp.DataType.Type.DATE:
        raise UnknownSqlError(f"cast to {node.to.sql(dialect='spark').lower()} is not known")
    inner = of(node.this)
    return lambda values: found.date() if isinstance(found := inner(values), datetime) else found


def is_null(node: exp.Is) -> Judged:
    """Return whether a value is null."""
    if not isinstance(node.expression, exp.Null):
        raise UnknownSqlError("is is known of null alone")
    inner = of(node.this)
    return lambda values: inner(values) is None


def alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Return two values of one type; None for a text that is no number beside one."""
    if isinstance(left, str) != isinstance(right, str):
        try:
            return Decimal(left), Decimal(right)
        except (InvalidOperation, TypeError, ValueError):
            return None, None
    return left, right


def equal(left: Any, right: Any) -> bool | None:
    """Return whether two values are equal."""
    left, right = alike(left, right)
    return None if left is None or right is None else left == right


def unequal(left: Any, right: Any) -> bool | None:
    """Return whether two values differ."""
    return None if (found := equal(left, right)) is None else not found


def ordered(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool | None:
    """Return whether two values are in an order."""
    left, right = alike(left, right)
    return None if left is None or right is None else compare(left, right)


def counted(calculate: Callable[[Any, Any], Decimal], left: Any, right: Any = 0) -> Decimal | None:
    """Return what two numbers come to, exactly."""
    return None if left is None or right is None else calculate(Decimal(left), Decimal(right))


def extreme(choose: Callable[[Any], Any], array: Sequence[Any] | None) -> Any:
    """Return the least or greatest of an array; null of one that has none."""
    known = [one for one in array or () if one is not None]
    return choose(known) if known else None


def contains(array: Sequence[Any] | None, value: Any) -> bool | None:
    """Return whether an array has a value."""
    if array is None or value is None:
        return None
    return True if any(equal(one, value) for one in array) else None if None in array else False


def add_months(day: date | None, months: Decimal | None) -> date | None:
    """Return a day so many months later; where the month is shorter, its last day."""
    if day is None or months is None:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + int(months), 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def matches(text: str | None, pattern: str | None) -> bool | None:
    """Return whether a pattern is found in a text."""
    return None if text is None or pattern is None else re.search(pattern, text, re.ASCII) is not None


def applied(function: Callable[[Any], Any], value: Any) -> Any:
    """Return a function of a value; of null null."""
    return None if value is None else function(value)


FORMS: dict[type, Callable[[Any], Judged]] = {
    exp.Column: column,
    exp.Literal: literal,
    exp.Null: lambda _: lambda _: None,
    exp.Boolean: lambda node: lambda _: node.this,
    exp.Paren: lambda node: of(node.this),
    exp.Not: negated,
    exp.And: connected,
    exp.Or: connected,
    exp.In: within,
    exp.Between: between,
    exp.Cast: as_type,
    exp.TryCast: as_type,
    exp.Is: is_null,
}
CALLS: dict[str, Callable[..., Any]] = {
    "eq": equal,
    "neq": unequal,
    **{name: partial(ordered, compare) for name, compare in (("gt", gt), ("gte", ge), ("lt", lt), ("lte", le))},
    "mul": partial(counted, EXACT.multiply),
    "add": partial(counted, EXACT.add),
    "sub": partial(counted, EXACT.subtract),
    "neg": partial(counted, lambda number, _: -number),
    "abs": partial(counted, lambda number, _: abs(number)),
    "arraysize": lambda array: SIZE_OF_NULL if array is None else len(array),
    "arraymin": partial(extreme, min),
    "arraymax": partial(extreme, max),
    "arraycontains": contains,
    "length": partial(applied, len),
    "lower": partial(applied, str.lower),
    "upper": partial(applied, str.upper),
    "coalesce": lambda *found: next((one for one in found if one is not None), None),
    "regexplike": matches,
    "addmonths": add_months,
}
