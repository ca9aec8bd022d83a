#!/bin/bash
# Spark 4.2.0 reading Apache Kafka 4.4.0: a batch takes half a second more for every partition that it reads to its end.
#
# When a task has read the last record, Spark asks the consumer for the first and last offset of the partition. The
# consumer has already sent a fetch for more on that connection, and the broker answers in turn: it parks the fetch for
# `fetch.max.wait.ms`, 500 by default, and the question waits behind it. One core reads its partitions one after the
# other, so ten partitions cost five seconds, in each micro-batch, however few records there are. The option
# `kafka.fetch.max.wait.ms` of the source takes the wait away; only a task that reads fetches at all, so the broker is
# not kept busy.
#
# Seen, 100 records in 8 partitions on one core, the second of two reads: "default: 5.4 s", "fetch.max.wait.ms 10: 1.1 s".
# The script fails where the default is no longer slower by at least two seconds.
set -euo pipefail
folder=$(mktemp -d)
broker=
trap '[ -z "$broker" ] || kill "$broker"; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install pyspark==4.2.0 kafka-python==3.0.11
jars=$(echo venv/lib/python3*/site-packages/pyspark/jars)
java -jar "$jars"/ivy-*.jar -cache ivy -confs default -dependency org.apache.kafka kafka_2.13 4.4.0 \
  -retrieve "kafka/[artifact]-[revision](-[classifier]).[ext]" >ivy.log
read -r port controller < <(python3 -c '
import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(one.getsockname()[1] for one in held))')
cat >server.properties <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
controller.listener.names=CONTROLLER
log.dirs=$folder/data
offsets.topic.replication.factor=1
PROPERTIES
java -cp "kafka/*" kafka.tools.StorageTool format -t "$(python3 -c 'import base64, uuid
print(base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().strip("="))')" -c server.properties >format.log 2>&1
java -Xmx400m -cp "kafka/*" kafka.Kafka server.properties >broker.log 2>&1 &
broker=$!
venv/bin/python - "$port" 2>log <<'PYTHON' || { tail -5 log; exit 1; }
import sys
import time

from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError
from pyspark.sql import SparkSession

address = f"127.0.0.1:{sys.argv[1]}"
for _ in range(60):
    try:
        KafkaAdminClient(bootstrap_servers=address).create_topics([NewTopic("numbers", 8, 1)])
        break
    except KafkaError:
        time.sleep(1)
producer = KafkaProducer(bootstrap_servers=address)
for number in range(100):
    producer.send("numbers", str(number).encode(), partition=number % 8)
producer.flush()
spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.jars.packages", "org.apache.spark:spark-sql-kafka-0-10_2.13:4.2.0")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)


def seconds(**options: str) -> float:
    """Return how long it takes to count the topic's records, the second time."""
    for _ in range(2):
        began = time.monotonic()
        reader = spark.read.format("kafka").option("kafka.bootstrap.servers", address).option("subscribe", "numbers")
        assert reader.options(**options).load().selectExpr("value").distinct().count() == 100
    return time.monotonic() - began


default, short = seconds(), seconds(**{"kafka.fetch.max.wait.ms": "10"})
print(f"default: {default:.1f} s")
print(f"fetch.max.wait.ms 10: {short:.1f} s")
sys.exit(default - short < 2)
PYTHON
