"""Archives of a backup: whole and private, or refused before anything is written."""

import io
import os
import resource
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from common.errors import UserError
from common.files import sha256
from infra.local.archive import Archive, Entry, entries, pack, require_sound, unpack

ROOTS = ("data/kafka",)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of two files and an empty folder."""
    home = tmp_path / "state" / "data" / "kafka"
    (home / "orders-0").mkdir(parents=True)
    (home / "empty").mkdir(mode=0o700)
    (home / "meta.properties").write_text("cluster.id=a\n")
    (home / "meta.properties").chmod(0o664)
    (home / "orders-0" / "0.log").write_bytes(b"\0" * 10_000_000)
    (home / ".lock").touch()
    return tmp_path / "state"


def write_archive(store: Path, path: Path) -> Archive:
    """Return the archive of the store."""
    return pack(path, list(entries(store, ROOTS, (".lock",))))


def test_what_is_unpacked_is_what_was_packed(store: Path, tmp_path: Path) -> None:
    """Empty folders and times too; locks are left out, nobody else may write, and the archive is private."""
    path = tmp_path / "kafka.tar.zst"
    archive = write_archive(store, path)
    assert (archive.files, archive.unpacked) == (2, 10_002_432 + 4096)
    assert path.stat().st_mode & 0o777 == 0o600
    assert (archive.size, archive.sha256) == (path.stat().st_size, sha256(path))
    assert archive.size < 100_000
    require_sound(path, archive, ROOTS)
    unpack(path, archive, ROOTS, tmp_path / "fresh")
    before, after = store / "data" / "kafka", tmp_path / "fresh" / "data" / "kafka"
    names = sorted(str(one.relative_to(before)) for one in before.rglob("*") if one.name != ".lock")
    assert sorted(str(one.relative_to(after)) for one in after.rglob("*")) == names
    for name in ("meta.properties", "orders-0/0.log"):
        assert (after / name).read_bytes() == (before / name).read_bytes()
        assert (after / name).stat().st_mtime == pytest.approx((before / name).stat().st_mtime, abs=1)
    modes = {name: (after / name).stat().st_mode & 0o777 for name in ("meta.properties", "empty")}
    assert modes == {"meta.properties": 0o644, "empty": 0o700}


def test_a_store_may_lie_elsewhere_but_holds_no_links(store: Path, tmp_path: Path) -> None:
    """A link inside might lead anywhere, and would be refused when the backup is restored."""
    (store / "data" / "kafka").rename(tmp_path / "big-disk")
    (store / "data" / "kafka").symlink_to(tmp_path / "big-disk")
    assert "data/kafka/orders-0/0.log" in {one.name for one in entries(store, ROOTS)}
    (tmp_path / "big-disk" / "link").symlink_to("/etc")
    with pytest.raises(UserError, match=r"big-disk/link is neither a file nor a folder"):
        list(entries(store, ROOTS))


def forge(path: Path, *members: tarfile.TarInfo) -> Archive:
    """Write an archive of any members, whose hash is right."""
    with (
        pa.CompressedOutputStream(pa.OSFile(str(path), "wb"), "zstd") as stream,
        tarfile.open(fileobj=stream, mode="w|") as tar,
    ):
        for member in members:
            tar.addfile(member, io.BytesIO(b"x" * member.size))
    files = sum(one.isfile() for one in members)
    return Archive(path.name, sha256(path), path.stat().st_size, files, 4096 * files)


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    """Return a member of an archive."""
    one = tarfile.TarInfo(name)
    one.type, one.linkname, one.size = kind, link, 1 if kind == tarfile.REGTYPE else 0
    return one


@pytest.mark.parametrize(
    "bad",
    [
        member("data/kafka/link", tarfile.SYMTYPE, "/etc/passwd"),
        member("data/kafka/link", tarfile.LNKTYPE, "data/kafka/a"),
        member("data/kafka/pipe", tarfile.FIFOTYPE),
        member("data/kafka/disk", tarfile.BLKTYPE),
        member("data/kafka/../../../escape"),
        member("/data/kafka/absolute"),
        member("data/postgres/of-another-store"),
        member("data/kafka-beside"),
        member("conf/spark"),
    ],
    ids=lambda one: f"{one.name} {one.type!r}",
)
def test_an_unsafe_member_is_refused_by_name(bad: tarfile.TarInfo, tmp_path: Path) -> None:
    """Both before anything is unpacked and, for whoever skips that, by unpacking itself."""
    path = tmp_path / "kafka.tar.zst"
    archive = forge(path, member("data/kafka/a"), bad)
    with pytest.raises(UserError, match=f"holds '{bad.name}'.*refused"):
        require_sound(path, archive, ROOTS)
    with pytest.raises(UserError, match="refused"):
        unpack(path, archive, ROOTS, tmp_path / "fresh")
    assert not (tmp_path / "escape").exists()


def test_the_same_archive_without_it_is_taken(tmp_path: Path) -> None:
    """The negative control of the test before."""
    path = tmp_path / "kafka.tar.zst"
    require_sound(path, forge(path, member("data/kafka/a")), ROOTS)


def test_damage_is_named(store: Path, tmp_path: Path) -> None:
    """One bit, an end that is missing, a file that is gone or too much."""
    path = tmp_path / "kafka.tar.zst"
    archive = write_archive(store, path)
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    with pytest.raises(UserError, match=r"kafka\.tar\.zst is damaged: its sha256"):
        require_sound(path, archive, ROOTS)
    path.write_bytes(whole[:-1])
    with pytest.raises(UserError, match=rf"damaged: it has {archive.size - 1} bytes, its manifest says {archive.size}"):
        require_sound(path, archive, ROOTS)
    with pytest.raises(UserError, match="is damaged"):
        require_sound(path, replace(archive, size=len(whole) - 1, sha256=sha256(path)), ROOTS)
    path.write_bytes(whole)
    with pytest.raises(UserError, match="holds 2 files, its manifest says 3"):
        require_sound(path, replace(archive, files=3), ROOTS)
    path.unlink()
    with pytest.raises(UserError, match="missing, so the backup is incomplete"):
        require_sound(path, archive, ROOTS)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond `size` bytes: a write fails as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_up_is_one_clear_line(store: Path, tmp_path: Path) -> None:
    """Whichever way it is written; what is left of it is for the caller to remove."""
    path = tmp_path / "kafka.tar.zst"
    archive = write_archive(store, path)
    (store / "data" / "kafka" / "noise").write_bytes(os.urandom(3_000_000))
    with largest_file(1_000_000):
        with pytest.raises(UserError, match=r"cannot write .*second\.tar\.zst: File too large; free space"):
            write_archive(store, tmp_path / "second.tar.zst")
        with pytest.raises(UserError, match=r"cannot write .*0\.log: File too large; free space"):
            unpack(path, archive, ROOTS, tmp_path / "fresh")


def test_a_file_that_shrinks_meanwhile_is_no_backup(store: Path, tmp_path: Path) -> None:
    """It would be of no state that ever was."""
    content = list(entries(store, ROOTS))
    gone = Entry(store / "data" / "kafka" / "gone", "data/kafka/gone", 3)
    with pytest.raises(UserError, match=r"cannot pack kafka\.tar\.zst: .*gone"):
        pack(tmp_path / "kafka.tar.zst", [*content, gone])
