"""Renew the locks: `python -m infra.setup.lock [python|jars]`; needs the network, run by maintainers only."""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from common.settings import ROOT
from infra.setup import cache, ivy, python
from infra.setup.jars import LOCK as JARS_LOCK
from infra.setup.jars import Jar

BENCH_LOCK = ROOT / "bench" / "requirements.lock"


def lock_python() -> None:
    """Pin every wheel of `pyproject.toml`, for each Python it allows, with its hashes and without addresses.

    The benches' programs have a lock of their own.
    """
    command = [str(python.VENV / "bin" / "uv"), "pip", "compile", "-q", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate"]
    subprocess.run([*command, "pyproject.toml", "--group", "dev", "-o", str(python.LOCK)], cwd=ROOT, check=True)
    subprocess.run([*command, "--group", "bootstrap", "-o", str(python.BOOTSTRAP)], cwd=ROOT, check=True)
    subprocess.run([*command, "--group", "bench", "-o", str(BENCH_LOCK)], cwd=ROOT, check=True)


def lock_jars() -> None:
    """Resolve `ivy.xml` with its dependencies and pin every jar that it leads to."""
    with tempfile.TemporaryDirectory() as folder:
        pattern = f"{folder}/[conf]/[organisation]/[module]/[revision]/[artifact](-[classifier]).[ext]"
        ivy.retrieve(Path(__file__).with_name("ivy.xml"), cache.folder("ivy-resolve"), pattern)
        jars = [lock_entry(Path(folder), path) for path in Path(folder).rglob("*") if path.is_file()]
    lines = sorted(jar.line() for jar in jars)
    JARS_LOCK.write_text(
        "# set organisation name revision classifier extension sha256 bytes\n" + "\n".join(lines) + "\n"
    )


def lock_entry(folder: Path, path: Path) -> Jar:
    """Return the lock's entry of a retrieved file."""
    name_set, organisation, name, revision, file = path.relative_to(folder).parts
    extension = "tar.gz" if file.endswith(".tar.gz") else "jar"
    classifier = file.removesuffix(f".{extension}").removeprefix(name).removeprefix("-") or "-"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Jar(name_set, organisation, name, revision, classifier, extension, digest, path.stat().st_size)


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["python", "jars"]
    if "python" in wanted:
        lock_python()
    if "jars" in wanted:
        lock_jars()
