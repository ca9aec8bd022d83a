"""A class archive for every Spark JVM, so that the Thrift Server and the jobs start in about half the time.

The Thrift Server's first start writes down which classes it loads; once the platform is up, a background daemon of low
priority dumps them into an archive, which later starts map into memory. The archive lies in the virtual environment,
because it is tied to the paths of its jars; it is used only while Java and every jar are the same, and only by a class
path that begins with these jars.
"""

import hashlib
import sys
from pathlib import Path

from common.settings import Settings
from infra.local import java
from infra.local.files import PRIVATE, folder, writable, write
from infra.local.service import Program

NAME = "class-archive"


def archive() -> Path:
    """Return where the archive of Spark's jars lies; the name changes with Java and with any jar."""
    parts = [str(java.home()), java.release()]
    parts += [f"{jar} {jar.stat().st_size} {jar.stat().st_mtime_ns}" for jar in java.spark_jars()]
    fingerprint = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return Path(sys.prefix) / "class-archives" / f"spark-{fingerprint}.jsa"


def class_list(settings: Settings) -> Path:
    """Return where a start without archive writes the classes that it loads."""
    return settings.path("run", "spark.classes")


def argument_file(settings: Settings) -> Path:
    """Write the flags by which a start uses the archive, or prepares one; a running server does not depend on them."""
    path = archive()
    flag = f"-XX:SharedArchiveFile={path}" if path.is_file() else f"-XX:DumpLoadedClassList={class_list(settings)}"
    return write(settings.path("conf", "thrift", "class-archive.args"), f'"{flag}"\n', PRIVATE)


def program(settings: Settings) -> Program:
    """Return the daemon that makes the archive and ends."""
    arguments = settings.path("conf", "thrift", "class-archive-dump.args")
    java.argument_file(arguments, ("-XX:+UseSerialGC", "-Xmx400m"), java.spark_jars())
    path = archive()
    # Two platforms may dump at the same time.
    scratch = path.with_suffix(f".{settings.port_base}")
    flags = f"'-XX:SharedClassListFile={complete_list(settings)}' '-XX:SharedArchiveFile={scratch}'"
    dump = (
        f"exec >/dev/null 2>&1; rm -f '{scratch}'; "
        f"'{java.executable()}' '@{arguments}' -Xshare:dump {flags}; "
        f"test -s '{scratch}' && mv '{scratch}' '{path}'"
    )
    return Program(
        name=NAME, command=("nice", "-n", "19", "sh", "-c", dump), ports=(), version="", once=True, stop_seconds=5
    )


def complete_list(settings: Settings) -> Path:
    """Return where the list lies that the dump reads."""
    return settings.path("run", "spark.classes.complete")


def is_wanted(settings: Settings) -> bool:
    """Return whether an archive can and should be made; its list is then ready."""
    loaded = class_list(settings)
    if archive().is_file() or not loaded.is_file() or not writable(archive().parent):
        return False
    # The server still appends to its list; what it wrote last may be half a line.
    write(complete_list(settings), loaded.read_text(errors="replace").rpartition("\n")[0] + "\n")
    folder(archive().parent)
    for old in archive().parent.glob("*.jsa"):
        old.unlink()
    return True
