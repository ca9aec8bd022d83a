"""A contract that gains a field, and what the table then lacks."""

from dataclasses import replace

from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

from common.contracts.bronze import add_columns, lacking
from common.contracts.model import FOLDER, Field, load
from streaming.events import only
from streaming.ingest.landing import records


def types(fields: tuple[Field, ...]) -> dict[str, str]:
    struct = StructType.fromDDL(", ".join(f"`{one.name}` {one.sql_type}" for one in fields))
    assert isinstance(struct, StructType)
    return {field.name: field.dataType.simpleString() for field in struct}


def test_new_fields_are_found_within_arrays_too(spark: SparkSession) -> None:
    table = load(FOLDER).events_table
    columns = table.columns
    assert list(lacking(table, types(columns))) == []
    assert add_columns("bronze.events", []) == ""
    colour, gift = Field("colour", "string", "Colour."), Field("is_gift", "boolean", "Whether it is a gift.")
    wider = tuple(replace(one, items=(*one.items, colour)) if one.items else one for one in columns)
    fields = dict(lacking(replace(table, columns=(*wider, gift)), types(columns)))
    assert fields == {"lines.element.colour": colour, "is_gift": gift}
    assert add_columns("bronze.events", fields.items()) == (
        "alter table bronze.events add columns (lines.element.colour string comment 'Colour.',"
        " is_gift boolean comment 'Whether it is a gift.')"
    )


def test_only_the_topics_of_a_batch_are_parsed() -> None:
    assert [one.topic for one in only(load(FOLDER), ["visits", "orders"]).topics] == ["orders", "visits"]
    assert only(load(FOLDER), []) == load(FOLDER)


def test_records_are_counted_between_positions() -> None:
    before = {"orders": {0: 5, 1: 0}}
    ends = {"orders": {0: 9, 1: 0}, "visits": {0: 3}}
    assert records(before, ends) == {"orders": 4, "visits": 3}
