"""Java programs: which Java, which flags, and the argument file that keeps a process list readable."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from common.errors import UserError
from common.settings import Settings
from infra.local.files import PRIVATE, folder, write
from infra.setup.jars import classpath


def package_folder(name: str) -> Path:
    """Return the folder of an installed package, without importing it.

    Raises:
        UserError: it is not installed.
    """
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(f"the Python package {name} is not installed; run `make setup`")
    return Path(spec.submodule_search_locations[0])


# Found without importing it, which takes its time.
SPARK_HOME = package_folder("pyspark")
SUPPORTED = (17, 21)

COMMON = (
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.net.preferIPv4Stack=true",
    "-Duser.timezone=UTC",
    "-Dfile.encoding=UTF-8",
)
# What Spark's own launcher opens on Java 17 and 21.
OPENS = tuple(
    f"--add-opens=java.base/{package}=ALL-UNNAMED"
    for package in (
        "java.lang",
        "java.lang.invoke",
        "java.lang.reflect",
        "java.io",
        "java.net",
        "java.nio",
        "java.util",
        "java.util.concurrent",
        "java.util.concurrent.atomic",
        "jdk.internal.ref",
        "sun.nio.ch",
        "sun.nio.cs",
        "sun.security.action",
        "sun.util.calendar",
    )
)


@cache
def home() -> Path:
    """Return the folder of the Java to use: `JAVA_HOME`, else the one of `java` on the path.

    Raises:
        UserError: there is no Java, or it is not a supported one.
    """
    named = os.environ.get("JAVA_HOME")
    program = Path(named) / "bin" / "java" if named else shutil.which("java")
    if not program or not Path(program).is_file():
        where = f"JAVA_HOME={named} has no bin/java" if named else "no java on the path"
        raise UserError(f"{where}; install Java 17 or 21, or set JAVA_HOME to one")
    java_home = Path(program).resolve().parents[1]
    version = major_version(java_home)
    if version not in SUPPORTED:
        raise UserError(f"Java {version} at {java_home} is not supported; set JAVA_HOME to a Java 17 or 21")
    return java_home


def major_version(java_home: Path) -> int:
    """Return the major version of a Java, 0 where it does not say."""
    for line in release(java_home).splitlines():
        if line.startswith("JAVA_VERSION="):
            return int(line.split('"')[1].split(".")[0])
    text = subprocess.run([java_home / "bin" / "java", "-version"], capture_output=True, text=True).stderr
    digits = text.partition('"')[2].split(".")[0]
    return int(digits) if digits.isdigit() else 0


def release(java_home: Path | None = None) -> str:
    """Return what a Java says of itself in its `release` file; empty where it has none."""
    path = (java_home or home()) / "release"
    return path.read_text() if path.is_file() else ""


def executable() -> str:
    """Return the path of the `java` program."""
    return str(home() / "bin" / "java")


def spark_jars() -> list[Path]:
    """Return the jars of a Spark JVM: the platform's own first, then those that pyspark brings."""
    return [*classpath("spark"), *sorted((SPARK_HOME / "jars").glob("*.jar"))]


def version_of(jars: Iterable[Path], artifact: str) -> str:
    """Return the version that a jar's name carries, e.g. 4.4.0 of `kafka_2.13-4.4.0.jar`."""
    for jar in jars:
        rest = jar.name.removeprefix(f"{artifact}-")
        if rest != jar.name and rest[0].isdigit():
            return rest.removesuffix(".jar")
    return "?"


def argument_file(path: Path, flags: Sequence[str], jars: Iterable[Path | str]) -> Path:
    """Write the JVM flags and class path of a program where `java @file` reads them."""
    return write(path, arguments(flags, jars), PRIVATE)


def arguments(flags: Sequence[str], jars: Iterable[Path | str]) -> str:
    """Return the text of an argument file."""
    lines = [*flags, "-cp", ":".join(str(jar) for jar in jars)]
    return "".join(f'"{line.replace(chr(92), chr(92) * 2)}"\n' for line in lines)


def flags(settings: Settings, heap: str, *more: str) -> list[str]:
    """Return the flags of every JVM of the platform."""
    return [*COMMON, f"-Xmx{heap}", f"-Djava.io.tmpdir={settings.path('run', 'tmp')}", *more]


def run(arguments: Path, main: str, *words: str, log: Path, env: dict[str, str] | None = None) -> None:
    """Run a Java tool to its end, its output in `log`.

    Raises:
        UserError: it failed; the text names the log.
    """
    folder(log.parent)
    clean = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "TZ": "UTC", "LANG": "C.UTF-8", **(env or {})}
    with log.open("a") as file:
        process = subprocess.run(
            [executable(), f"@{arguments}", main, *words],
            stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=clean,
        )  # fmt: skip
    if process.returncode:
        last = [line for line in log.read_text(errors="replace").splitlines() if line.strip()][-1:] or ["no output"]
        raise UserError(f"{main.rpartition('.')[2]} failed: {last[0][:200]}; see {log}")
