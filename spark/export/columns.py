"""A column on its way from Delta to PostgreSQL: its type there, its text in between, its checksum on both sides.

A checksum is an exact number, so that both engines must agree to the last digit; that is why binary floating point,
whose sum depends on the order of the rows, is refused.
"""

from dataclasses import dataclass

from pyspark.sql.types import (
    BooleanType,
    ByteType,
    DataType,
    DateType,
    DecimalType,
    IntegerType,
    LongType,
    ShortType,
    StringType,
    StructField,
    TimestampNTZType,
    TimestampType,
)

from spark.common.errors import UserError


@dataclass(frozen=True)
class Kind:
    """How a type travels.

    `spark_sum` and `postgres_sum` are the number that one value adds to the checksum; `text` is the value as COPY reads
    it, and `{}` stands for the quoted column.
    """

    postgres: str
    spark_sum: str
    postgres_sum: str
    text: str = "cast({} as string)"


NUMBER = ("cast({} as decimal(38, 0))", "{}")
BOOLEAN = Kind("boolean", "if({}, 1, 0)", "case when {} then 1 else 0 end")
STRING = Kind("text", "crc32(cast({} as binary))", "crc32(convert_to({}, 'UTF8'))", "{}")
DATE = Kind("date", "unix_date({})", "{} - date '1970-01-01'")
INSTANT = Kind(
    "timestamp with time zone",
    "cast(unix_micros({}) as decimal(38, 0))",
    "extract(epoch from {}) * 1000000",
    "concat(date_format({}, 'yyyy-MM-dd HH:mm:ss.SSSSSS'), '+00')",
)
LOCAL = Kind(
    "timestamp without time zone",
    "cast(unix_micros(cast({} as timestamp)) as decimal(38, 0))",
    "extract(epoch from {}) * 1000000",
)
KINDS: dict[type[DataType], Kind] = {
    ByteType: Kind("smallint", *NUMBER),
    ShortType: Kind("smallint", *NUMBER),
    IntegerType: Kind("integer", *NUMBER),
    LongType: Kind("bigint", *NUMBER),
    BooleanType: BOOLEAN,
    StringType: STRING,
    DateType: DATE,
    TimestampType: INSTANT,
    TimestampNTZType: LOCAL,
}


@dataclass(frozen=True)
class Column:
    """A column of an exported table."""

    name: str
    kind: Kind

    @property
    def spark_checksum(self) -> str:
        """Return the aggregate over the Delta table."""
        return f"cast(coalesce(sum({self.kind.spark_sum.format(f'`{self.name}`')}), 0) as string)"

    @property
    def postgres_checksum(self) -> str:
        """Return the aggregate over the PostgreSQL table."""
        name = f'"{self.name}"'
        return f"coalesce(sum(({self.kind.postgres_sum.format(name)})::numeric), 0)::text"

    @property
    def text(self) -> str:
        """Return the Spark expression of the value as COPY reads it."""
        return f"{self.kind.text.format(f'`{self.name}`')} as `{self.name}`"


def column(table: str, field: StructField) -> Column:
    """Return how a column of a Delta table travels.

    Raises:
        UserError: its type has no exact counterpart.
    """
    kind = field.dataType
    if isinstance(kind, DecimalType):
        return Column(field.name, Kind(f"numeric({kind.precision},{kind.scale})", "{}", "{}"))
    if type(kind) in KINDS:
        return Column(field.name, KINDS[type(kind)])
    name = kind.simpleString()
    remedy = "cast it to decimal in the model" if name in ("double", "float") else "export its parts instead"
    raise UserError(f"{table}.{field.name} is {name}, which cannot be compared exactly after export; {remedy}")


def differences(wanted: dict[str, str], found: dict[str, str]) -> list[str]:
    """Return the names whose checksums differ; numbers are compared as numbers, whatever their trailing zeros."""
    return [name for name, value in wanted.items() if canonical(value) != canonical(found.get(name, ""))]


def canonical(number: str) -> str:
    """Return a decimal text without trailing zeros."""
    return (number.rstrip("0").rstrip(".") or "0") if "." in number else number
