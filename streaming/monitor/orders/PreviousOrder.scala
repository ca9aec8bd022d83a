package lakehouse

import java.time.Duration

import org.apache.spark.sql.{DataFrame, Encoders, Row}
import org.apache.spark.sql.functions.col
import org.apache.spark.sql.streaming.{OutputMode, StatefulProcessor, TimeMode, TimerValues, TTLConfig, ValueState}
import org.apache.spark.sql.types.LongType

/** Appends `previous_micros` to a customer's orders: when the newest earlier one was, of those that came before in Kafka.
  *
  * Kept of a customer are the newest two different instants that were seen. So the answer does not hang on how orders fall
  * into batches, of orders at one instant none is before the other, and an order that comes twice is not its own
  * previous one. For an order that is no newer than the older instant nobody knows, and the answer is null.
  */
class PreviousOrder(at: Int, partition: Int, offset: Int, days: Int) extends StatefulProcessor[(String, String), Row, Row] {
  import PreviousOrder._

  @transient private var newest: ValueState[(Long, Long)] = _

  override def init(mode: OutputMode, time: TimeMode): Unit =
    newest = getHandle.getValueState("newest", Instants, TTLConfig(Duration.ofDays(days)))

  override def handleInputRows(customer: (String, String), rows: Iterator[Row], timers: TimerValues): Iterator[Row] = {
    var (last, before) = if (newest.exists()) newest.get() else (Never, Never)
    val answered = rows.toArray.sortBy(row => (row.getInt(partition), row.getLong(offset))).map { row =>
      val now = row.getLong(at)
      val previous = if (now > last) last else if (now > before) before else Never
      if (now > last) { before = last; last = now }
      else if (now < last && now > before) before = now
      Row.fromSeq(row.toSeq :+ (if (previous == Never) null else previous))
    }
    newest.update((last, before))
    answered.iterator
  }
}

object PreviousOrder {
  private val Never = Long.MinValue
  private val Instants = Encoders.tuple(Encoders.scalaLong, Encoders.scalaLong)

  /** `orders`: source, customer_id (not null), micros (bigint), partition, offset, and what else is to be kept.
    *
    * A customer is forgotten `days` after the last order came. By then the baseline must know that order.
    */
  def append(orders: DataFrame, days: Int): DataFrame = {
    val Seq(at, partition, offset) = Seq("micros", "partition", "offset").map(orders.schema.fieldIndex)
    val byCustomer = orders
      .groupBy(col("source"), col("customer_id"))
      .as[(String, String), Row](Encoders.tuple(Encoders.STRING, Encoders.STRING), Encoders.row(orders.schema))
    byCustomer.transformWithState(
      new PreviousOrder(at, partition, offset, days),
      TimeMode.ProcessingTime(),
      OutputMode.Update()
    )(Encoders.row(orders.schema.add("previous_micros", LongType)))
  }
}
