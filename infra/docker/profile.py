"""How large the platform in containers is, by which names its parts find each other, and what settings they have."""

from dataclasses import dataclass
from pathlib import Path

from common.settings import PORTS, Settings, of
from infra.local import hadoop_conf

# In every container; below it the same folders as in the embedded platform's state folder.
STATE = Path("/var/lib/lakehouse")
# Where the project lies in its own image, and its scripts in all of them.
PROJECT = Path("/opt/lakehouse")
# The images of Hadoop and Kafka know this user; Hadoop does not start as one without a name.
USER_ID = 1000


@dataclass(frozen=True)
class Profile:
    """How many there are of what there may be several of, and what each may use.

    Args:
        memory_mb: of the machine, all limits and a job included.
        job_memory_mb: what a NodeManager has for the containers of YARN's jobs.
        yarn: the profile of compose that starts YARN; empty where it starts with the others.
    """

    name: str
    datanodes: int
    nodemanagers: int
    brokers: int
    memory_mb: int
    driver_memory: str
    monitor_memory: str
    job_memory_mb: int
    yarn: str

    @property
    def copies(self) -> int:
        """Return how many copies there are of each block and record."""
        return min(3, self.datanodes, self.brokers)

    @property
    def broker_names(self) -> tuple[str, ...]:
        """Return the names of the brokers."""
        return tuple(f"kafka-{number + 1}" for number in range(self.brokers))

    @property
    def datanode_names(self) -> tuple[str, ...]:
        """Return the names of the DataNodes."""
        return tuple(f"datanode-{number + 1}" for number in range(self.datanodes))

    @property
    def nodemanager_names(self) -> tuple[str, ...]:
        """Return the names of the NodeManagers."""
        return tuple(f"nodemanager-{number + 1}" for number in range(self.nodemanagers))


PROFILES = {
    each.name: each
    for each in (
        Profile("small", 1, 1, 1, 8_192, "640m", "544m", 2_048, "yarn"),
        Profile("cluster", 3, 2, 3, 24_576, "1g", "768m", 3_072, ""),
    )
}


def variables(settings: Settings, profile: Profile, host: str) -> dict[str, str]:
    """Return what a container of the project finds in its environment: settings, and nothing else."""
    base = settings.port_base
    return {
        "STATE_DIR": str(STATE),
        "PORT_BASE": str(base),
        "PLATFORM_HOST": host,
        "KAFKA_BOOTSTRAP": ",".join(f"{name}:{base + PORTS['kafka']}" for name in profile.broker_names),
        "HDFS_URL": f"hdfs://namenode:{base + PORTS['namenode']}",
        "WEBHDFS_URL": f"http://namenode:{base + PORTS['namenode-web']}",
        "POSTGRES_HOST": "postgres",
        "THRIFT_HOST": "thrift",
        "REPLICATION": str(profile.copies),
        "DRIVER_MEMORY": profile.driver_memory,
        "MONITOR_MEMORY": profile.monitor_memory,
        "NODE_MEMORY_MB": str(profile.job_memory_mb),
        "TOPIC_PARTITIONS": str(settings.topic_partitions),
        "MAX_OFFSETS_PER_BATCH": str(settings.max_offsets_per_batch),
        "WINDOW_DAYS": str(settings.window_days),
        "RATE_ALERT_DAYS": str(settings.rate_alert_days),
        "ALERT_RATE": str(settings.alert_rate),
    }


def inside(settings: Settings, profile: Profile, host: str) -> Settings:
    """Return the settings that a container reads from its environment."""
    return of(variables(settings, profile, host))


def nodes(settings: Settings) -> hadoop_conf.Nodes:
    """Return where the Hadoop daemons are; a job's container has the settings of the NodeManager around it."""
    names = variables(settings, PROFILES["small"], "")
    return hadoop_conf.Nodes(
        namenode="namenode",
        resourcemanager="resourcemanager",
        worker="",
        inherited=(*hadoop_conf.HERE.inherited, *names),
    )
