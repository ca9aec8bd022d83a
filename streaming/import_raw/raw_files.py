"""The files of the raw zone: which there are, what they hold, and whether they stay as they are."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast

from common.errors import UsageError, UserError
from common.lake_paths import FLUME_EVENTS, LAKE, RAW_EVENTS
from common.webhdfs import WebHdfs

# What anybody puts there by hand, and what Flume writes; each has a folder per topic.
ZONES = (RAW_EVENTS, FLUME_EVENTS)
GZIP = b"\x1f\x8b"
# How files begin that are compressed in another way.
COMPRESSED = {
    b"PK\x03\x04": "ZIP",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "LZ4",
    b"Obj\x01": "Avro",
    b"PAR1": "Parquet",
    b"SEQ": "a Hadoop sequence file",
}
# What whoever writes calls a file that is not whole yet.
UNFINISHED_STARTS, UNFINISHED_ENDS = (".", "_"), (".tmp", ".part", ".inprogress", "._COPYING_")
BLOCK, MAGIC_BYTES = 1 << 20, 8
LONGEST_LINE = 64 * BLOCK


@dataclass(frozen=True)
class RawFile:
    """A file as it was when it was looked at; `number` is HDFS's own of it."""

    topic: str
    path: str
    number: int
    size: int
    modified_ms: int

    @property
    def name(self) -> str:
        """Return the path below the zone, of a file of Flume's with that zone's name."""
        return self.path.removeprefix(f"{RAW_EVENTS}/").removeprefix(f"{LAKE}/")


def find(hdfs: WebHdfs, topics: Iterable[str]) -> tuple[list[RawFile], list[str]]:
    """Return the files by topic and name, and the names of those that are not whole yet.

    Raises:
        UsageError: a folder is of no topic.
    """
    known, files, unfinished = set(topics), list[RawFile](), list[str]()
    for folder in [f"{zone}/{name}" for zone in ZONES for name in hdfs.names(zone)]:
        topic = folder.rpartition("/")[2]
        if topic not in known:
            raise UsageError(f"{folder}: there is no topic of this name; the topics are {sorted(known)}")
        for one in walk(hdfs, topic, folder):
            base = one.path.rpartition("/")[2]
            if base.startswith(UNFINISHED_STARTS) or base.endswith(UNFINISHED_ENDS):
                unfinished.append(one.name)
            else:
                files.append(one)
    return files, unfinished


def walk(hdfs: WebHdfs, topic: str, folder: str) -> Iterator[RawFile]:
    """Yield the files below a folder, by name."""
    for name in hdfs.names(folder):
        path = f"{folder}/{name}"
        facts = hdfs.status(path)
        if facts is not None and facts["type"] == "DIRECTORY":
            yield from walk(hdfs, topic, path)
        elif facts is not None:
            yield RawFile(topic, path, facts["fileId"], facts["length"], facts["modificationTime"])


class Hashed(io.RawIOBase):
    """A stream that hashes what is read of it."""

    def __init__(self, content: IO[bytes]) -> None:
        """Take a stream from its beginning."""
        super().__init__()
        self.content, self.digest = cast(io.RawIOBase, content), hashlib.sha256()

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer and return how many bytes came."""
        count = self.content.readinto(buffer) or 0
        self.digest.update(memoryview(buffer)[:count])
        return count


def check(hdfs: WebHdfs, file: RawFile) -> str:
    """Read a file to its end, so that what is wrong with it is found before anything is sent, and return its hash.

    Raises:
        UserError: it cannot be read, or changed meanwhile.
    """
    with lines(hdfs, file) as (content, hashed):
        for _ in content:
            pass
    require_unchanged(hdfs, file)
    return hashed.digest.hexdigest()


def require_unchanged(hdfs: WebHdfs, file: RawFile) -> None:
    """Refuse a file that was written to, or replaced, since it was looked at.

    Raises:
        UserError: the text names it.
    """
    now = hdfs.status(file.path)
    if now is None or (now["fileId"], now["length"], now["modificationTime"]) != (
        file.number, file.size, file.modified_ms,
    ):  # fmt: skip
        raise UserError(f"{file.path}: changed while it was read; run it again when the file is whole")


@contextmanager
def lines(hdfs: WebHdfs, file: RawFile) -> Iterator[tuple[Iterator[bytes], Hashed]]:
    """Yield the lines of a file, unpacked where it is gzip by its content, and what hashes its bytes as they are read.

    Raises:
        UserError: it is compressed in another way, damaged, or has a line without an end in sight.
    """
    with hdfs.open(file.path) as content:
        hashed = Hashed(content)
        raw = io.BufferedReader(hashed, BLOCK)
        head = raw.peek(MAGIC_BYTES)
        for magic, kind in COMPRESSED.items():
            if head.startswith(magic):
                raise UserError(f"{file.path}: is {kind}, not lines of JSON; put text, or gzip, in its place")
        is_packed = head.startswith(GZIP)
        unpacked = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if is_packed else raw
        try:
            yield split(unpacked, file, None if is_packed else file.size), hashed
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UserError(f"{file.path}: the gzip file is damaged or cut short ({error}); put it again") from None


def split(content: IO[bytes], file: RawFile, size: int | None) -> Iterator[bytes]:
    """Yield the lines; the last one may be without its end.

    Raises:
        UserError: a line is longer than anything that could be an event, or fewer bytes came than `size`.
    """
    came = 0
    while line := content.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise UserError(f"{file.path}: has a line of more than {LONGEST_LINE >> 20} MB; a line has to be one event")
        came += len(line)
        yield line
    if size is not None and came != size:
        raise UserError(f"{file.path}: HDFS gave {came:,} of {size:,} bytes; run it again, or see `make doctor`")
