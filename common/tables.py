"""The lake's tables outside dbt: how they are created, read and written.

Every table here is created empty from its declaration when the platform comes up, so that dbt and the jobs find it on
a platform that was never fed; only the job that owns a table writes its rows.
"""

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
        UserError: there is no such table yet, or an earlier version of this project has made it.
    """
    try:
        frame = spark.read.table(name)
    except AnalysisException as error:
        if error.getCondition() not in ("TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND"):
            raise
        raise UserError(f"the lake has no table {name}; run {maker(name)} first") from None
    lacking = [column for column in declared_columns(name) if column not in frame.columns]
    if lacking:
        raise UserError(
            f"{name} is of an earlier version of this project: it has no column {', '.join(lacking)}; start a new "
            "platform beside it (STATE_DIR, PORT_BASE), or `make reset`"
        )
    return frame if as_of is None else frame.where(F.col("as_of") == instant(as_of))


def declared_columns(name: str) -> list[str]:
    """Return the columns that a table of predictions or live is declared with; none where another part declares it."""
    return [column for table in (*PREDICTIONS, *LAKE) if table.name == name for column, _, _ in table.columns]


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
