"""What a table is in PostgreSQL: its columns, its key and its indexes, as they are to be and as they are."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from common.dbt_manifest import TARGET_SCHEMA, Export
from spark.export.columns import Column, identifier
from spark.export.store import Store

PRIMARY, UNIQUE, PLAIN = "primary key", "unique index", "index"
COLUMNS = """
    select attname::text, format_type(atttypid, atttypmod)
    from pg_attribute
    where attrelid = to_regclass({}) and attnum > 0 and not attisdropped
    order by attnum
"""
INDEXES = """
    select
        case when indisprimary then 'primary key' when indisunique then 'unique index' else 'index' end,
        (select array_agg(attname::text order by place)
         from unnest(indkey::int2[]) with ordinality as keys (number, place)
         join pg_attribute on attrelid = indrelid and attnum = number)
    from pg_index
    where indrelid = to_regclass({})
"""


@dataclass(frozen=True, order=True)
class Index:
    """An index: what it is for, and its columns in order."""

    kind: str
    columns: tuple[str, ...]

    def statement(self, table: str) -> str:
        """Return the statement that makes it on a table."""
        columns = ", ".join(map(identifier, self.columns))
        if self.kind == PRIMARY:
            return f"alter table {table} add primary key ({columns})"
        return f"create {self.kind} on {table} ({columns}){' nulls not distinct' if self.kind == UNIQUE else ''}"


@dataclass(frozen=True)
class Shape:
    """The columns of a table as (name, type), in order, and its indexes; both empty where there is no table."""

    columns: tuple[tuple[str, str], ...]
    indexes: frozenset[Index]


def target(export: Export, columns: Sequence[Column], required: Collection[str]) -> Shape:
    """Return what a table is to be; a key of which a part may be null is a unique index, to which nulls are equal."""
    return Shape(tuple((column.name, column.kind.postgres) for column in columns), frozenset(indexes(export, required)))


def indexes(export: Export, required: Collection[str]) -> Iterator[Index]:
    """Yield the index of the key and those that the model asks for."""
    if export.grain:
        yield Index(PRIMARY if set(export.grain) <= set(required) else UNIQUE, export.grain)
    for columns in export.indexes:
        yield Index(PLAIN, columns)


def current(store: Store, export: Export) -> Shape:
    """Return what a table is."""
    columns = tuple((name, kind) for name, kind in store.rows(COLUMNS, export.target))
    return Shape(columns, frozenset(Index(kind, tuple(names)) for kind, names in store.rows(INDEXES, export.target)))


def create(store: Store, export: Export, shape: Shape) -> None:
    """Make a table without its indexes, which are cheaper to make once it is filled."""
    parts = ", ".join(f"{identifier(name)} {kind}" for name, kind in shape.columns)
    store.execute(f"create table {table(export)} ({parts})")


def table(export: Export) -> str:
    """Return the table's full name as SQL reads it."""
    return f"{TARGET_SCHEMA}.{identifier(export.table)}"
