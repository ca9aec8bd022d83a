"""The marts that models read, as dbt built them: their columns, each with its type, and the as-of date they are of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession

from common import tables
from common.errors import UserError
from common.run_bounds import RunBounds
from spark.ml.registry import Version


@dataclass(frozen=True)
class Mart:
    """A table of dbt's that a model reads, and the columns that it needs."""

    name: str
    columns: Sequence[str]

    def read(self, spark: SparkSession) -> DataFrame:
        """Return the table.

        Raises:
            UserError: it lacks a column.
        """
        frame = tables.read(spark, self.name)
        require_columns(frame, self)
        return frame


def require_columns(frame: DataFrame, mart: Mart) -> None:
    """Raise where a mart lacks a column.

    Raises:
        UserError: it does; the text says which.
    """
    missing = [column for column in mart.columns if column not in frame.columns]
    if missing:
        raise UserError(f"{mart.name} has no column {', '.join(missing)}; run `make marts`, which builds it again")


def typed_names(frame: DataFrame, columns: Sequence[str]) -> list[str]:
    """Return columns of a table, each with its type: "recency_days int"."""
    types = column_types(frame)
    return [f"{column} {types[column]}" for column in columns]


def column_types(frame: DataFrame) -> dict[str, str]:
    """Return the type of each column, by name."""
    return {field.name: field.dataType.simpleString() for field in frame.schema}


def changes(version: Version, frame: DataFrame) -> list[str]:
    """Return what has changed of the columns that a model reads, in words; empty where it can score the frame."""
    types = column_types(frame)
    wanted: Mapping[str, str] = dict(feature.split(" ", 1) for feature in version.features)
    return [
        f"{name} is {types[name]}, was {kind}" if name in types else f"{name} is gone"
        for name, kind in wanted.items()
        if types.get(name) != kind
    ]


def require_features(version: Version, frame: DataFrame, name: str) -> None:
    """Raise where the columns of a table are not those that the model learned from.

    Raises:
        UserError: they have changed; the text says which.
    """
    differences = changes(version, frame)
    if differences:
        raise UserError(
            f"{name} has changed since {version.task} {version.version} was trained: {'; '.join(differences)}; "
            f"run `make marts` if it is old, or `make train` and `make promote TASK={version.task}` for a model of "
            "what it is now"
        )


def require_rows_now(frame: DataFrame, name: str, bounds: RunBounds, moment: str = "as_of") -> None:
    """Raise where a feature table has rows, but none at the as-of date of any source: dbt built it for another run.

    Raises:
        UserError: the table is of another run.
    """
    if frame.where(bounds.is_now(moment)).isEmpty() and not frame.isEmpty():
        raise UserError(f"{name} has no rows as of {bounds.as_of:%Y-%m-%d}, the run's date; run `make marts` again")
