"""Archives of a backup: tar and Zstandard, hashed while they are written, judged before they are unpacked."""

import hashlib
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import pyarrow as pa

from common.errors import UserError
from common.files import sha256
from infra.local.disk import Progress, on_disk
from infra.local.files import PRIVATE, cannot_write

SUFFIX = ".tar.zst"
BUFFER = 1 << 20


@dataclass(frozen=True)
class Entry:
    """A file or folder to be packed, and its name in the archive."""

    path: Path
    name: str
    size: int


@dataclass(frozen=True)
class Archive:
    """What a manifest says of an archive; sizes are bytes, `unpacked` what its content takes on a disk."""

    name: str
    sha256: str
    size: int
    files: int
    unpacked: int


class Sink:
    """A private file that counts and hashes what is written to it.

    A disk that is full is remembered, because the compressor in between may say something else.
    """

    closed = False

    def __init__(self, file: BinaryIO, path: Path) -> None:
        """Write to `file`, which lies at `path`."""
        self.file, self.path = file, path
        self.hash, self.size = hashlib.sha256(), 0
        self.failure: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write bytes."""
        try:
            self.file.write(data)
        except OSError as error:
            self.failure = error
            raise
        self.hash.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: the file is flushed when it is whole."""

    def close(self) -> None:
        """Do nothing: the file is closed by whoever opened it."""


def no_room(path: Path, error: OSError) -> UserError:
    """Return the error that tells the user why a backup cannot be written."""
    return UserError(f"cannot write {path}: {error.strerror}; free space, change its owner, or choose another folder")


def entries(base: Path, roots: Iterable[str], skipped: Iterable[str] = ()) -> Iterator[Entry]:
    """Yield what lies at and below the roots of `base`, folders first, in the order of names.

    A root may be reached by a symbolic link, since a store may lie on another disk; below it there are none.

    Raises:
        UserError: something is neither a file nor a folder.
    """
    left_out = set(skipped)
    for root in roots:
        if (base / root).exists():
            yield from walk((base / root).resolve(), root, left_out)


def walk(path: Path, name: str, left_out: set[str]) -> Iterator[Entry]:
    """Yield a file, or a folder and what is in it."""
    if path.is_symlink() or not (path.is_file() or path.is_dir()):
        raise UserError(f"{path} is neither a file nor a folder, so it cannot be part of a backup; move it away")
    yield Entry(path, name, path.stat().st_size if path.is_file() else 0)
    if path.is_dir():
        for child in sorted(path.iterdir()):
            if child.name not in left_out:
                yield from walk(child, f"{name}/{child.name}", left_out)


def pack(path: Path, content: list[Entry]) -> Archive:
    """Write an archive whole, readable by its owner alone, and return what the manifest says of it.

    Raises:
        UserError: it cannot be written, e.g. on a full disk, or a file cannot be read.
    """
    progress = Progress("packs", path.name, sum(entry.size for entry in content))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        sink = Sink(file, path)
        try:
            with (
                compressor(sink) as stream,
                tarfile.open(fileobj=stream, mode="w|", bufsize=BUFFER) as tar,
            ):
                for entry in content:
                    tar.add(entry.path, entry.name, recursive=False)
                    progress.add(entry.size)
            file.flush()
            os.fsync(file.fileno())
        except (OSError, pa.ArrowException, tarfile.TarError) as error:
            if sink.failure:
                raise no_room(path, sink.failure) from None
            raise UserError(f"cannot pack {path.name}: {error}") from None
    files = [entry for entry in content if entry.path.is_file()]
    return Archive(path.name, sink.hash.hexdigest(), sink.size, len(files), sum(on_disk(one.size) for one in files))


@contextmanager
def compressor(sink: Sink) -> Iterator[pa.CompressedOutputStream]:
    """Yield a stream that compresses into `sink`; after a failure it is left as it is, since its end would fail too."""
    stream = pa.CompressedOutputStream(pa.PythonFile(sink, "w"), "zstd")
    try:
        yield stream
    except BaseException:
        with suppress(OSError, pa.ArrowException):
            stream.close()
        raise
    stream.close()


@contextmanager
def open_archive(path: Path) -> Iterator[tarfile.TarFile]:
    """Yield an archive to be read from its beginning to its end.

    Raises:
        UserError: it is damaged.
    """
    try:
        with (
            pa.OSFile(str(path), "rb") as file,
            pa.CompressedInputStream(file, "zstd") as stream,
            tarfile.open(fileobj=stream, mode="r|", bufsize=BUFFER) as tar,
        ):
            yield tar
    except (OSError, pa.ArrowException, tarfile.TarError, EOFError) as error:
        raise UserError(f"{path} is damaged: {error}; use another backup") from None


def require_sound(path: Path, archive: Archive, roots: tuple[str, ...]) -> None:
    """Compare an archive with its manifest and look at every member, before anything is written.

    Raises:
        UserError: it is missing, damaged, or holds what does not belong below `roots`.
    """
    if not path.is_file():
        raise UserError(f"{path} is missing, so the backup is incomplete; use another one")
    size = path.stat().st_size
    if size != archive.size:
        raise UserError(f"{path} is damaged: it has {size} bytes, its manifest says {archive.size}; use another backup")
    if sha256(path) != archive.sha256:
        raise UserError(f"{path} is damaged: its sha256 is not that of the manifest; use another backup")
    files = 0
    with open_archive(path) as tar:
        for member in tar:
            require_safe(path, member, roots)
            files += member.isfile()
    if files != archive.files:
        raise UserError(f"{path} is damaged: it holds {files} files, its manifest says {archive.files}")


def require_safe(path: Path, member: tarfile.TarInfo, roots: tuple[str, ...]) -> None:
    """Refuse a member that is neither a file nor a folder at or below one of `roots`.

    Raises:
        UserError: the text names the member.
    """
    name = PurePosixPath(member.name)
    inside = any(name.is_relative_to(root) for root in roots)
    if not (member.isfile() or member.isdir()) or name.is_absolute() or ".." in name.parts or not inside:
        raise UserError(f"{path} holds {member.name!r}, which no backup of this platform does; it is refused")


def unpack(path: Path, archive: Archive, roots: tuple[str, ...], to: Path) -> None:
    """Unpack an archive below a folder; everything then belongs to this user.

    Raises:
        UserError: the disk is full, or a member is not safe.
    """
    progress = Progress("unpacks", path.name, archive.unpacked)
    with open_archive(path) as tar:
        # Early releases of Python 3.11 have no such filter; what it refuses is refused by name here.
        tar.extraction_filter = getattr(tarfile, "data_filter", None)
        for member in tar:
            require_safe(path, member, roots)
            # No other user may write, and whoever unpacks owns.
            member.mode = member.mode & 0o755 | (0o700 if member.isdir() else 0o600)
            member.uid, member.gid, member.uname, member.gname = os.geteuid(), os.getegid(), "", ""
            try:
                tar.extract(member, to)
                if member.isdir():
                    (to / member.name).chmod(member.mode)
            except OSError as error:
                raise cannot_write(to / member.name, error) from None
            progress.add(member.size)
