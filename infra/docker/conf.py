"""The configuration of what runs from official images, rendered by the embedded platform's functions.

What runs from the project's own image renders its own when it starts, by the same functions (`entry.py`), because it
knows where its jars are, and so that no file on this machine holds a password but those of `secrets`.
"""

import base64
import json
import secrets
from pathlib import Path
from typing import Any

from common.settings import Settings
from infra.docker import containers
from infra.docker.profile import STATE, Profile, inside, nodes
from infra.local import hadoop_conf, java
from infra.local.files import PRIVATE, properties, write
from infra.local.services import hdfs, kafka, postgres

HADOOP_JARS = tuple(
    f"/opt/hadoop/share/hadoop/{part}/{jars}" for part in ("common", "hdfs", "yarn") for jars in ("*", "lib/*")
)
KAFKA_JARS = ("/opt/kafka/libs/*",)
HEAPS = {"namenode": "256m", "datanode": "192m", "resourcemanager": "256m"}
# As `kafka.tools.StorageTool` reads it: so many bytes in URL-safe characters.
ID_BYTES = 16


def render(settings: Settings, profile: Profile, home: Path) -> dict[str, str]:
    """Return the text of every file below `conf`, by its path there."""
    return {
        **hadoop(settings, profile),
        **brokers(settings, profile, home),
        "postgres/postgresql.conf": postgres.render(inside(settings, profile, "postgres"), containers.SOCKETS),
    }


def hadoop(settings: Settings, profile: Profile) -> dict[str, str]:
    """Return the files of Hadoop, which all its daemons share."""
    within = inside(settings, profile, "namenode")
    conf = STATE / "conf" / "hadoop"
    files = {f"hadoop/{name}": text for name, text in hadoop_conf.render(within, nodes(within)).items()}
    for name, heap in HEAPS.items():
        files[f"hadoop/{name}.args"] = java.arguments(hdfs.flags(within, heap), (conf, *HADOOP_JARS))
    return files


def brokers(settings: Settings, profile: Profile, home: Path) -> dict[str, str]:
    """Return the files of each broker; the first ones are one quorum, which others may join later."""
    known = identities(profile, home)
    controllers = ",".join(
        f"{number}@{name}:{settings.port('kafka-controller')}:{folder}"
        for number, (name, folder) in enumerate(known["folders"].items(), 1)
    )
    words = ("kafka.tools.StorageTool", "format", "--cluster-id", known["cluster"],
             "--config", str(STATE / "conf" / "kafka" / "server.properties"))  # fmt: skip
    files: dict[str, str] = {}
    for number, name in enumerate(profile.broker_names, 1):
        within = inside(settings, profile, name)
        quorum = ("--initial-controllers", controllers) if name in known["folders"] else ("--no-initial-controllers",)
        server = kafka.server(within, kafka.Node(number, profile.broker_names))
        files |= {
            f"{name}/server.properties": properties(server),
            f"{name}/kafka.args": java.arguments(kafka.flags(within), KAFKA_JARS),
            f"{name}/format.args": "".join(f'"{word}"\n' for word in (*words, *quorum)),
            f"{name}/log4j2.properties": kafka.LOG4J,
        }
    return files


def identities(profile: Profile, home: Path) -> dict[str, Any]:
    """Return the identity of Kafka's cluster, and of the folder of each broker of its first quorum.

    They are written into the data, so they are made once.
    """
    place = home / "kafka.json"
    if not place.is_file():
        folders = {name: base64.urlsafe_b64encode(secrets.token_bytes(ID_BYTES)).decode().rstrip("=")
                   for name in profile.broker_names}  # fmt: skip
        write(place, json.dumps({"cluster": kafka.cluster_id(), "folders": folders}, indent=2) + "\n")
    known: dict[str, Any] = json.loads(place.read_text())
    return known


def write_files(settings: Settings, profile: Profile, home: Path) -> list[Path]:
    """Write the files below `conf` and return them."""
    return [write(home / "conf" / name, text, PRIVATE) for name, text in render(settings, profile, home).items()]
