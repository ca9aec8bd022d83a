"""HDFS: one NameNode and one DataNode."""

import hashlib
import json
import shutil
from pathlib import Path

from common.errors import UserError
from common.settings import Settings
from infra.local import hadoop_conf, hdfs_folders, java, web
from infra.local.files import folder, has_stamp, write
from infra.local.lake import SUPERUSER, folders
from infra.local.service import NotReadyError, Program, Service
from infra.setup.jars import classpath

NAMENODE = "org.apache.hadoop.hdfs.server.namenode.NameNode"
DATANODE = "org.apache.hadoop.hdfs.server.datanode.DataNode"


def service(settings: Settings) -> Service:
    """Return HDFS; its configuration is rendered."""
    config = hadoop_conf.configure(settings)
    namenode = arguments(settings, "namenode", "256m")
    datanode = arguments(settings, "datanode", "192m")
    return Service(
        name="hdfs",
        programs=(
            daemon(settings, "namenode", NAMENODE, namenode, ("namenode", "namenode-web"), SUPERUSER),
            daemon(settings, "datanode", DATANODE, datanode, ("datanode", "datanode-web", "datanode-ipc"), SUPERUSER),
        ),
        probe=probe,
        prepare=prepare,
        provision=provision,
        config=(*(path for path in config if path.name in ("core-site.xml", "hdfs-site.xml")), namenode, datanode),
    )


def arguments(settings: Settings, name: str, heap: str) -> Path:
    """Write the argument file of a Hadoop daemon and return it."""
    home = settings.path("conf", "hadoop")
    return java.argument_file(home / f"{name}.args", flags(settings, heap), [home, *classpath("hadoop")])


def flags(settings: Settings, heap: str) -> list[str]:
    """Return the flags of a Hadoop daemon."""
    return java.flags(
        settings, heap, "-XX:TieredStopAtLevel=1", "-XX:MaxMetaspaceSize=128m", *java.OPENS,
        f"-Dhadoop.log.dir={settings.path('log')}", f"-Dhadoop.home.dir={settings.path('conf', 'hadoop')}",
    )  # fmt: skip


def daemon(settings: Settings, name: str, main: str, args: Path, ports: tuple[str, ...], identity: str) -> Program:
    """Return a Hadoop daemon that acts as `identity`."""
    return Program(
        name=name,
        command=(java.executable(), f"@{args}", main),
        ports=ports,
        version=java.version_of(classpath("hadoop"), "hadoop-common"),
        web=f"http://localhost:{settings.port(f'{name}-web')}",
        env={"HADOOP_USER_NAME": identity, "JAVA_HOME": str(java.home())},
    )


def prepare(settings: Settings) -> None:
    """Format the NameNode once.

    Raises:
        UserError: there are blocks but no NameNode that knows them.
    """
    names, blocks = settings.path("data", "hdfs", "name"), settings.path("data", "hdfs", "blocks")
    if any((names / "current").glob("fsimage_*.md5")):
        return
    if (blocks / "current").is_dir():
        raise UserError(f"{blocks} holds blocks but {names} is empty; restore that folder, or run `make reset`")
    shutil.rmtree(names, ignore_errors=True)
    folder(names.parent, 0o700)
    java.run(
        arguments(settings, "namenode", "256m"), NAMENODE, "-format", "-nonInteractive",
        log=settings.path("log", "hdfs-init.log"), env={"HADOOP_USER_NAME": SUPERUSER},
    )  # fmt: skip


def probe(settings: Settings) -> None:
    """Ask the NameNode whether it serves and has a DataNode, and the DataNode whether it is that one."""
    probe_namenode(f"http://localhost:{settings.port('namenode-web')}")
    try:
        data = bean(f"http://localhost:{settings.port('datanode-web')}", "DataNode,name=DataNodeInfo")
        actors = json.loads(data["BPServiceActorInfo"])
    except (OSError, KeyError, IndexError) as error:
        raise NotReadyError(f"{type(error).__name__}: {error}") from None
    if not actors or any(actor["ActorState"] != "RUNNING" for actor in actors):
        raise NotReadyError("the DataNode is not connected to the NameNode")


def probe_namenode(base: str) -> None:
    """Ask a NameNode whether it takes files."""
    try:
        state = bean(base, "NameNode,name=FSNamesystemState")
    except (OSError, KeyError, IndexError) as error:
        raise NotReadyError(f"{type(error).__name__}: {error}") from None
    if state["FSState"] != "Operational":
        raise NotReadyError("the NameNode is in safe mode")
    if state["NumLiveDataNodes"] < 1:
        raise NotReadyError("no DataNode is registered")


def bean(base: str, name: str) -> dict:
    """Return what a Hadoop daemon publishes of itself under a name."""
    return web.get_json(base, f"/jmx?qry=Hadoop:service={name}")["beans"][0]


def provision(settings: Settings) -> None:
    """Ensure the lake's folders with their owners; skipped where the stamp says it was done."""
    stamp = settings.path("data", "hdfs", "provisioned")
    fingerprint = hashlib.sha256(repr(folders()).encode()).hexdigest()
    if has_stamp(stamp, fingerprint):
        return
    for each in folders():
        hdfs_folders.ensure(settings, each)
    write(stamp, fingerprint)
