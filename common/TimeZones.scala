package lakehouse

import java.time.ZoneId

import org.apache.spark.sql.catalyst.expressions.Expression
import org.apache.spark.sql.catalyst.expressions.objects.StaticInvoke
import org.apache.spark.sql.types.{BooleanType, StringType}
import org.apache.spark.unsafe.types.UTF8String

/** `is_time_zone(name)`: whether a text names a zone, as written; an unknown one would end every query that uses it. */
object TimeZones {
  val Name = "is_time_zone"

  def of(arguments: Seq[Expression]): Expression =
    StaticInvoke(TimeZones.getClass, BooleanType, "isKnown", arguments, Seq(StringType), returnNullable = false)

  def isKnown(name: UTF8String): Boolean = Known.contains(name.toString)

  private val Known = ZoneId.getAvailableZoneIds
}
