"""One table from Delta into PostgreSQL, inside the caller's one transaction: replaced, counted, compared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

import adbc_driver_manager as adbc
import pyarrow as pa

from common.dbt_manifest import TARGET_SCHEMA, Export
from common.errors import UserError
from common.lake_reader import LakeTable
from spark.export import shape
from spark.export.columns import Column, differences, identifier
from spark.export.shape import Shape
from spark.export.store import Store, details, primary, refused_row

# What is sent at a time: so many rows or bytes, and what one more batch brings.
CHUNK_ROWS, CHUNK_BYTES = 65_536, 16 * 1024 * 1024
AGAIN = "run `make export` again when no dbt runs"


@dataclass(frozen=True)
class Content:
    """What a table holds: the number of rows, and the non-null values and the checksum of each column."""

    rows: int
    values: dict[str, str]
    checksums: dict[str, str]

    @property
    def digest(self) -> str:
        """Return a hash of all of it."""
        return sha256(repr((self.rows, self.values, self.checksums)).encode()).hexdigest()


@dataclass(frozen=True)
class Loaded:
    """A table that was loaded: what it holds, whether it is new, and whether another of its name made room for it."""

    content: Content
    is_new: bool
    is_replacement: bool


class Tally:
    """Counts what passes on its way from Delta."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self.rows = 0
        self.values = [0] * len(columns)
        self.sums = [0] * len(columns)

    def add(self, rows: pa.Table) -> None:
        """Count some rows."""
        self.rows += rows.num_rows
        for place, (column, values) in enumerate(zip(self.columns, rows.itercolumns(), strict=True)):
            array = values.combine_chunks()
            self.values[place] += len(array) - array.null_count
            self.sums[place] += column.checksum(array)

    @property
    def content(self) -> Content:
        """Return what was counted."""
        names = [column.name for column in self.columns]
        checksums = [column.as_text(total) for column, total in zip(self.columns, self.sums, strict=True)]
        return Content(
            self.rows,
            dict(zip(names, map(str, self.values), strict=True)),
            dict(zip(names, checksums, strict=True)),
        )


def transfer(store: Store, export: Export, lake: LakeTable, columns: Sequence[Column]) -> Loaded:
    """Replace one table's rows and compare them with Delta's.

    Raises:
        UserError: PostgreSQL refuses a row, or holds something else than Delta; the transaction is lost.
    """
    target, current = shape.target(export, columns, lake.required), shape.current(store, export)
    is_same = make_empty(store, export, target, current)
    tally = Tally(columns)
    for rows in chunks(lake.batches()):
        tally.add(rows)
        send(store, export, sendable(rows, columns))
    if not is_same:
        index(store, export, target)
    verify(export, tally.content, content(store, export, columns))
    return Loaded(tally.content, not is_same, bool(current.columns) and not is_same)


def make_empty(store: Store, export: Export, target: Shape, current: Shape) -> bool:
    """Make the table exist without rows; return whether it is the one that was there.

    Rows are deleted rather than truncated, and the table stays the same table, so that whoever reads meanwhile goes
    on reading the old rows and views keep working.
    """
    table = shape.table(export)
    if current == target:
        store.execute(f"delete from {table}")
        return True
    if current.columns:
        store.execute(f"drop table {table} cascade")
    shape.create(store, export, target)
    return False


def chunks(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield the rows in pieces that are large enough to be sent alone."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(one.num_rows for one in held) >= CHUNK_ROWS or sum(one.nbytes for one in held) >= CHUNK_BYTES:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


def sendable(rows: pa.Table, columns: Sequence[Column]) -> pa.Table:
    """Return rows in types that the driver can send."""
    arrays = (
        column.kind.sent_as(one.combine_chunks()) for column, one in zip(columns, rows.itercolumns(), strict=True)
    )
    return pa.Table.from_arrays(list(arrays), names=rows.column_names)


def send(store: Store, export: Export, rows: pa.Table) -> None:
    """Append rows.

    Raises:
        UserError: PostgreSQL refuses one of them, which is named.
    """
    try:
        store.copy(TARGET_SCHEMA, export.table, rows)
    except adbc.DataError as error:
        name, key = refused_row(error, rows, export.grain)
        where = f" where {key}" if key else ""
        raise UserError(
            f"{export.target} cannot hold {export.delta}{name and '.'}{name}{where}: {primary(error)}; nothing was "
            "exported, correct the value where it comes from and build the model again"
        ) from None
    except adbc.IntegrityError as error:
        raise twice(export, error) from None


def index(store: Store, export: Export, target: Shape) -> None:
    """Make the indexes.

    Raises:
        UserError: two rows have the same key.
    """
    try:
        for one in sorted(target.indexes):
            store.execute(one.statement(shape.table(export)))
    except adbc.IntegrityError as error:
        raise twice(export, error) from None


def twice(export: Export, error: adbc.Error) -> UserError:
    """Return what to say of a row that breaks the key."""
    detail = details(error).get("PG_DIAG_MESSAGE_DETAIL") or primary(error)
    return UserError(
        f"{export.delta} breaks its key in {export.target}: {detail.rstrip('.')}; nothing was exported, run "
        "`make marts`, whose tests say more"
    )


def content(store: Store, export: Export, columns: Sequence[Column]) -> Content:
    """Return what the table holds now, as this transaction sees it."""
    counts = [f"count({identifier(column.name)})::text" for column in columns]
    checksums = [column.postgres_checksum for column in columns]
    query = f"select count(*)::text, {', '.join([*counts, *checksums])} from {shape.table(export)}"
    ((rows, *texts),) = store.rows(query)
    names, split = [column.name for column in columns], len(columns)
    values, sums = dict(zip(names, texts[:split], strict=True)), dict(zip(names, texts[split:], strict=True))
    return Content(int(rows), values, sums)


def verify(export: Export, delta: Content, loaded: Content) -> None:
    """Compare what was loaded with what Delta holds.

    Raises:
        UserError: they differ; nothing of the export becomes visible.
    """
    if delta.rows != loaded.rows:
        raise UserError(
            f"{export.target} would hold {loaded.rows:,} rows, {export.delta} holds {delta.rows:,}; nothing was "
            f"exported, {AGAIN}"
        )
    wrong = differences(delta.values, loaded.values) or differences(delta.checksums, loaded.checksums)
    if wrong:
        raise UserError(
            f"{export.target} would differ from {export.delta} in {', '.join(wrong)}; nothing was exported, {AGAIN}"
        )
