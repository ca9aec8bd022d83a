"""What provisioning does to folders of HDFS, as its superuser."""

from collections.abc import Iterator

from common.settings import Settings
from common.webhdfs import WebHdfs
from infra.local.lake import SUPERUSER, Folder


def status(settings: Settings, path: str) -> dict | None:
    """Return owner, group, permission and type of a path, or None where it is not there."""
    return WebHdfs.of(settings, SUPERUSER).status(path)


def ensure(settings: Settings, folder: Folder) -> None:
    """Make a folder and give it its owner, group and mode."""
    hdfs = WebHdfs.of(settings, SUPERUSER)
    have = hdfs.status(folder.path)
    if have is None:
        hdfs.make_folder(folder.path, folder.mode)
        have = hdfs.status(folder.path) or {}
    if (have.get("owner"), have.get("group")) != (folder.owner, folder.group):
        hdfs.call("PUT", folder.path, "SETOWNER", owner=folder.owner, group=folder.group)
    if have.get("permission") != folder.mode:
        hdfs.call("PUT", folder.path, "SETPERMISSION", permission=folder.mode)


def tree(hdfs: WebHdfs, path: str) -> Iterator[str]:
    """Yield a path and everything below it."""
    yield path
    for entry in hdfs.call("GET", path, "LISTSTATUS")["FileStatuses"]["FileStatus"]:
        name = f"{path}/{entry['pathSuffix']}"
        if entry["type"] == "DIRECTORY":
            yield from tree(hdfs, name)
        elif entry["pathSuffix"]:
            yield name


def give(settings: Settings, path: str, owner: str) -> None:
    """Give a path and everything below it to `owner`."""
    hdfs = WebHdfs.of(settings, SUPERUSER)
    for name in list(tree(hdfs, path)):
        hdfs.call("PUT", name, "SETOWNER", owner=owner)


def set_mode(settings: Settings, path: str, mode: str) -> None:
    """Give a path a mode, octal text."""
    WebHdfs.of(settings, SUPERUSER).call("PUT", path, "SETPERMISSION", permission=mode)
