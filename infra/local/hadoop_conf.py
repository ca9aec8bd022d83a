"""`conf/hadoop`: the configuration of the four Hadoop daemons and of every client, a `HADOOP_CONF_DIR`."""

from pathlib import Path

from common.settings import Settings
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

NODE_MEMORY_MB = 6144


def configure(settings: Settings) -> tuple[Path, ...]:
    """Render the folder and return its files."""
    home = settings.path("conf", "hadoop")
    return (
        write(home / "core-site.xml", xml(core(settings))),
        write(home / "hdfs-site.xml", xml({**hdfs(settings), **client(settings)})),
        write(home / "yarn-site.xml", xml(yarn(settings))),
        write(home / "capacity-scheduler.xml", xml(scheduler())),
        write(home / "log4j.properties", LOG4J),
    )


def client(settings: Settings) -> dict[str, object]:
    """Return what every writer must know; Spark jobs get the same as `spark.hadoop.*`."""
    return {
        "dfs.replication": 1,
        "dfs.blocksize": 33_554_432,
        # With one copy every close of a file waits for the DataNode's report, by default 400 ms at a time.
        "dfs.client.block.write.locateFollowingBlock.initial.delay.ms": 10,
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
        "hadoop.tmp.dir": folder(settings.path("run", "tmp"), 0o700) / "hadoop",
        "hadoop.user.group.static.mapping.overrides": ";".join(groups),
        # The web pages read as the identity that may only read.
        "hadoop.http.staticuser.user": "exporter",
        "fs.permissions.umask-mode": "027",
    }


def groups_of(user: str) -> str:
    """Return the groups of a user of the lake, with commas."""
    return f"{GROUP},{RAW_GROUP}" if user in RAW_USERS else GROUP


def hdfs(settings: Settings) -> dict[str, object]:
    """Return `hdfs-site`: one NameNode and one DataNode on loopback, quick to notice each other."""
    data = settings.path("data", "hdfs")
    address = {name: f"localhost:{settings.port(name)}" for name in
               ("namenode", "namenode-web", "datanode", "datanode-web", "datanode-ipc")}  # fmt: skip
    return {
        "dfs.namenode.name.dir": (data / "name").as_uri(),
        "dfs.datanode.data.dir": (data / "blocks").as_uri(),
        "dfs.namenode.rpc-address": address["namenode"],
        "dfs.namenode.http-address": address["namenode-web"],
        "dfs.datanode.address": address["datanode"],
        "dfs.datanode.http.address": address["datanode-web"],
        "dfs.datanode.ipc.address": address["datanode-ipc"],
        "dfs.datanode.hostname": "localhost",
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


def yarn(settings: Settings) -> dict[str, object]:
    """Return `yarn-site`: one ResourceManager and one NodeManager on loopback."""
    data = settings.path("data", "yarn")

    def address(name: str) -> str:
        return f"localhost:{settings.port(name)}"

    return {
        "yarn.resourcemanager.hostname": "localhost",
        "yarn.resourcemanager.bind-host": "127.0.0.1",
        "yarn.resourcemanager.address": address("resourcemanager"),
        "yarn.resourcemanager.scheduler.address": address("resourcemanager-scheduler"),
        "yarn.resourcemanager.resource-tracker.address": address("resourcemanager-tracker"),
        "yarn.resourcemanager.admin.address": address("resourcemanager-admin"),
        "yarn.resourcemanager.webapp.address": address("resourcemanager-web"),
        "yarn.resourcemanager.am.max-attempts": 1,
        "yarn.resourcemanager.nodemanagers.heartbeat-interval-ms": 200,
        "yarn.nodemanager.hostname": "localhost",
        "yarn.nodemanager.bind-host": "127.0.0.1",
        "yarn.nodemanager.address": address("nodemanager"),
        "yarn.nodemanager.localizer.address": address("nodemanager-localizer"),
        "yarn.nodemanager.webapp.address": address("nodemanager-web"),
        "yarn.nodemanager.collector-service.address": address("nodemanager-collector"),
        "yarn.nodemanager.resource.memory-mb": NODE_MEMORY_MB,
        "yarn.nodemanager.resource.cpu-vcores": 4,
        "yarn.nodemanager.heartbeat.interval-ms": 200,
        # Virtual memory says nothing about a JVM.
        "yarn.nodemanager.vmem-check-enabled": "false",
        "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage": 99.0,
        "yarn.nodemanager.local-dirs": data / "local",
        "yarn.nodemanager.log-dirs": settings.path("log", "yarn"),
        "yarn.nodemanager.env-whitelist": "JAVA_HOME,HADOOP_CONF_DIR,PATH,LANG,TZ",
        "yarn.nodemanager.remote-app-log-dir": CONTAINER_LOGS,
        "yarn.log-aggregation-enable": "true",
        "yarn.scheduler.minimum-allocation-mb": 256,
        "yarn.scheduler.maximum-allocation-mb": NODE_MEMORY_MB,
        "yarn.scheduler.maximum-allocation-vcores": 4,
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
