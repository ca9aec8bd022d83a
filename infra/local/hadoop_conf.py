"""`conf/hadoop`: the configuration of the four Hadoop daemons and of every client, a `HADOOP_CONF_DIR`."""

from dataclasses import dataclass
from pathlib import Path

from common.settings import LOOPBACK, Settings
from infra.local.files import folder, write, xml
from infra.local.lake import CONTAINER_LOGS, GROUP, RAW_GROUP, RAW_USERS, SUPERUSER, USERS

LOG4J = """\
log4j.rootLogger=INFO,out
log4j.logger.BlockStateChange=WARN
log4j.logger.org.apache.hadoop.hdfs.StateChange=WARN
log4j.logger.org.apache.hadoop.hdfs.server.datanode.DataNode.clienttrace=WARN
log4j.logger.org.apache.hadoop.util.NativeCodeLoader=ERROR
log4j.logger.org.apache.hadoop.hdfs.server.blockmanagement=WARN
log4j.logger.org.apache.hadoop.hdfs.server.namenode.FSEditLog=WARN
log4j.logger.org.apache.hadoop.security.authentication.server=ERROR
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.target=System.err
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d{ISO8601} %p %c{2}: %m%n
"""


@dataclass(frozen=True)
class Nodes:
    """Where the Hadoop daemons are.

    Args:
        namenode, resourcemanager: by which name each is reached.
        worker: the name of the one machine of all DataNodes and NodeManagers; empty where each has its own.
        cores: what a NodeManager has for the containers of jobs.
        inherited: variables that a job's container takes from its NodeManager.
    """

    namenode: str = "localhost"
    resourcemanager: str = "localhost"
    worker: str = "localhost"
    cores: int = 4
    inherited: tuple[str, ...] = ("JAVA_HOME", "HADOOP_CONF_DIR", "PATH", "LANG", "TZ")


# Where there are several nodes, each listens on whatever addresses it has.
ANY = "0.0.0.0"  # noqa: S104 - within the containers' own network
OF_YARN = (
    "resourcemanager", "resourcemanager-scheduler", "resourcemanager-tracker", "resourcemanager-admin",
    "resourcemanager-web", "nodemanager", "nodemanager-localizer", "nodemanager-web", "nodemanager-collector",
)  # fmt: skip
# The embedded platform's.
HERE = Nodes()


def configure(settings: Settings, nodes: Nodes = HERE) -> tuple[Path, ...]:
    """Render the folder and return its files."""
    folder(scratch(settings), 0o700)
    home = settings.path("conf", "hadoop")
    return tuple(write(home / name, text) for name, text in render(settings, nodes).items())


def render(settings: Settings, nodes: Nodes) -> dict[str, str]:
    """Return the text of each file of the folder."""
    return {
        "core-site.xml": xml(core(settings)),
        "hdfs-site.xml": xml({**hdfs(settings, nodes), **client(settings)}),
        "yarn-site.xml": xml(yarn(settings, nodes)),
        "capacity-scheduler.xml": xml(scheduler()),
        "log4j.properties": LOG4J,
    }


def scratch(settings: Settings) -> Path:
    """Return the folder of what a daemon may lose."""
    return settings.path("run", "tmp")


def client(settings: Settings) -> dict[str, object]:
    """Return what every writer must know; Spark jobs get the same as `spark.hadoop.*`."""
    return {
        "dfs.replication": settings.replication,
        "dfs.blocksize": 33_554_432,
        # With one copy every close of a file waits for the DataNode's report, by default 400 ms at a time. Each wait is
        # twice the one before, so this many come to 82 s: a DataNode on a busy machine has reported by then.
        "dfs.client.block.write.locateFollowingBlock.initial.delay.ms": 10,
        "dfs.client.block.write.locateFollowingBlock.retries": 13,
        "dfs.client.block.write.replace-datanode-on-failure.policy": "NEVER",
        # A job that runs while the NameNode is restarted waits for it.
        "dfs.client.retry.policy.enabled": "true",
        "dfs.client.retry.policy.spec": "500,20,2000,20",
        "fs.permissions.umask-mode": "027",
    }


def core(settings: Settings) -> dict[str, object]:
    """Return `core-site`: where HDFS is, and who belongs to which group."""
    groups = [f"{SUPERUSER}=supergroup", *(f"{user}={groups_of(user)}" for user in USERS), f"yarn={GROUP}"]
    return {
        "fs.defaultFS": settings.hdfs_url,
        "hadoop.tmp.dir": scratch(settings) / "hadoop",
        "hadoop.user.group.static.mapping.overrides": ";".join(groups),
        # The web pages read as the identity that may only read.
        "hadoop.http.staticuser.user": "exporter",
        "fs.permissions.umask-mode": "027",
    }


def groups_of(user: str) -> str:
    """Return the groups of a user of the lake, with commas."""
    return f"{GROUP},{RAW_GROUP}" if user in RAW_USERS else GROUP


def hdfs(settings: Settings, nodes: Nodes) -> dict[str, object]:
    """Return `hdfs-site`: one NameNode and its DataNodes, quick to notice each other."""
    data = settings.path("data", "hdfs")
    address = {name: f"{nodes.namenode}:{settings.port(name)}" for name in ("namenode", "namenode-web")}
    address |= {name: f"{nodes.worker or ANY}:{settings.port(name)}" for name in
                ("datanode", "datanode-web", "datanode-ipc")}  # fmt: skip
    return {
        "dfs.namenode.name.dir": (data / "name").as_uri(),
        "dfs.datanode.data.dir": (data / "blocks").as_uri(),
        "dfs.namenode.rpc-address": address["namenode"],
        "dfs.namenode.http-address": address["namenode-web"],
        "dfs.datanode.address": address["datanode"],
        "dfs.datanode.http.address": address["datanode-web"],
        "dfs.datanode.ipc.address": address["datanode-ipc"],
        **({"dfs.datanode.hostname": nodes.worker} if nodes.worker else {}),
        "dfs.namenode.datanode.registration.ip-hostname-check": "false",
        "dfs.permissions.enabled": "true",
        "dfs.permissions.superusergroup": "supergroup",
        "dfs.namenode.safemode.extension": 0,
        "dfs.namenode.handler.count": 4,
        "dfs.datanode.handler.count": 4,
        "dfs.namenode.heartbeat.recheck-interval": 5000,
        "dfs.heartbeat.interval": 1,
        "dfs.blockreport.initialDelay": 0,
    }


def yarn(settings: Settings, nodes: Nodes) -> dict[str, object]:
    """Return `yarn-site`: one ResourceManager and its NodeManagers."""
    data = settings.path("data", "yarn")
    manager, worker, bind = nodes.resourcemanager, nodes.worker or ANY, LOOPBACK if nodes.worker else ANY
    hosts = {name: manager if name.startswith("resourcemanager") else worker for name in OF_YARN}
    address = {name: f"{host}:{settings.port(name)}" for name, host in hosts.items()}
    return {
        "yarn.resourcemanager.hostname": manager,
        "yarn.resourcemanager.bind-host": bind,
        "yarn.resourcemanager.address": address["resourcemanager"],
        "yarn.resourcemanager.scheduler.address": address["resourcemanager-scheduler"],
        "yarn.resourcemanager.resource-tracker.address": address["resourcemanager-tracker"],
        "yarn.resourcemanager.admin.address": address["resourcemanager-admin"],
        "yarn.resourcemanager.webapp.address": address["resourcemanager-web"],
        "yarn.resourcemanager.am.max-attempts": 1,
        "yarn.resourcemanager.nodemanagers.heartbeat-interval-ms": 200,
        **({"yarn.nodemanager.hostname": nodes.worker} if nodes.worker else {}),
        "yarn.nodemanager.bind-host": bind,
        "yarn.nodemanager.address": address["nodemanager"],
        "yarn.nodemanager.localizer.address": address["nodemanager-localizer"],
        "yarn.nodemanager.webapp.address": address["nodemanager-web"],
        "yarn.nodemanager.collector-service.address": address["nodemanager-collector"],
        "yarn.nodemanager.resource.memory-mb": settings.node_memory_mb,
        "yarn.nodemanager.resource.cpu-vcores": nodes.cores,
        "yarn.nodemanager.heartbeat.interval-ms": 200,
        # Virtual memory says nothing about a JVM.
        "yarn.nodemanager.vmem-check-enabled": "false",
        "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage": 99.0,
        "yarn.nodemanager.local-dirs": data / "local",
        "yarn.nodemanager.log-dirs": settings.path("log", "yarn"),
        "yarn.nodemanager.env-whitelist": ",".join(nodes.inherited),
        "yarn.nodemanager.remote-app-log-dir": CONTAINER_LOGS,
        "yarn.log-aggregation-enable": "true",
        "yarn.scheduler.minimum-allocation-mb": 256,
        "yarn.scheduler.maximum-allocation-mb": settings.node_memory_mb,
        "yarn.scheduler.maximum-allocation-vcores": nodes.cores,
        "yarn.timeline-service.enabled": "false",
        "yarn.application.classpath": "",
    }


def scheduler() -> dict[str, object]:
    """Return `capacity-scheduler`: one queue, in which a job's master may take half."""
    queue = "yarn.scheduler.capacity.root.default"
    return {
        "yarn.scheduler.capacity.root.queues": "default",
        f"{queue}.capacity": 100,
        f"{queue}.user-limit-factor": 2,
        "yarn.scheduler.capacity.maximum-am-resource-percent": 0.5,
        "yarn.scheduler.capacity.resource-calculator":
            "org.apache.hadoop.yarn.util.resource.DominantResourceCalculator",
        "yarn.scheduler.capacity.node-locality-delay": 0,
    }  # fmt: skip
