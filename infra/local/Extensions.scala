package lakehouse

import org.apache.spark.sql.SparkSessionExtensions
import org.apache.spark.sql.catalyst.FunctionIdentifier
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo

/** What the project adds to every session: `spark.sql.extensions`, before Delta's own. */
class Extensions extends (SparkSessionExtensions => Unit) {
  override def apply(extensions: SparkSessionExtensions): Unit = {
    extensions.injectPreCBORule(new SmallTableScans(_))
    extensions.injectFunction(
      (
        FunctionIdentifier(ParseEvent.Name),
        new ExpressionInfo(classOf[ParseEvent].getName, ParseEvent.Name),
        ParseEvent.of
      )
    )
  }
}
