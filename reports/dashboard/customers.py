"""What the marts and the alerts know of customers: counts by attribute, and everything about one of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from psycopg import sql

from reports.dashboard.catalogue import CUSTOMERS, DAYS, Customer, Day
from reports.dashboard.store import Reader
from reports.dashboard.tables import PAGE, Question, Table, ask

# What customers are counted by: the filter that a bar leads to, and the column that it is of.
FACETS = {
    "risk": "risk",
    "rfm": "rfm_segment",
    "model": "model_segment",
    "rule": "rule_segment",
    "city": "city",
    "membership": "membership_type",
    "satisfaction": "satisfaction_level",
    "source": "source",
}
VALUES = 200
MOVEMENTS = "reporting.segment_movements"


@dataclass(frozen=True)
class Share:
    """Customers with one value of an attribute, and those of them at risk."""

    value: str
    customers: int
    at_risk: int


@dataclass(frozen=True)
class Counted:
    """The same as it comes from PostgreSQL; `place` says which attribute it is of."""

    place: int
    value: str | None
    customers: int
    at_risk: int


@dataclass(frozen=True)
class Movement:
    """The segment of a customer some time ago and at `as_of`, where they differ, and the measures that moved it."""

    from_segment: str | None
    to_segment: str
    moved_by: str
    from_as_of: datetime
    as_of: datetime


@dataclass(frozen=True)
class Portrait:
    """What the marts know of one customer; `movement` is None where it stayed in its segment."""

    customer: Customer
    movement: Movement | None
    days: Sequence[Day]


def facets(reader: Reader, question: Question) -> tuple[int, dict[str, list[Share]]]:
    """Return how many customers a question has, and their shares by each attribute.

    Of an attribute that is asked for every value counts, not that one alone, so that another can be chosen.
    """
    counted = count_by(reader, question, list(FACETS))
    for name in FACETS.keys() & question.values.keys():
        others = {one: value for one, value in question.values.items() if one != name}
        counted[name] = count_by(reader, replace(question, values=others), [name])[name]
    return sum(one.customers for one in counted.pop("")), counted


def count_by(reader: Reader, question: Question, names: Sequence[str]) -> dict[str, list[Share]]:
    """Return the customers of a question by some attributes, in one pass, and under an empty name all of them."""
    columns = [sql.Identifier(FACETS[name]) for name in names]
    query = sql.SQL(
        "select grouping({columns}) as place, coalesce({columns}) as value, count(*) as customers,"
        " count(*) filter (where risk <> 'none') as at_risk from {source} where {conditions}"
        " group by grouping sets ({sets}, ())"
    ).format(
        columns=sql.SQL(", ").join(columns),
        source=sql.SQL(CUSTOMERS.source),
        conditions=question.conditions(),
        sets=sql.SQL(", ").join(sql.SQL("({})").format(column) for column in columns),
    )
    # `grouping` has a bit for each column, the first one the highest, that is 0 where rows are grouped by it.
    every = 2 ** len(names) - 1
    name_of = {every: "", **{every - 2**place: name for place, name in enumerate(reversed(names))}}
    found: dict[str, list[Share]] = {name: [] for name in name_of.values()}
    for row in reader.rows(Counted, query, question.values):
        if row.value is not None or not name_of[row.place]:
            found[name_of[row.place]].append(Share(row.value or "", row.customers, row.at_risk))
    return {
        name: sorted(shares, key=lambda one: (-one.customers, one.value))[:VALUES] for name, shares in found.items()
    }


def portrait(reader: Reader, source: str, customer_id: str) -> Portrait | None:
    """Return what the marts know of a customer; None where they do not know it."""
    who = {"source": source, "customer_id": customer_id}
    query = sql.SQL(
        "select {columns} from {source} where source = %(source)s and customer_id = %(customer_id)s"
    ).format(columns=sql.SQL(", ").join(map(sql.Identifier, CUSTOMERS.columns)), source=sql.SQL(CUSTOMERS.source))
    customers = reader.rows(Customer, query, who)
    if not customers:
        return None
    return Portrait(customers[0], movement(reader, who), rows_of(reader, DAYS, source, customer_id))


def movement(reader: Reader, who: dict[str, str]) -> Movement | None:
    """Return how a customer came into its segment, where the marts say it."""
    if reader.missing([MOVEMENTS]):
        return None
    query = sql.SQL(
        "select from_segment, to_segment, moved_by, from_as_of, as_of from reporting.segment_movements"
        " where source = %(source)s and customer_id = %(customer_id)s"
    )
    return next(iter(reader.rows(Movement, query, who)), None)


def rows_of(reader: Reader, table: Table, source: str, customer_id: str) -> list[Any]:
    """Return the newest rows about a customer of a table; none where it is not there."""
    if reader.missing(table.relations):
        return []
    question = ask(table, {"source": source, "customer": customer_id})
    return reader.rows(table.kind, question.select_page(), question.values)[:PAGE]
