"""Small habits with frames that every job shares."""

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F


def one_row(aggregate: DataFrame) -> Row:
    """Return the only row of an aggregate without groups."""
    return aggregate.collect()[0]


def fix_order(frame: DataFrame, *key: str) -> DataFrame:
    """Return the same rows computed once, in an order that follows from the key alone.

    The order in which floats are added is part of a model, so it must not follow from how files happened to be read.
    The plan is cut, because iterating over small rows costs mostly the planning and shipping of the plan; Spark
    chooses as few partitions as the size of the rows allows.
    """
    return frame.repartition(*key).sortWithinPartitions(*key).localCheckpoint()


def sample_rows(frame: DataFrame, rows: int, most: int, *key: str) -> DataFrame:
    """Return about `most` of the frame's `rows` rows, chosen by a hash of the key; all of them where they are fewer.

    The same rows are chosen every time, and a customer of several dates is in with all of them or none where the key
    leaves the date out.
    """
    if rows <= most:
        return frame
    return frame.where(F.pmod(F.xxhash64(*key), F.lit(rows)) < most)
