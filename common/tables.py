"""The lake's tables outside dbt: how they are created, read and written.

Every table here is created empty from its declaration when the platform comes up, so that dbt and the jobs find it on
a platform that was never fed; only the job that owns a table writes its rows.
"""

from collections.abc import Mapping
from datetime import datetime

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from common.contracts import bronze
from common.errors import UserError
from common.lake_reader import maker
from common.live_tables import LAKE
from common.prediction_tables import PREDICTIONS
from common.settings import Settings


def ddl(settings: Settings) -> list[str]:
    """Return the statements that create the schemas and every declared table, in order."""
    schemas = [f"create schema if not exists {name}" for name in ("bronze", "predictions", "live")]
    return [*schemas, *bronze.ddl(settings), *(table.ddl() for table in (*PREDICTIONS, *LAKE))]


def read(spark: SparkSession, name: str, as_of: datetime | None = None) -> DataFrame:
    """Return a table of the lake, all of it or the rows of one as-of date.

    Raises:
        UserError: there is no such table yet, or another version of this project has made it.
    """
    try:
        frame = spark.read.table(name)
    except AnalysisException as error:
        if error.getCondition() not in ("TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND"):
            raise
        raise UserError(f"the lake has no table {name}; run {maker(name)} first") from None
    if unlike := differences(frame, declared_columns(name)):
        raise UserError(
            f"{name} is of another version of this project: {unlike}; start a new platform beside it (STATE_DIR, "
            "PORT_BASE), or `make reset`"
        )
    return frame if as_of is None else frame.where(F.col("as_of") == instant(as_of))


def declared_columns(name: str) -> dict[str, str]:
    """Return the columns and types that a table of predictions or live is declared with; none of other tables."""
    declared = (table for table in (*PREDICTIONS, *LAKE) if table.name == name)
    return {column: kind.removesuffix(" not null") for table in declared for column, kind, _ in table.columns}


def differences(frame: DataFrame, declared: Mapping[str, str]) -> str:
    """Return in words which declared columns a table lacks or has with another type; nothing where it has them all."""
    held = dict(frame.dtypes)
    lacking = ", ".join(column for column in declared if column not in held)
    other = [
        f"column {one} is {held[one]}, not {kind}" for one, kind in declared.items() if held.get(one, kind) != kind
    ]
    return ", ".join([f"it has no column {lacking}"] * bool(lacking) + other)


def instant_sql(moment: datetime) -> str:
    """Return a naive UTC datetime as a SQL literal, whatever the time zone of this Python is."""
    return f"timestamp'{moment:%Y-%m-%d %H:%M:%S} UTC'"


def instant(moment: datetime) -> Column:
    """Return a naive UTC datetime as a column."""
    return F.expr(instant_sql(moment))


def replace(frame: DataFrame, name: str, as_of: datetime) -> None:
    """Put `frame` in place of the rows of one as-of date, in one commit; the same again leaves the same table."""
    replace_where(frame, name, F.col("as_of") == instant(as_of))


def replace_where(frame: DataFrame, name: str, where: Column) -> None:
    """Put `frame` in place of the rows for which `where` holds, as it must for its own rows, in one commit."""
    if read(frame.sparkSession, name).where(where).isEmpty():
        # To take away what is not there, Delta runs four queries; but only then it compares the new rows.
        foreign = F.raise_error(F.lit(f"{name}: a row is not of those that it replaces")).cast("boolean")
        append(frame.where(F.when(where, F.lit(True)).otherwise(foreign)), name)
    else:
        # By `saveAsTable`, the same write would be a replacement of the whole table in the catalogue.
        frame.select(*columns_of(frame.sparkSession, name)).coalesce(1).writeTo(name).overwrite(where)


def append(frame: DataFrame, name: str) -> None:
    """Add the rows of `frame` in one commit."""
    columns = columns_of(frame.sparkSession, name)
    frame.select(*columns).coalesce(1).writeTo(name).append()


def columns_of(spark: SparkSession, name: str) -> list[str]:
    """Return a table's columns in their stored order."""
    return read(spark, name).columns
