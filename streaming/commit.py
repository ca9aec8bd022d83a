"""One append to a Delta table, as a write transaction of its application: the Delta protocol's `txn` action.

The writer's options `txnAppId` and `txnVersion` do the same, but ask the table for the transactions that it has before
each append, for which Delta rebuilds the state of the whole table: a third of a small batch's time, and more with each
file. Here whoever appends has asked once, when it began, and passes on the answer.
"""

from dataclasses import dataclass

from py4j.java_gateway import JavaObject
from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True)
class WriteTransaction:
    """The last version that a table holds of an application, -1 for none, as of a version of the table."""

    version: int
    table_version: int


def last_transaction(spark: SparkSession, table: str, application: str) -> WriteTransaction:
    """Return an application's last write transaction in the Delta table at a path."""
    snapshot = newest_snapshot(spark, table)
    # Delta notes them in a checksum beside each commit; without one it rebuilds the table's state for them.
    checksum = snapshot.checksumOpt()
    noted = checksum.get().setTransactions() if checksum.isDefined() else checksum
    transactions = (noted.get() if noted.isDefined() else snapshot.setTransactions()).iterator()
    version = -1
    while transactions.hasNext():
        one = transactions.next()
        version = int(one.version()) if one.appId() == application else version
    return WriteTransaction(version, int(snapshot.version()))


def is_new(spark: SparkSession, table: str) -> bool:
    """Return whether Delta notes of a table's newest version that it has no file; to ask the table takes seconds."""
    checksum = newest_snapshot(spark, table).checksumOpt()
    return bool(checksum.isDefined() and checksum.get().numFiles() == 0)


def append_once(
    rows: DataFrame, table: str, application: str, version: int, last: WriteTransaction
) -> WriteTransaction | None:
    """Append rows to the table at a path in one commit, or do nothing where it has this version of this application.

    Args:
        rows: all columns of the table.
        table: its path.
        application: who appends.
        version: the number of this append; they ascend.
        last: what `last_transaction`, or the append before, returned.

    Returns:
        The application's write transaction now; None where the table has this version already.

    Raises:
        PySparkException: it failed; also where another process appended under the same name meanwhile.
    """
    if version <= last.version:
        return None
    spark = rows.sparkSession
    java = spark._jvm
    assert java is not None
    delta, none = java.org.apache.spark.sql.delta, java.scala.Option.empty()
    transaction = delta_log(spark, table).startTransaction()
    # What a transaction has read is what it conflicts about: of two that append the same version one fails. What was
    # committed before it began is no conflict; so Delta is asked, wherever somebody else has committed.
    transaction.readTxn().addOne(application)
    if transaction.readVersion() != last.table_version and transaction.txnVersion(application) >= version:
        return None
    actions = transaction.writeFiles(rows._jdf).appended(delta.actions.SetTransaction(application, version, none))
    append = java.org.apache.spark.sql.streaming.OutputMode.Append()
    update = getattr(delta, "DeltaOperations$StreamingUpdate")(append, application, version, none)
    return WriteTransaction(version, int(transaction.commit(actions, update)))


def newest_snapshot(spark: SparkSession, table: str) -> JavaObject:
    """Return the newest version of the table at a path."""
    java = spark._jvm
    assert java is not None
    none = java.scala.Option.empty()
    return delta_log(spark, table).update(False, none, none)


def delta_log(spark: SparkSession, table: str) -> JavaObject:
    """Return Delta's own object for the table at a path."""
    java = spark._jvm
    assert java is not None
    return java.org.apache.spark.sql.delta.DeltaLog.forTable(spark._jsparkSession, table)
