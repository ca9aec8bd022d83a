"""What is usual, held in memory beside a stream: each order finds the row of its customer, or else of its shop."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

# No text of an event or of the marts holds it.
BETWEEN = "char(0)"


def look_up_past(orders: DataFrame, past: DataFrame, shop: Sequence[str]) -> DataFrame:
    """Return what `join_past` returns, of a table that is read now, once, however many batches of orders there are."""
    java = orders.sparkSession._jvm
    assert java is not None
    name = f"past_by_{'_'.join(shop)}"
    values = [column for column in past.columns if column not in (*shop, "customer_id")]
    table = past.select(*values, F.expr(key(shop, "coalesce(customer_id, '')")).alias("key"))
    java.lakehouse.Lookup.register(name, table._jdf, orders.sparkSession._jsparkSession)
    own, others = (f"{name}({key(shop, customer)})" for customer in ("coalesce(customer_id, '')", "''"))
    placed = orders.select("*", F.expr(f"coalesce({own}, {others})").alias("past")).where("past is not null")
    return placed.select(*orders.columns, *(f"past.{column}" for column in values))


def key(shop: Sequence[str], customer: str) -> str:
    """Return the SQL of a row's key."""
    return f"concat_ws({BETWEEN}, {', '.join(shop)}, {customer})"
