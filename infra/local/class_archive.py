"""A class archive for the Thrift Server, so that it starts in a third of the time.

The first start writes down which classes it loads; once the platform is up, a background daemon of low priority dumps
them into an archive, which later starts map into memory. The archive lies in the virtual environment, because it is
tied to the paths of its jars; it is used only while Java and every jar are the same.
"""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.local import java
from infra.local.files import PRIVATE, folder, writable, write
from infra.local.service import Program
from spark.common.settings import Settings

NAME = "class-archive"


def archive(jars: Sequence[Path]) -> Path:
    """Return where the archive for these jars lies; the name changes with Java and with any jar."""
    parts = [str(java.home()), java.release()]
    parts += [f"{jar} {jar.stat().st_size} {jar.stat().st_mtime_ns}" for jar in jars if jar.is_file()]
    mark = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return Path(sys.prefix) / "class-archives" / f"thrift-{mark}.jsa"


def class_list(settings: Settings) -> Path:
    """Return where a start without archive writes the classes that it loads."""
    return settings.path("run", "thrift.classes")


def argument_file(settings: Settings, jars: Sequence[Path]) -> Path:
    """Write the flags by which a start uses the archive, or prepares one; a running server does not depend on them."""
    path = archive(jars)
    flag = f"-XX:SharedArchiveFile={path}" if path.is_file() else f"-XX:DumpLoadedClassList={class_list(settings)}"
    return write(settings.path("conf", "thrift", "class-archive.args"), f'"{flag}"\n', PRIVATE)


def program(settings: Settings, arguments: Path, jars: Sequence[Path]) -> Program:
    """Return the daemon that makes the archive and ends; `arguments` holds the server's class path."""
    path = archive(jars)
    # Two platforms may dump at the same time.
    scratch = path.with_suffix(f".{settings.port_base}")
    flags = f"'-XX:SharedClassListFile={complete_list(settings)}' '-XX:SharedArchiveFile={scratch}'"
    dump = (
        f"exec >/dev/null 2>&1; rm -f '{scratch}'; "
        f"'{java.executable()}' '@{arguments}' -Xmx400m -Xshare:dump {flags}; "
        f"test -s '{scratch}' && mv '{scratch}' '{path}'"
    )
    return Program(
        name=NAME, command=("nice", "-n", "19", "sh", "-c", dump), ports=(), version="", once=True, stop_seconds=5
    )


def complete_list(settings: Settings) -> Path:
    """Return where the list lies that the dump reads."""
    return settings.path("run", "thrift.classes.complete")


def wanted(settings: Settings, jars: Sequence[Path]) -> bool:
    """Return whether an archive can and should be made; its list is then ready."""
    loaded = class_list(settings)
    if archive(jars).is_file() or not loaded.is_file() or not writable(archive(jars).parent):
        return False
    # The server still appends to its list; what it wrote last may be half a line.
    write(complete_list(settings), loaded.read_text(errors="replace").rpartition("\n")[0] + "\n")
    folder(archive(jars).parent)
    for old in archive(jars).parent.glob("thrift-*.jsa"):
        old.unlink()
    return True
