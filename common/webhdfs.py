"""A small client of WebHDFS: whole files in, folders, facts; the standard library alone, so that no JVM is needed."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import quote, urlencode, urlsplit

from common.errors import UserError
from common.settings import Settings

TIMEOUT_SECONDS = 60
REDIRECT = 307
ABSENT = "FileNotFoundException"


@dataclass(frozen=True)
class WebHdfs:
    """HDFS as one of its users sees it."""

    url: str
    user: str

    @classmethod
    def of(cls, settings: Settings, user: str) -> "WebHdfs":
        """Return the platform's HDFS for a user."""
        return cls(settings.webhdfs_url, user)

    def status(self, path: str) -> dict[str, Any] | None:
        """Return a file's or folder's facts (length, owner, permission, type), or None where there is none."""
        answer = self.call("GET", path, "GETFILESTATUS", absent_ok=True)
        return answer["FileStatus"] if answer else None

    def names(self, path: str) -> list[str]:
        """Return the names in a folder, sorted; none where there is no folder."""
        answer = self.call("GET", path, "LISTSTATUS", absent_ok=True)
        return sorted(one["pathSuffix"] for one in answer["FileStatuses"]["FileStatus"]) if answer else []

    def make_folder(self, path: str, permission: str = "0750") -> None:
        """Make a folder and those above it where they are not there."""
        self.call("PUT", path, "MKDIRS", permission=permission)

    def read(self, path: str) -> bytes | None:
        """Return the content of a file, or None where there is none."""
        place = self.request("GET", self.url, self.target(path, "OPEN", {}), None)
        if place.status != REDIRECT:
            self.answer(place, path, absent_ok=True)
            return None
        location = urlsplit(place.headers["Location"])
        response = self.request("GET", f"http://{location.netloc}", f"{location.path}?{location.query}", None)
        if response.status >= REDIRECT:
            self.answer(response, path)
        return response.body

    @contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        """Yield the content of a file as a stream.

        Raises:
            UserError: HDFS refuses it, or does not answer.
        """
        place = self.request("GET", self.url, self.target(path, "OPEN", {}), None)
        if place.status != REDIRECT:
            self.answer(place, path)
        location = urlsplit(place.headers["Location"])
        connection = http.client.HTTPConnection(location.netloc, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("GET", f"{location.path}?{location.query}")
            response = connection.getresponse()
            if response.status >= REDIRECT:
                self.answer(Response(response.status, dict(response.headers), response.read()), path)
            yield cast(IO[bytes], response)
        except (ConnectionError, TimeoutError, http.client.HTTPException) as error:
            raise UserError(f"HDFS at {self.url}: {path}: {error}; see `make logs SERVICE=datanode`") from None
        finally:
            connection.close()

    def upload(self, local: Path, path: str, permission: str = "0600") -> None:
        """Put a local file at `path` whole: a reader sees the old file or the new one, never a part."""
        fresh = f"{path}.part"
        self.create(local, fresh, permission)
        self.delete(path)
        if not self.call("PUT", fresh, "RENAME", destination=path)["boolean"]:
            raise UserError(f"HDFS at {self.url}: {fresh} could not be renamed to {path}; `make logs SERVICE=namenode`")

    def delete(self, path: str, recursive: bool = False) -> bool:
        """Delete a file, or a folder with all below it, and return whether it was there."""
        return bool(self.call("DELETE", path, "DELETE", recursive=str(recursive).lower())["boolean"])

    def create(self, local: Path, path: str, permission: str) -> None:
        """Stream a local file to the DataNode that the NameNode names."""
        query = self.target(path, "CREATE", {"overwrite": "true", "permission": permission})
        place = self.request("PUT", self.url, query, None)
        if place.status != REDIRECT:
            self.answer(place, path)
        location = urlsplit(place.headers["Location"])
        with local.open("rb") as content:
            response = self.request(
                "PUT", f"http://{location.netloc}", f"{location.path}?{location.query}", content, local.stat().st_size
            )
        self.answer(response, path)

    def call(self, method: str, path: str, operation: str, absent_ok: bool = False, **options: str) -> dict[str, Any]:
        """Return the answer of an operation of the NameNode; empty for an absent path that may be."""
        return self.answer(self.request(method, self.url, self.target(path, operation, options)), path, absent_ok)

    def target(self, path: str, operation: str, options: dict[str, str]) -> str:
        """Return the request line's target of an operation."""
        return f"/webhdfs/v1{quote(path)}?{urlencode({'op': operation, 'user.name': self.user, **options})}"

    def request(self, method: str, url: str, target: str, body: Any = None, length: int = 0) -> "Response":
        """Send one request and read its whole answer.

        Raises:
            UserError: nothing answers there.
        """
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT_SECONDS)
        try:
            headers = {"Content-Length": str(length), "Content-Type": "application/octet-stream"}
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            return Response(response.status, dict(response.headers), response.read())
        except (OSError, http.client.HTTPException) as error:
            raise UserError(f"HDFS at {url}: {error}; start it with `make up`, or correct WEBHDFS_URL") from None
        finally:
            connection.close()

    def answer(self, response: "Response", path: str, absent_ok: bool = False) -> dict[str, Any]:
        """Return the JSON of an answer.

        Raises:
            UserError: HDFS refuses; the text is its reason.
        """
        if response.status < 300:
            return dict(json.loads(response.body)) if response.body else {}
        try:
            fault = json.loads(response.body)["RemoteException"]
        except (ValueError, KeyError):
            fault = {
                "exception": f"status {response.status}",
                "message": response.body[:200].decode("utf-8", "replace"),
            }
        if absent_ok and fault["exception"] == ABSENT:
            return {}
        message = " ".join(str(fault["message"]).split())
        raise UserError(f"HDFS at {self.url} refuses {path} to {self.user}: {message} ({fault['exception']})")


@dataclass(frozen=True)
class Response:
    """The answer to one request."""

    status: int
    headers: dict[str, str]
    body: bytes
