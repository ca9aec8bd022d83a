"""The configuration of the agent: two ways in, each with a channel of its own on disk and a sink of its own."""

from collections.abc import Mapping
from pathlib import Path

from common.contracts.model import Contract, load
from common.kafka_topics import MAX_MESSAGE_BYTES
from common.lake_paths import FLUME_EVENTS
from common.settings import Settings
from infra.local import java
from infra.local.files import folder, properties, write
from infra.local.flume import places
from infra.setup.jars import classpath

AGENT = "agent"
# What a topic takes, less what the record format leaves of it for the value; as `streaming/producer.py` has it.
MAX_VALUE_BYTES = MAX_MESSAGE_BYTES - 64 * 1024
# After so long without a new line a log counts as idle: its file is closed, and a last line without its end is sent.
IDLE_MS = 10_000
CHANNEL_EVENTS, BATCH = 200_000, 1_000
LOG4J = """\
log4j.rootLogger=INFO,out
log4j.logger.org.apache.kafka=WARN
log4j.logger.org.apache.hadoop=WARN
log4j.logger.org.apache.flume.channel.file=WARN
log4j.logger.org.apache.flume.source.taildir.ReliableTaildirEventReader=WARN
log4j.logger.org.apache.hadoop.util.NativeCodeLoader=ERROR
log4j.logger.org.eclipse.jetty=WARN
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.target=System.err
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d{ISO8601} %p %c{2}: %m%n
"""


def configure(settings: Settings, scala_jar: Path) -> dict[str, Path]:
    """Render the configuration and return its files by what they are."""
    home, topics = settings.path("conf", "flume"), load(settings.contracts_dir).topics
    log4j = write(home / "log4j.properties", LOG4J)
    flags = java.flags(
        settings, "256m", "-XX:TieredStopAtLevel=1", "-XX:MaxMetaspaceSize=128m", *java.OPENS,
        f"-Dlog4j.configuration={log4j.as_uri()}",
        "-Dflume.monitoring.type=http", f"-Dflume.monitoring.host={settings.host}",
        f"-Dflume.monitoring.port={settings.port('flume')}",
    )  # fmt: skip
    library = next((java.SPARK_HOME / "jars").glob("scala-library-*.jar"))
    jars = [settings.path("conf", "hadoop"), *classpath("flume"), scala_jar, library, *classpath("hadoop")]
    words = {**names(topics), **logs(settings, topics), **files(settings, topics)}
    text = properties({f"{AGENT}.{name}": value for name, value in words.items()})
    return {
        "agent": write(home / "flume.properties", text),
        "arguments": java.argument_file(home / "flume.args", flags, jars),
        "log4j": log4j,
    }


def make_folders(settings: Settings) -> None:
    """Make the folders that the agent looks into, for their owner alone; those that are there stay as they are.

    Raises:
        UserError: one cannot be made.
    """
    for one in load(settings.contracts_dir).topics:
        for parent in (places.logs(settings), places.spool(settings), places.again(settings)):
            folder(parent / one.topic, 0o700)
        # Its source makes no folders above this one.
        folder(places.data(settings, "spool", one.topic), 0o700)


def names(topics: tuple[Contract, ...]) -> dict[str, object]:
    """Return what the agent consists of: the logs' source, and one for the whole files of each topic."""
    spools = " ".join(f"files-{one.topic}" for one in topics)
    return {"sources": f"logs {spools}", "channels": "logs files", "sinks": "kafka hdfs"}


def logs(settings: Settings, topics: tuple[Contract, ...]) -> dict[str, object]:
    """Return the way of the lines of logs to Kafka."""
    groups = {
        f"{one.topic}{suffix}": (one.topic, parent / one.topic)
        for one in topics
        for suffix, parent in (("", places.logs(settings)), ("-again", places.again(settings)))
    }
    contracts = ",".join(f"{one.topic}:{one.version}:{one.business_key}" for one in topics)
    source = {
        "type": "TAILDIR",
        "channels": "logs",
        "positionFile": places.positions(settings),
        "filegroups": " ".join(groups),
        **{f"filegroups.{name}": f"{at}/{places.PATTERN}" for name, (_, at) in groups.items()},
        **{f"headers.{name}.topic": topic for name, (topic, _) in groups.items()},
        "fileHeader": "true",
        "byteOffsetHeader": "true",
        "cachePatternMatching": "false",
        "batchSize": BATCH,
        # So that one log that grows without end does not hold up the others.
        "maxBatchCount": 10,
        "idleTimeout": IDLE_MS,
        "writePosInterval": 200,
        "backoffSleepIncrement": 100,
        "maxBackoffSleep": 200,
        "interceptors": "lines",
        "interceptors.lines.type": "lakehouse.flume.Lines$Builder",
        "interceptors.lines.topics": contracts,
        "interceptors.lines.mostBytes": MAX_VALUE_BYTES,
    }
    sink = {
        "type": "org.apache.flume.sink.kafka.KafkaSink",
        "channel": "logs",
        "kafka.bootstrap.servers": settings.kafka_bootstrap,
        # Each line says its own, by its folder; this one is for none.
        "kafka.topic": topics[0].topic,
        "flumeBatchSize": BATCH,
        "header.file": "file",
        "header.byteoffset": "byte_offset",
        "kafka.producer.acks": "all",
        "kafka.producer.enable.idempotence": "true",
        "kafka.producer.linger.ms": 5,
        "kafka.producer.batch.size": 262_144,
        "kafka.producer.compression.type": "gzip",
        "kafka.producer.compression.gzip.level": 1,
        "kafka.producer.max.request.size": MAX_MESSAGE_BYTES,
    }
    return {
        **under("sources.logs", source),
        **under("channels.logs", channel(settings, "logs")),
        **under("sinks.kafka", sink),
    }


def files(settings: Settings, topics: tuple[Contract, ...]) -> dict[str, object]:
    """Return the way of whole files to the raw zone of HDFS."""
    words: dict[str, object] = {}
    for one in topics:
        words |= under(f"sources.files-{one.topic}", spool(settings, one.topic))
    sink = {
        "type": "hdfs",
        "channel": "files",
        "hdfs.path": f"{settings.hdfs_url}{FLUME_EVENTS}/%{{topic}}",
        "hdfs.filePrefix": "%{basename}",
        "hdfs.fileType": "DataStream",
        "hdfs.batchSize": BATCH,
        "hdfs.rollInterval": 60,
        "hdfs.rollSize": 64 * 1024 * 1024,
        "hdfs.rollCount": 0,
        "hdfs.idleTimeout": 3,
        "hdfs.callTimeout": 30_000,
        "hdfs.threadsPoolSize": 2,
    }
    return {**words, **under("channels.files", channel(settings, "files")), **under("sinks.hdfs", sink)}


def spool(settings: Settings, topic: str) -> dict[str, object]:
    """Return the source of the whole files of a topic; bytes pass through as they are, by a character set of bytes."""
    return {
        "type": "SPOOLDIR",
        "channels": "files",
        "spoolDir": places.spool(settings) / topic,
        "ignorePattern": r"^[._].*|.*\.(tmp|part|inprogress)$",
        "basenameHeader": "true",
        "trackerDir": places.data(settings, "spool", topic),
        "batchSize": BATCH,
        "inputCharset": "ISO-8859-1",
        "deserializer.outputCharset": "ISO-8859-1",
        # By default a longer line than 2,048 characters is cut in pieces.
        "deserializer.maxLineLength": 64 * 1024 * 1024,
        "interceptors": "topic",
        "interceptors.topic.type": "static",
        "interceptors.topic.key": "topic",
        "interceptors.topic.value": topic,
    }


def channel(settings: Settings, name: str) -> dict[str, object]:
    """Return a channel on disk, which survives a kill of the agent."""
    return {
        "type": "file",
        "checkpointDir": places.data(settings, "channels", name, "checkpoint"),
        "dataDirs": places.data(settings, "channels", name, "data"),
        "capacity": CHANNEL_EVENTS,
        "transactionCapacity": 10 * BATCH,
        "maxFileSize": 64 * 1024 * 1024,
        "minimumRequiredSpace": 100 * 1024 * 1024,
    }


def under(prefix: str, words: Mapping[str, object]) -> dict[str, object]:
    """Return properties with a prefix before their names."""
    return {f"{prefix}.{name}": value for name, value in words.items()}
