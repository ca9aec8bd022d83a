"""A column on its way from Delta to PostgreSQL: its type there, and its checksum on both sides.

A checksum is the sum of one whole number per value, so that both sides must agree to the last digit whatever the order
of the rows. Of floating point and of instants it is the bits, of text the CRC-32.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from common.errors import UserError

SEPARATOR, NULL = "\x1f", "\x1e"
LOW = 0xFFFFFFFF


@dataclass(frozen=True)
class Kind:
    """How a type travels: its name in PostgreSQL, and the checksum of many values on both sides.

    `arrow_sum` is asked of arrays without nulls; `{}` in `postgres_sum` stands for the quoted column. `sent_as` gives
    the values in a type that the driver can send, where it cannot send their own.
    """

    postgres: str
    arrow_sum: Callable[[pa.Array], int]
    postgres_sum: str
    scale: int = 0
    sent_as: Callable[[pa.Array], pa.Array] = lambda array: array


def words(array: pa.Array, per_value: int = 1) -> npt.NDArray[np.int64]:
    """Return the values of an array whose values have 64 bits, or twice as many, without a copy.

    Arrow's own `to_numpy` would load pandas, half a second of every start.
    """
    first = array.offset * per_value
    return np.frombuffer(array.buffers()[1], np.int64)[first : first + len(array) * per_value]


def sum_words(values: npt.NDArray[np.int64]) -> int:
    """Return the exact sum of 64-bit integers, which may be beyond 64 bits."""
    return (int((values >> 32).sum()) << 32) + int((values & LOW).sum())


def sum_integers(array: pa.Array) -> int:
    """Return the sum of integers."""
    return sum_words(words(array.cast(pa.int64())))


def sum_bits(array: pa.Array) -> int:
    """Return the sum of what 64 bits say, read as integers."""
    return sum_words(words(array.view(pa.int64())))


def sum_short_bits(array: pa.Array) -> int:
    """Return the sum of what 32 bits say, read as integers."""
    return sum_integers(array.view(pa.int32()))


def sum_decimals(array: pa.Array) -> int:
    """Return the sum of decimals in units of their last digit; each is two words of 64 bits, the lower one first."""
    pairs = words(array, 2)
    low = pairs[0::2].view(np.uint64)
    lower = (int((low >> np.uint64(32)).sum()) << 32) + int((low & np.uint64(LOW)).sum())
    return (sum_words(pairs[1::2]) << 64) + lower


def sum_texts(array: pa.Array) -> int:
    """Return the sum of the CRC-32 of each text's UTF-8; each different text is looked at once."""
    counts = pc.value_counts(array.cast(pa.binary()))
    sums = np.fromiter(map(crc32, counts.field(0).to_pylist()), np.int64, len(counts))
    return int(np.dot(sums, words(counts.field(1))))


def sum_lists(array: pa.Array) -> int:
    """Return the sum over lists of texts: the CRC-32 of all elements in a row, and how many there are."""
    lists = pa.ListArray.from_arrays(array.offsets, array.values.fill_null(NULL))
    return sum_texts(pc.binary_join(lists, SEPARATOR)) + len(array.flatten())


def sum_maps(array: pa.Array) -> int:
    """Return the sum over maps of texts: the CRC-32 of all names and values in the order of the names, and how many."""
    maps = [sorted(pairs) for pairs in array.to_pylist()]
    joined = (NULL.join(f"{name}{SEPARATOR}{value}" for name, value in pairs) for pairs in maps)
    return sum(crc32(text.encode()) for text in joined) + sum(map(len, maps))


def maps_as_jsonb(array: pa.Array) -> pa.Array:
    """Return maps of texts as what PostgreSQL receives a jsonb by: the number of the form, 1, and the text."""
    texts = (None if pairs is None else json.dumps(dict(pairs), ensure_ascii=False) for pairs in array.to_pylist())
    return pa.array((None if text is None else b"\x01" + text.encode() for text in texts), pa.binary())


JOINED = f"array_to_string({{0}}, chr({ord(SEPARATOR)}), chr({ord(NULL)}))"
# PostgreSQL counts its instants from the year 2000.
EPOCH_2000 = "count({0}) * 946684800000000::numeric"
KINDS: dict[pa.DataType, Kind] = {
    pa.int8(): Kind("smallint", sum_integers, "sum({})"),
    pa.int16(): Kind("smallint", sum_integers, "sum({})"),
    pa.int32(): Kind("integer", sum_integers, "sum({})"),
    pa.int64(): Kind("bigint", sum_integers, "sum({})"),
    pa.bool_(): Kind("boolean", sum_integers, "sum({}::int)"),
    pa.string(): Kind("text", sum_texts, "sum(crc32(convert_to({}, 'UTF8')))"),
    pa.date32(): Kind("date", sum_short_bits, "sum({} - date '1970-01-01')"),
    pa.timestamp("us", "UTC"): Kind(
        "timestamp with time zone",
        sum_bits,
        f"sum(timestamptz_send({{0}})::bigint) + {EPOCH_2000}",
    ),
    pa.timestamp("us"): Kind(
        "timestamp without time zone",
        sum_bits,
        f"sum(timestamp_send({{0}})::bigint) + {EPOCH_2000}",
    ),
    pa.float32(): Kind("real", sum_short_bits, "sum(float4send({})::int)"),
    pa.float64(): Kind("double precision", sum_bits, "sum(float8send({})::bigint)"),
}
TEXTS = Kind("text[]", sum_lists, f"sum(crc32(convert_to({JOINED}, 'UTF8')) + cardinality({{0}}))")

PAIRS = f'string_agg(key || chr({ord(SEPARATOR)}) || value, chr({ord(NULL)}) order by key collate "C")'
TEXTS_BY_NAME = Kind(
    "jsonb",
    sum_maps,
    f"sum((select crc32(convert_to(coalesce({PAIRS}, ''), 'UTF8')) + count(*) from jsonb_each_text({{0}})))",
    sent_as=maps_as_jsonb,
)


@dataclass(frozen=True)
class Column:
    """A column of an exported table."""

    name: str
    kind: Kind

    @property
    def postgres_checksum(self) -> str:
        """Return the aggregate over the PostgreSQL table, a text."""
        return f"coalesce({self.kind.postgres_sum.format(identifier(self.name))}, 0)::text"

    def checksum(self, array: pa.Array) -> int:
        """Return the checksum of values that come from Delta, in units of their last digit."""
        known = array.drop_null()
        return self.kind.arrow_sum(known) if len(known) else 0

    def as_text(self, checksum: int) -> str:
        """Return a checksum in full units."""
        digits = str(abs(checksum)).rjust(self.kind.scale + 1, "0")
        split = len(digits) - self.kind.scale
        return f"{'-' if checksum < 0 else ''}{digits[:split]}{'.' if self.kind.scale else ''}{digits[split:]}"


def column(table: str, field: pa.Field) -> Column:
    """Return how a column of a Delta table travels.

    Raises:
        UserError: its type has no exact counterpart.
    """
    kind = field.type
    if pa.types.is_decimal128(kind):
        name = f"numeric({kind.precision},{kind.scale})"
        return Column(field.name, Kind(name, sum_decimals, "sum({})", kind.scale))
    if pa.types.is_list(kind) and kind.value_type == pa.string():
        return Column(field.name, TEXTS)
    if pa.types.is_map(kind) and kind.key_type == kind.item_type == pa.string():
        return Column(field.name, TEXTS_BY_NAME)
    if kind in KINDS:
        return Column(field.name, KINDS[kind])
    raise UserError(
        f"{table}.{field.name} is {kind}, which cannot be compared exactly after export; export its parts instead"
    )


def identifier(name: str) -> str:
    """Return a name as PostgreSQL reads it."""
    return '"' + name.replace('"', '""') + '"'


def differences(delta: dict[str, str], postgres: dict[str, str]) -> list[str]:
    """Return the names whose checksums differ; numbers are compared as numbers, whatever their trailing zeros."""
    return [name for name, value in delta.items() if canonical(value) != canonical(postgres.get(name, ""))]


def canonical(number: str) -> str:
    """Return a decimal text without trailing zeros."""
    return (number.rstrip("0").rstrip(".") or "0") if "." in number else number
