"""What may be asked of a table, and the query of a question: text from outside is a value in it, never a part of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, LiteralString

from psycopg import sql

from common.errors import UsageError

LONGEST_VALUE = 200
PAGE = 25
LAST_PAGE = 1_000
Parameters = Mapping[str, str]


class UnknownError(UsageError):
    """The address asks for something that is not there."""


@dataclass(frozen=True)
class Filter:
    """A filter of a table.

    `condition` has the value as `%(<name>)s`. Where there are `choices`, (value, what a person reads), no other value
    is one; without, the value is any text.
    """

    name: str
    label: str
    condition: LiteralString
    choices: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Table:
    """A table that a page shows and a reader can take home.

    Its columns are the fields of `kind`, and it can be sorted by each of them; `source` is what stands behind `from`,
    `relations` what must exist for it, `key` what makes the order of equal rows the same each time.
    """

    name: str
    title: str
    kind: type[Any]
    source: LiteralString
    relations: Sequence[str]
    filters: Sequence[Filter]
    key: Sequence[str]
    sort: str
    descending: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(field.name for field in fields(self.kind))


@dataclass(frozen=True)
class Question:
    """What was asked of a table: values of filters, which are not empty, an order and a page of the rows."""

    table: Table
    values: Mapping[str, str]
    sort: str
    descending: bool
    page: int = 1

    def select(self) -> sql.Composed:
        """Return the query of all its rows."""
        return sql.SQL("select {columns} from {source} where {conditions} order by {order}").format(
            columns=sql.SQL(", ").join(map(sql.Identifier, self.table.columns)),
            source=sql.SQL(self.table.source),
            conditions=self.conditions(),
            order=self.order(),
        )

    def select_page(self) -> sql.Composed:
        """Return the query of the rows of its page, and one more where there is a next one."""
        return self.select() + sql.SQL(" limit {} offset {}").format(PAGE + 1, PAGE * (self.page - 1))

    def count(self) -> sql.Composed:
        """Return the query of the number of its rows."""
        return sql.SQL("select count(*) from {} where {}").format(sql.SQL(self.table.source), self.conditions())

    def conditions(self) -> sql.Composable:
        """Return the conditions of its filters, joined."""
        conditions = [sql.SQL(one.condition) for one in self.table.filters if one.name in self.values]
        return sql.SQL(" and ").join(conditions) if conditions else sql.SQL("true")

    def order(self) -> sql.Composable:
        """Return its order; what is not known stands last in both directions."""
        direction = sql.SQL(" desc nulls last" if self.descending else " asc nulls last")
        rest = [sql.Identifier(name) for name in self.table.key if name != self.sort]
        return sql.SQL(", ").join([sql.Identifier(self.sort) + direction, *rest])

    def words(self) -> list[tuple[str, str]]:
        """Return its filters as a person reads them."""
        return [(one.label, dict(one.choices).get(self.values[one.name], self.values[one.name]))
                for one in self.table.filters if one.name in self.values]  # fmt: skip


def ask(table: Table, parameters: Mapping[str, str]) -> Question:
    """Return the question that the parameters of an address put to a table.

    Raises:
        UnknownError: a filter, a choice of it, a column or a page that is not there; the text names it.
    """
    known = {one.name: one for one in table.filters}
    for name in parameters.keys() - known.keys() - {"sort", "page"}:
        raise UnknownError(f"{table.name} cannot be filtered by {name[:40]!r}, but by {', '.join(known)}")
    values = {name: checked(known[name], value) for name, value in parameters.items() if value and name in known}
    sort = parameters.get("sort") or ("-" if table.descending else "") + table.sort
    column = sort.removeprefix("-")
    if column not in table.columns:
        raise UnknownError(f"{table.name} has no column {column[:40]!r} to sort by, but {', '.join(table.columns)}")
    return Question(table, values, column, sort.startswith("-"), page_number(parameters.get("page") or "1"))


def checked(one: Filter, value: str) -> str:
    """Return the value of a filter.

    Raises:
        UnknownError: it is none of the choices, too long, or holds what no text of PostgreSQL can.
    """
    if one.choices and value not in dict(one.choices):
        raise UnknownError(f"{one.name} is one of {', '.join(name for name, _ in one.choices)}, not {value[:40]!r}")
    if len(value) > LONGEST_VALUE or "\0" in value:
        raise UnknownError(f"the value of {one.name} is longer than {LONGEST_VALUE} characters, or no text")
    return value


def page_number(text: str) -> int:
    """Return the number of a page.

    Raises:
        UnknownError: it is no number, or too large.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= LAST_PAGE):
        raise UnknownError(f"a page is a number from 1 to {LAST_PAGE:,}, not {text[:40]!r}")
    return int(text)


def require_names(asked: Mapping[str, str], *names: str) -> None:
    """Refuse parameters that a page does not know.

    Raises:
        UnknownError: there is one; the text names it.
    """
    for name in asked.keys() - set(names):
        raise UnknownError(f"this page knows {' and '.join(names)}, not {name[:40]!r}")
