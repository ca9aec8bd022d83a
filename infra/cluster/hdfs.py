"""HDFS: its version, whether it takes files, room, and the folders of the lake with their owners and modes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from common.errors import UserError
from common.lake_paths import LAKE
from common.settings import Settings
from common.webhdfs import WebHdfs
from infra.cluster.finding import Finding, version_faults
from infra.local.lake import GROUP, USERS, Folder, folders
from infra.local.services.hdfs import bean
from infra.setup.jars import released

SERVICE = "hdfs"
FREE_GB = 2


@dataclass(frozen=True)
class Facts:
    """What the NameNode says of itself; `free` in bytes, for all copies of a block together."""

    version: str
    takes_files: bool
    free: int
    datanodes: int


@dataclass(frozen=True)
class Place:
    """A folder as its owner sees it: what WebHDFS says, None where it is not there; `refusal` where it is refused."""

    folder: Folder
    status: Mapping[str, Any] | None
    refusal: str = ""


def findings(settings: Settings) -> Iterator[Finding]:
    """Ask the NameNode, and judge."""
    scheme = urlsplit(settings.hdfs_url).scheme
    if scheme != "hdfs":
        yield Finding(
            SERVICE, f"HDFS_URL names a store of kind {scheme}", "only HDFS is supported; name an hdfs:// one"
        )
        return
    try:
        facts = read(settings)
    except (OSError, KeyError, IndexError) as error:
        fault = f"no NameNode's page answers at {settings.webhdfs_url} ({error})"
        yield Finding(SERVICE, fault, "set WEBHDFS_URL to the active NameNode's http address, and let /jmx be read")
        return
    yield from judge(settings, facts)
    yield from judge_folders(look(settings))


def read(settings: Settings) -> Facts:
    """Return the NameNode's facts.

    Raises:
        OSError, KeyError, IndexError: it does not answer, or not as a NameNode does.
    """
    state = bean(settings.webhdfs_url, "NameNode,name=FSNamesystemState")
    version = bean(settings.webhdfs_url, "NameNode,name=NameNodeInfo")["SoftwareVersion"]
    return Facts(
        version=version,
        takes_files=state["FSState"] == "Operational",
        free=state["CapacityRemaining"],
        datanodes=state["NumLiveDataNodes"],
    )


def judge(settings: Settings, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with HDFS as a whole."""
    yield from version_faults(SERVICE, "Hadoop", facts.version, released("hadoop", "hadoop-common"))
    if not facts.takes_files:
        remedy = "wait for its DataNodes, or leave it by `hdfs dfsadmin -safemode leave`"
        yield Finding(SERVICE, "the NameNode is in safe mode and takes no files", remedy)
    if facts.datanodes < settings.replication:
        fault = f"{facts.datanodes} DataNodes are there for {settings.replication} copies of a block"
        yield Finding(SERVICE, fault, "start the others, or lower REPLICATION")
    room = facts.free / settings.replication / 1e9
    if room < FREE_GB:
        yield Finding(SERVICE, f"{room:.1f} GB free for files", "free some space, or add a DataNode")


def look(settings: Settings) -> list[Place]:
    """Return the folders that jobs need, each as it is shown to the identity that owns it."""
    places = []
    for folder in folders():
        is_of_user = folder.owner in USERS
        if not is_of_user and not folder.path.startswith(LAKE):
            continue
        hdfs = WebHdfs.of(settings, folder.owner if is_of_user else USERS[0])
        try:
            places.append(Place(folder, hdfs.status(folder.path)))
        except UserError as error:
            places.append(Place(folder, None, str(error)))
    return places


def judge_folders(places: list[Place]) -> Iterator[Finding]:
    """Yield what is wrong with folders; of one that is missing or closed, nothing below it."""
    closed: list[str] = []
    for place in places:
        path = place.folder.path
        if any(path.startswith(f"{above}/") for above in closed):
            continue
        if place.refusal:
            closed.append(path)
            remedy = f"give {place.folder.owner} the group {GROUP} on the NameNode, and the folders above their modes"
            yield Finding(SERVICE, place.refusal.partition(": ")[2] or place.refusal, remedy)
        elif place.status is None:
            closed.append(path)
            make = f"`hdfs dfs -mkdir {path}`, `-chown {owners(place.folder)}`, `-chmod {place.folder.mode}`"
            yield Finding(SERVICE, f"there is no folder {path}", make)
        else:
            yield from folder_faults(place.folder, place.status)


def folder_faults(folder: Folder, status: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what differs of a folder that is there; who the superuser is, is the team's business."""
    owner = status["owner"] if folder.owner in USERS else folder.owner
    have = f"{owner}:{status['group']}"
    if have != owners(folder):
        remedy = f"`hdfs dfs -chown {owners(folder)} {folder.path}`"
        yield Finding(SERVICE, f"{folder.path} is of {have}, not {owners(folder)}", remedy)
    if status["permission"] != folder.mode:
        remedy = f"`hdfs dfs -chmod {folder.mode} {folder.path}`"
        yield Finding(SERVICE, f"{folder.path} has the mode {status['permission']}, not {folder.mode}", remedy)


def owners(folder: Folder) -> str:
    """Return owner and group of a folder, as `chown` takes them."""
    return f"{folder.owner}:{folder.group}"
