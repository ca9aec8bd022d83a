package lakehouse.flume

import java.io.IOException
import java.nio.ByteBuffer
import java.nio.charset.{CharacterCodingException, CodingErrorAction}
import java.nio.charset.StandardCharsets.UTF_8
import java.security.MessageDigest
import java.util.{ArrayList, List => JavaList}

import com.fasterxml.jackson.core.{JsonFactory, JsonFactoryBuilder, JsonParser, JsonToken, StreamReadFeature}
import com.fasterxml.jackson.core.io.JsonStringEncoder
import org.apache.flume.{Context, Event}
import org.apache.flume.interceptor.Interceptor

/** What a line of a log becomes in Kafka, by the same rules as `streaming/import_raw/lines.py`: an event as it stands, under
  * the key of its topic; a line that is none, a carrier for the quarantine that names file and byte. Blank lines are left out.
  * The headers `topic`, `file` and `byteoffset` are there already.
  */
class Lines(topics: Map[String, Topic], mostBytes: Int) extends Interceptor {
  override def initialize(): Unit = ()
  override def close(): Unit = ()

  override def intercept(events: JavaList[Event]): JavaList[Event] = {
    val kept = new ArrayList[Event](events.size)
    events.forEach { event => if (intercept(event) != null) kept.add(event) }
    kept
  }

  override def intercept(event: Event): Event = if (isBlank(event.getBody)) null
  else {
    val headers = event.getHeaders
    val topic = topics(headers.get("topic"))
    val place = s"${headers.get("file")}, byte ${headers.get("byteoffset")}"
    Lines.read(event.getBody, topic, mostBytes) match {
      case Right(found) =>
        val who = found.customer.orElse(found.business).getOrElse(place)
        headers.put("key", s"${found.source.getOrElse(Lines.Source)}/$who")
      case Left(reason) =>
        headers.put("key", s"${Lines.Source}/$place")
        event.setBody(Lines.carrier(event.getBody, s"$place: $reason", topic, mostBytes))
    }
    event
  }

  private def isBlank(line: Array[Byte]): Boolean = line.forall(one => one == ' ' || one >= '\t' && one <= '\r')
}

/** The contract's version of a topic, and the field by which what it is about is called. */
case class Topic(version: Int, businessKey: String)

/** What a key is made of. */
class Found {
  var source, customer, business: Option[String] = None
}

object Lines {
  val Source = "raw"
  private val Factory = new JsonFactoryBuilder()
    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
    .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
    .build()

  /** Made by Flume: `topics` is `<topic>:<version>:<business key>` with commas, `mostBytes` what Kafka takes of a value. */
  class Builder extends Interceptor.Builder {
    private var topics = Map.empty[String, Topic]
    private var mostBytes = 0

    override def configure(context: Context): Unit = {
      topics = context.getString("topics").split(',').map(_.split(':')).map {
        case Array(name, version, key) => name -> Topic(version.toInt, key)
      }.toMap
      mostBytes = context.getInteger("mostBytes")
    }

    override def build(): Interceptor = new Lines(topics, mostBytes)
  }

  /** Returns what a line's key is made of, or why the line is no event. */
  def read(line: Array[Byte], topic: Topic, mostBytes: Int): Either[String, Found] =
    if (line.length > mostBytes) Left(f"longer than $mostBytes%,d bytes")
    else
      try {
        val text = UTF_8.newDecoder.onMalformedInput(CodingErrorAction.REPORT).decode(ByteBuffer.wrap(line)).toString
        readText(text, topic)
      } catch {
        case _: CharacterCodingException => Left("not UTF-8")
        case _: IOException => Left("not JSON")
      }

  private def readText(text: String, topic: Topic): Either[String, Found] = {
    val json = Factory.createParser(text)
    try {
      val found = new Found
      val isObject = json.nextToken() == JsonToken.START_OBJECT
      if (isObject) while (json.nextToken() == JsonToken.FIELD_NAME) field(json, topic, found)
      else json.skipChildren()
      if (json.nextToken() != null) Left("not JSON") else if (isObject) Right(found) else Left("no JSON object")
    } finally json.close()
  }

  private def field(json: JsonParser, topic: Topic, found: Found): Unit = {
    val name = json.currentName
    if (!json.nextToken().isScalarValue) json.skipChildren()
    else {
      val value = Option(json.getText).filter(_.nonEmpty && json.currentToken != JsonToken.VALUE_NULL)
      if (name == "source") found.source = value
      if (name == "customer_id") found.customer = value
      if (name == topic.businessKey) found.business = value
    }
  }

  /** An event of whose row nothing is known but what it says and where it stands; its identity is that of its content. */
  def carrier(line: Array[Byte], reason: String, topic: Topic, mostBytes: Int): Array[Byte] = {
    val row = new String(line, 0, math.min(line.length, mostBytes / 8), UTF_8)
    val body = s""""schema_version":${topic.version},"source":"$Source","occurred_at":null,"customer_id":null,""" +
      s""""raw_row":"${quoted(row)}","raw_reason":"${quoted(reason)}"}"""
    val digest = MessageDigest.getInstance("SHA-256").digest(body.getBytes(UTF_8))
    val id = digest.take(16).map(one => f"$one%02x").mkString
    s"""{"event_id":"$id",$body""".getBytes(UTF_8)
  }

  private def quoted(text: String): String = new String(JsonStringEncoder.getInstance.quoteAsString(text))
}
