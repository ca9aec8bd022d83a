"""The few calls of WebHDFS that provisioning needs, as the superuser."""

import json
import urllib.parse
from collections.abc import Iterator
from http import HTTPStatus

from infra.local import web
from infra.local.lake import SUPERUSER, Folder
from spark.common.errors import UserError
from spark.common.settings import Settings

SECONDS = 20


def call(settings: Settings, method: str, operation: str, path: str, **parameters: str) -> dict:
    """Make one call and return its JSON, empty where there is none.

    Raises:
        FileNotFoundError: the path is not there.
        UserError: HDFS refused; the text is its own.
    """
    query = urllib.parse.urlencode({"op": operation, "user.name": SUPERUSER, **parameters})
    try:
        code, body = web.request(
            settings.webhdfs_url, f"/webhdfs/v1{urllib.parse.quote(path)}?{query}", method, SECONDS
        )
    except OSError as error:
        raise UserError(f"HDFS does not answer at {settings.webhdfs_url}: {error}; run `make status`") from None
    if code == HTTPStatus.NOT_FOUND:
        raise FileNotFoundError(path)
    if code >= HTTPStatus.BAD_REQUEST:
        raise UserError(f"HDFS refused {operation} of {path}: {reason(body)}")
    return json.loads(body) if body else {}


def reason(body: bytes) -> str:
    """Return the first line of the exception in an answer."""
    try:
        return str(json.loads(body)["RemoteException"]["message"]).partition("\n")[0]
    except (ValueError, KeyError):
        return body[:200].decode(errors="replace")


def status(settings: Settings, path: str) -> dict | None:
    """Return owner, group, permission and type of a path, or None where it is not there."""
    try:
        return call(settings, "GET", "GETFILESTATUS", path)["FileStatus"]
    except FileNotFoundError:
        return None


def ensure(settings: Settings, folder: Folder) -> None:
    """Make a folder and give it its owner, group and mode."""
    have = status(settings, folder.path)
    if have is None:
        call(settings, "PUT", "MKDIRS", folder.path, permission=folder.mode)
        have = status(settings, folder.path) or {}
    if (have.get("owner"), have.get("group")) != (folder.owner, folder.group):
        call(settings, "PUT", "SETOWNER", folder.path, owner=folder.owner, group=folder.group)
    if have.get("permission") != folder.mode:
        call(settings, "PUT", "SETPERMISSION", folder.path, permission=folder.mode)


def tree(settings: Settings, path: str) -> Iterator[str]:
    """Yield a path and everything below it."""
    yield path
    for entry in call(settings, "GET", "LISTSTATUS", path)["FileStatuses"]["FileStatus"]:
        name = f"{path}/{entry['pathSuffix']}"
        if entry["type"] == "DIRECTORY":
            yield from tree(settings, name)
        elif entry["pathSuffix"]:
            yield name


def give(settings: Settings, path: str, owner: str) -> None:
    """Give a path and everything below it to `owner`."""
    for name in list(tree(settings, path)):
        call(settings, "PUT", "SETOWNER", name, owner=owner)
