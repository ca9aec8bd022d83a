package lakehouse

import java.util.HashMap

import org.apache.spark.broadcast.Broadcast
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.{Expression, UnaryExpression}
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenFallback
import org.apache.spark.sql.classic.{DataFrame, SparkSession}
import org.apache.spark.sql.types.StructType
import org.apache.spark.unsafe.types.UTF8String

/** The row of a small table by its key, null where there is none.
  *
  * A join with the same table would be planned, and its rows hashed, in each batch of a stream again.
  */
case class Lookup(child: Expression, rows: Broadcast[HashMap[UTF8String, InternalRow]], dataType: StructType)
    extends UnaryExpression with CodegenFallback {
  override def nullable: Boolean = true
  override def nullSafeEval(key: Any): Any = rows.value.get(key)
  override protected def withNewChildInternal(fresh: Expression): Lookup = copy(child = fresh)
}

object Lookup {
  /** Hold the rows of a table in memory, and let `name(key)` find them in a session; the key is the table's last column. */
  def register(name: String, table: DataFrame, session: SparkSession): Unit = {
    val last = table.schema.length - 1
    val rows = new HashMap[UTF8String, InternalRow]
    for (row <- table.queryExecution.executedPlan.executeCollect()) rows.put(row.getUTF8String(last).clone(), row.copy())
    val held = session.sparkContext.broadcast(rows)
    val kind = StructType(table.schema.map(_.copy(nullable = true)))
    session.sessionState.functionRegistry.createOrReplaceTempFunction(name, of(name, held, kind), "scala_udf")
  }

  private def of(name: String, rows: Broadcast[HashMap[UTF8String, InternalRow]], kind: StructType)(
      arguments: Seq[Expression]
  ): Expression = Lookup(arguments.head, rows, kind)
}
