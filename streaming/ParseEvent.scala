package lakehouse

import java.time.{DateTimeException, LocalDate}
import java.util.{HashMap, Map => JavaMap}

import scala.collection.mutable.ArrayBuffer
import scala.util.control.NonFatal

import com.fasterxml.jackson.core.{JsonFactory, JsonFactoryBuilder, JsonParser, JsonToken, StreamReadFeature}
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.{BinaryExpression, Expression, GenericInternalRow}
import org.apache.spark.sql.catalyst.expressions.codegen.{CodegenContext, ExprCode, FalseLiteral}
import org.apache.spark.sql.catalyst.expressions.codegen.Block._
import org.apache.spark.sql.catalyst.util.{ArrayBasedMapData, GenericArrayData}
import org.apache.spark.sql.types._
import org.apache.spark.unsafe.Platform
import org.apache.spark.unsafe.types.UTF8String

/** `parse_event(topic, value, fields, owners)`: a Kafka record's value, read once and strictly.
  *
  * Returns one struct: `fields` (a schema as SQL writes it), then `is_json`, whether the value is one JSON object in UTF-8,
  * of 8 MB at most, without equal names and with nothing behind it, and three paths of fields of the record's own topic, null
  * where there is none: `wrong_type`, the first that is there and not of its type, `nul`, the first text that holds U+0000,
  * which PostgreSQL cannot keep, and `missing`, the first that must be there and is null or, of a text, blank.
  * `owners` says which topic has which fields, a `!` behind those that must be there, also of an array's elements
  * (`orders:event_id!,note,lines!,lines.quantity!;visits:event_id!`); what else a value holds is no fault. Of a value that
  * is no JSON every field is null, of a wrong type its field.
  *
  * Spark's own reader rounds decimals, takes numbers for instants and the last of two equal names, and reads past the end.
  */
case class ParseEvent(left: Expression, right: Expression, fields: StructType, owners: Map[String, Seq[Owned]])
    extends BinaryExpression {
  import ParseEvent._

  private def isJson = fields.length
  private def wrongType = fields.length + 1
  private def nul = fields.length + 2
  private def missing = fields.length + 3

  @transient private lazy val topics: JavaMap[UTF8String, TopicReader] = {
    val found = new HashMap[UTF8String, TopicReader]
    for ((topic, owned) <- owners) found.put(UTF8String.fromString(topic), new TopicReader(fields, owned))
    found
  }

  override def prettyName: String = Name
  override def nullable: Boolean = false
  override def dataType: DataType =
    StructType(fields)
      .add("is_json", BooleanType, nullable = false)
      .add("wrong_type", StringType)
      .add("nul", StringType)
      .add("missing", StringType)

  override def eval(row: InternalRow): Any =
    parse(left.eval(row).asInstanceOf[UTF8String], right.eval(row).asInstanceOf[Array[Byte]])

  override protected def doGenCode(ctx: CodegenContext, ev: ExprCode): ExprCode = {
    val (topic, value) = (left.genCode(ctx), right.genCode(ctx))
    val parser = ctx.addReferenceObj(Name, this, classOf[ParseEvent].getName)
    ev.copy(
      code = code"""
        ${topic.code}
        ${value.code}
        InternalRow ${ev.value} = $parser.parse(
          ${topic.isNull} ? null : ${topic.value}, ${value.isNull} ? null : ${value.value});""",
      isNull = FalseLiteral
    )
  }

  def parse(topic: UTF8String, value: Array[Byte]): InternalRow = {
    val row = new GenericInternalRow(fields.length + 4)
    val faults = new Faults
    val reader = if (topic == null) null else topics.get(topic)
    val readable = reader != null && value != null && value.length <= MostBytes && opensAnObject(value) && isText(value)
    val sound = readable && readWhole(reader.fields, value, row, faults)
    if (sound) {
      row.update(wrongType, faults.wrongType)
      row.update(nul, faults.nul)
      row.update(missing, reader.firstMissing(row))
    } else fields.indices.foreach(row.setNullAt)
    row.update(isJson, sound)
    row
  }

  override protected def withNewChildrenInternal(newLeft: Expression, newRight: Expression): ParseEvent =
    copy(left = newLeft, right = newRight)
}

/** A field of a topic, or of the elements of an array of it, by its path. */
case class Owned(path: String, required: Boolean)

object ParseEvent {
  val Name = "parse_event"
  // What a topic takes (`MAX_MESSAGE_BYTES`). A compressed batch may hold more in one value, and rows of it could fill the memory.
  private val MostBytes = 8 * 1024 * 1024
  private val HighBits = 0x8080808080808080L
  private val LowBits = 0x0101010101010101L
  private val Backslashes = '\\' * LowBits
  private val Instant = "dddd-dd-ddTdd:dd:dd.dddZ"
  private val Second = "dddd-dd-ddTdd:dd:dd"
  private val FractionDigits = 9
  private val Offsets = Seq("dd:dd", "dddd", "dd")
  private val MostOffset = 18 * 3600
  private val Day = "dddd-dd-dd"
  // Names that strangers choose are not kept for good, and what is judged of a record must not hang on earlier ones.
  private val Factory = new JsonFactoryBuilder()
    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
    .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
    .build()

  /** The first field of one value that is of a wrong type, and the first with U+0000. */
  private class Faults {
    var wrongType: UTF8String = _
    var nul: UTF8String = _

    def add(found: Any, path: UTF8String): Unit =
      if (found != null) { if (nul == null) nul = path }
      else if (wrongType == null) wrongType = path
  }

  /** In place of a value that holds a text with U+0000. */
  private object Nul

  /** Reads a value of a type; gives null for one that is of another, and `Nul`. What is wrong within it is a fault by then. */
  private type Reader = (JsonParser, Faults) => Any

  def of(arguments: Seq[Expression]): ParseEvent = {
    val Seq(fields, owners) = arguments.drop(2).map(_.eval().toString)
    val named = owners.split(';').map(_.split(':')).map { case Array(topic, its) => topic -> its.split(',').map(ownedOf).toSeq }
    val found = ParseEvent(arguments(0), arguments(1), StructType.fromDDL(fields), named.toMap)
    // A type that cannot be read fails here, before a batch is bound to it.
    found.topics
    found
  }

  private def ownedOf(text: String): Owned = Owned(text.stripSuffix("!"), text.endsWith("!"))

  /** The fields of a topic, and which of them must be there. */
  private class TopicReader(kinds: StructType, owned: Seq[Owned]) {
    val fields = new ObjectReader(kinds, owned.map(_.path).toSet)
    private val required = owned.filter(_.required).map(one => new Required(kinds, one.path)).toArray

    def firstMissing(row: InternalRow): UTF8String = {
      var at = 0
      while (at < required.length && !required(at).isMissing(row)) at += 1
      if (at < required.length) required(at).name else null
    }
  }

  /** A field that must be there; of an array that is there, in each of its elements. */
  private class Required(kinds: StructType, path: String) {
    val name: UTF8String = UTF8String.fromString(path)
    private val steps = path.split('.')
    private val index = kinds.fieldIndex(steps(0))
    private val (width, item) = kinds(index).dataType match {
      case ArrayType(items: StructType, _) if steps.length > 1 => (items.length, items.fieldIndex(steps(1)))
      case _ => (0, 0)
    }

    def isMissing(row: InternalRow): Boolean =
      if (width == 0) isBlank(row, index)
      else if (row.isNullAt(index)) false
      else {
        val found = row.getArray(index)
        var at = 0
        while (at < found.numElements && !found.isNullAt(at) && !isBlank(found.getStruct(at, width), item)) at += 1
        at < found.numElements
      }

    private def isBlank(row: InternalRow, at: Int): Boolean = row.get(at, null) match {
      case null => true
      case text: UTF8String => text.numBytes == 0 || text.getByte(0) == ' ' && text.trim.numBytes == 0
      case _ => false
    }
  }

  /** Whether the first thing is a brace; what begins otherwise could pass for another encoding. */
  private def opensAnObject(value: Array[Byte]): Boolean = {
    var at = 0
    while (at < value.length && (value(at) == ' ' || value(at) == '\n' || value(at) == '\t' || value(at) == '\r')) at += 1
    at + 1 < value.length && value(at) == '{' && value(at + 1) != 0
  }

  /** Whether the bytes are UTF-8, and their escapes too; eight bytes at once tell whether there is anything to look at. */
  private def isText(value: Array[Byte]): Boolean = {
    var at = 0
    var high = 0L
    var escapes = 0L
    while (at < value.length) {
      val word = if (at + 8 <= value.length) Platform.getLong(value, Platform.BYTE_ARRAY_OFFSET + at) else value(at) & 0xffL
      val zeroed = word ^ Backslashes
      high |= word
      escapes |= (zeroed - LowBits) & ~zeroed
      at += (if (at + 8 <= value.length) 8 else 1)
    }
    ((high & HighBits) == 0 || UTF8String.fromBytes(value).isValid) &&
    ((escapes & HighBits) == 0 || hasWholeSurrogates(value))
  }

  /** Half of an escaped surrogate pair is no text: UTF-8 would have a question mark for it, and two ids would be one. */
  private def hasWholeSurrogates(value: Array[Byte]): Boolean = {
    var at = 0
    var open = false
    var whole = true
    while (at < value.length && whole)
      if (value(at) != '\\') {
        whole = !open
        at += 1
      } else {
        val unit = escaped(value, at)
        whole = open == Character.isLowSurrogate(unit)
        open = Character.isHighSurrogate(unit)
        at += (if (at + 1 < value.length && value(at + 1) == 'u') 6 else 2)
      }
    whole && !open
  }

  /** The UTF-16 unit of an escape `\\uXXXX`; 0 for any other, and for what is none. */
  private def escaped(value: Array[Byte], at: Int): Char =
    if (at + 6 > value.length || value(at + 1) != 'u') 0
    else (2 to 5).foldLeft(0)((found, next) => found * 16 + Character.digit(value(at + next), 16)).toChar

  /** Reads an object and the end behind it; returns whether it is JSON. */
  private def readWhole(reader: ObjectReader, value: Array[Byte], row: GenericInternalRow, faults: Faults): Boolean =
    try {
      val json = Factory.createParser(value)
      try {
        json.nextToken()
        reader.read(json, row, faults)
        json.nextToken() == null
      } finally json.close()
    } catch { case NonFatal(_) => false }

  /** The fields of an object, of which only those of `names` are read. */
  private class ObjectReader(fields: StructType, names: Set[String], within: String = "") {
    private val places: JavaMap[String, Place] = new HashMap
    for ((field, index) <- fields.zipWithIndex if names(field.name)) {
      val path = within + field.name
      places.put(field.name, new Place(index, UTF8String.fromString(path), readerOf(field.dataType, path)))
    }

    /** The place of a value that cannot be kept stays null. */
    def read(json: JsonParser, row: GenericInternalRow, faults: Faults): Unit =
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        val place = places.get(json.currentName)
        val token = json.nextToken()
        if (place == null) json.skipChildren()
        else if (token != JsonToken.VALUE_NULL) {
          val found = place.reader(json, faults)
          if (found == null || found == Nul) faults.add(found, place.path) else row.update(place.index, found)
        }
      }
  }

  private class Place(val index: Int, val path: UTF8String, val reader: Reader)

  private def readerOf(kind: DataType, path: String): Reader = kind match {
    case StringType => text
    case BooleanType => scalar(json => if (json.currentToken.isBoolean) json.getBooleanValue else null)
    case IntegerType => scalar(json => if (isWhole(json, JsonParser.NumberType.INT)) json.getIntValue else null)
    case LongType => scalar(json => if (isWhole(json, JsonParser.NumberType.LONG)) json.getLongValue else null)
    case TimestampType => scalar(json => micros(json.getText))
    case DateType => scalar(json => days(json.getText))
    case decimal: DecimalType => scalar(decimalOf(decimal))
    case ArrayType(items: StructType, _) =>
      arrayOf(new ObjectReader(items, items.fieldNames.toSet, s"$path."), items.length, UTF8String.fromString(path))
    case MapType(StringType, StringType, _) => texts
    case other => throw new IllegalArgumentException(s"$Name: a field cannot be ${other.sql}")
  }

  private def scalar(read: JsonParser => Any): Reader = (json, _) =>
    if (json.currentToken.isScalarValue) read(json) else { json.skipChildren(); null }

  /** A whole number stands for its digits: many systems send ids so. */
  private def text: Reader = (json, _) =>
    if (json.currentToken != JsonToken.VALUE_STRING && json.currentToken != JsonToken.VALUE_NUMBER_INT) {
      json.skipChildren()
      null
    } else {
      val found = json.getText
      if (found.indexOf(0) >= 0) Nul else UTF8String.fromString(found)
    }

  private def isWhole(json: JsonParser, widest: JsonParser.NumberType): Boolean =
    json.currentToken == JsonToken.VALUE_NUMBER_INT && json.getNumberType.compareTo(widest) <= 0

  private def arrayOf(reader: ObjectReader, width: Int, path: UTF8String): Reader = (json, faults) =>
    if (json.currentToken != JsonToken.START_ARRAY) {
      json.skipChildren()
      null
    } else {
      val found = new ArrayBuffer[Any]
      val its = new Faults
      while (json.nextToken() != JsonToken.END_ARRAY) json.currentToken match {
        case JsonToken.START_OBJECT =>
          val row = new GenericInternalRow(width)
          reader.read(json, row, its)
          found += row
        case JsonToken.VALUE_NULL => found += null
        case _ => json.skipChildren(); its.add(null, path)
      }
      if (its.wrongType != null) faults.add(null, its.wrongType)
      if (its.nul != null) faults.add(Nul, its.nul)
      if (its.wrongType != null) null else if (its.nul != null) Nul else new GenericArrayData(found.toArray)
    }

  /** An object's names and their values, as text whatever scalar they are; what is null is not there. */
  private def texts: Reader = (json, _) =>
    if (json.currentToken != JsonToken.START_OBJECT) {
      json.skipChildren()
      null
    } else {
      val (names, values) = (new ArrayBuffer[Any], new ArrayBuffer[Any])
      var (isFlat, hasNul) = (true, false)
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        val name = json.currentName
        val token = json.nextToken()
        if (!token.isScalarValue || name.isBlank) {
          json.skipChildren()
          isFlat = false
        } else if (token != JsonToken.VALUE_NULL) {
          hasNul ||= name.indexOf(0) >= 0 || json.getText.indexOf(0) >= 0
          names += UTF8String.fromString(name)
          values += UTF8String.fromString(json.getText)
        }
      }
      if (!isFlat) null
      else if (hasNul) Nul
      else new ArrayBasedMapData(new GenericArrayData(names.toArray), new GenericArrayData(values.toArray))
    }

  /** A number that fits the type without rounding, as a number or as text; of a million zeros behind it none is kept.
    * The type has 18 digits at most.
    */
  private def decimalOf(kind: DecimalType): JsonParser => Any = {
    val (whole, scale) = (kind.precision - kind.scale, kind.scale)
    if (whole < 1 || kind.precision > Decimal.MAX_LONG_DIGITS)
      throw new IllegalArgumentException(s"$Name: a field cannot be ${kind.sql}")
    json => {
      val text = json.getText
      val begin = if (text.startsWith("-")) 1 else 0
      val point = endOf(text, begin)(isDigit)
      val end = if (point < text.length && text.charAt(point) == '.') endOf(text, point + 1)(isDigit) else point
      val kept = math.min(end, point + 1 + scale)
      val hasDigits = point > begin && point <= begin + whole && (end == point || scale > 0 && end > point + 1)
      if (!hasDigits || end < text.length || endOf(text, kept)(_ == '0') < end) null
      else {
        val places = math.max(0, kept - point - 1)
        val digits = number(text, begin, point - begin) * Tens(places) + number(text, point + 1, places)
        Decimal((if (begin == 0) digits else -digits) * Tens(scale - places), kind.precision, scale)
      }
    }
  }

  private val Tens = Array.iterate(1L, Decimal.MAX_LONG_DIGITS + 1)(_ * 10)

  private def endOf(text: String, from: Int)(belongs: Char => Boolean): Int = {
    var at = from
    while (at < text.length && belongs(text.charAt(at))) at += 1
    at
  }

  /** An instant in microseconds, of what is behind milliseconds nothing is kept; the common form is looked for first. */
  private def micros(text: String): Any =
    if (fits(text, Instant)) microsAt(text, number(text, 20, 3), 0)
    else if (text.length <= Second.length || !fits(text.substring(0, Second.length), Second)) null
    else {
      val point = Second.length
      val end = if (text.charAt(point) == '.') endOf(text, point + 1)(isDigit) else point
      val digits = math.max(0, end - point - 1)
      val offset = offsetSeconds(text.substring(end))
      if (offset == null || digits > FractionDigits || end == point + 1) null
      else {
        val kept = math.min(3, digits)
        microsAt(text, number(text, point + 1, kept) * Tens(3 - kept), offset.asInstanceOf[Int])
      }
    }

  private def microsAt(text: String, millis: Long, offset: Int): Any = {
    val day = days(text.substring(0, Day.length))
    val (hour, minute, second) = (number(text, 11, 2), number(text, 14, 2), number(text, 17, 2))
    if (day == null || hour > 23 || minute > 59 || second > 59) null
    else (day.asInstanceOf[Int] * 86400L + hour * 3600 + minute * 60 + second - offset) * 1000000L + millis * 1000L
  }

  /** How far a zone is ahead of UTC: `Z`, `+02:00`, `+0200` or `+02`; a time without any is no instant. */
  private def offsetSeconds(text: String): Any =
    if (text == "Z") 0
    else if (!text.startsWith("+") && !text.startsWith("-") || !Offsets.exists(fits(text.substring(1), _))) null
    else {
      val minutes = if (text.length == 3) 0 else number(text, text.length - 2, 2).toInt
      val seconds = number(text, 1, 2).toInt * 3600 + minutes * 60
      if (minutes > 59 || seconds > MostOffset) null else if (text.charAt(0) == '-') -seconds else seconds
    }

  private def days(text: String): Any =
    if (!fits(text, Day)) null
    else
      try LocalDate.of(number(text, 0, 4).toInt, number(text, 5, 2).toInt, number(text, 8, 2).toInt).toEpochDay.toInt
      catch { case _: DateTimeException => null }

  private def fits(text: String, form: String): Boolean = text.length == form.length && {
    var at = 0
    while (at < form.length && (if (form.charAt(at) == 'd') isDigit(text.charAt(at)) else text.charAt(at) == form.charAt(at)))
      at += 1
    at == form.length
  }

  private def isDigit(one: Char): Boolean = one >= '0' && one <= '9'

  private def number(text: String, from: Int, length: Int): Long = {
    var found = 0L
    var at = from
    while (at < from + length) {
      found = found * 10 + (text.charAt(at) - '0')
      at += 1
    }
    found
  }
}
