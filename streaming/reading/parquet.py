"""The rows of a Parquet file, a few thousand at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from common.errors import UsageError
from streaming.reading.tables import Row

ROWS_AT_ONCE = 5_000
BUFFER_BYTES = 1 << 20


def parquet_rows(path: Path) -> Iterator[Row]:
    """Yield the rows with their numbers, the columns' names first; the fields of a struct are columns of their own.

    Raises:
        UsageError: the file is damaged, or a time in it is none.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        # Column chunks are read piece by piece, so memory does not hang on how large a group of rows is.
        with parquet.ParquetFile(path, pre_buffer=False, buffer_size=BUFFER_BYTES) as file:
            yield 0, flat(file.schema_arrow.empty_table()).column_names
            number = 1
            for batch in file.iter_batches(ROWS_AT_ONCE, use_threads=False):
                table = flat(pa.Table.from_batches([batch]))
                for row in zip(*(values(path, table, place) for place in range(table.num_columns)), strict=True):
                    yield number, row
                    number += 1
    except pa.ArrowException as error:
        reason = str(error).partition("\n")[0]
        raise UsageError(f"{path}: the Parquet file is damaged or cut short ({reason}); fetch it again") from None


def flat(table: Any) -> Any:
    """Return a table without structs."""
    import pyarrow as pa

    while any(pa.types.is_struct(one.type) for one in table.schema):
        table = table.flatten()
    return table


def values(path: Path, table: Any, place: int) -> list[Any]:
    """Return a column's cells: times to the microsecond, short floating-point numbers as they are written."""
    import pyarrow as pa
    from pyarrow import compute

    column, name = table.column(place), table.column_names[place]
    try:
        if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
            column = compute.cast(column, pa.timestamp("us", column.type.tz), safe=False)
        if pa.types.is_float32(column.type) or pa.types.is_float16(column.type):
            return [None if one is None else float(str(one)) for one in column.to_numpy(zero_copy_only=False)]
        return list(column.to_pylist())
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{path}: column {name!r} has a time that is none ({error}); export it as text") from None
