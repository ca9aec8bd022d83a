package lakehouse

import org.apache.spark.sql.SparkSessionExtensions
import org.apache.spark.sql.catalyst.FunctionIdentifier
import org.apache.spark.sql.catalyst.expressions.{Expression, ExpressionInfo}

/** What the project adds to every session: `spark.sql.extensions`, before Delta's own. */
class Extensions extends (SparkSessionExtensions => Unit) {
  override def apply(extensions: SparkSessionExtensions): Unit = {
    extensions.injectPreCBORule(new SmallTableScans(_))
    add(ParseEvent.Name, classOf[ParseEvent].getName, ParseEvent.of)
    add(TimeZones.Name, TimeZones.getClass.getName, TimeZones.of)

    def add(name: String, owner: String, builder: Seq[Expression] => Expression): Unit =
      extensions.injectFunction((FunctionIdentifier(name), new ExpressionInfo(owner, name), builder))
  }
}
