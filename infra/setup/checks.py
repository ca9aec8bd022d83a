"""What a machine must have before anything is downloaded; each fault is one line with its remedy."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from common.errors import UsageError
from common.settings import Settings
from infra.setup import cache

JAVA = (17, 21)
DISK_GB = 6
MEMORY_GB = 6


def java_version() -> int | None:
    """Return the major version of the `java` on PATH, or None where there is none."""
    if not shutil.which("java"):
        return None
    text = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    match = re.search(r'version "(?:1\.)?(\d+)', text)
    return int(match[1]) if match else None


def free_gb(path: Path) -> float:
    """Return the free space, in GB, of the disk that holds a path; the path itself need not exist yet."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free / 1e9


def memory_gb() -> float:
    """Return the memory, in GB, that this process may use: the machine's, or its control group's limit."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = Path("/sys/fs/cgroup/memory.max")
    text = limit.read_text().strip() if limit.is_file() else "max"
    return min(total, int(text)) / 1e9 if text.isdigit() else total / 1e9


def faults(settings: Settings) -> Iterator[str]:
    """Yield what keeps the platform from being set up here."""
    if os.uname().sysname != "Linux":
        yield f"this is {os.uname().sysname}; the embedded platform needs Linux (a container or WSL 2 will do)"
    java = java_version()
    wanted = " or ".join(map(str, JAVA))
    if java is None:
        yield f"no java on PATH; install Java {wanted} (Debian: apt-get install openjdk-17-jre-headless)"
    elif java not in JAVA:
        yield f"java on PATH is version {java}; Java {wanted} is needed: put its bin folder first on PATH"
    if not importlib.util.find_spec("ensurepip"):
        yield "this Python cannot make virtual environments; install its venv module (Debian: python3-venv)"
    for what, path in (("the state folder", settings.state_dir), ("the download cache", cache.folder("jars"))):
        if free_gb(path) < DISK_GB:
            yield f"{free_gb(path):.1f} GB free for {what} ({path}); {DISK_GB} GB are needed: free some, or move it"
    if memory_gb() < MEMORY_GB:
        yield f"{memory_gb():.1f} GB of memory; {MEMORY_GB} GB are needed"


def check(settings: Settings) -> None:
    """Stop on the first fault.

    Raises:
        UsageError: a fault, with its remedy.
    """
    for fault in faults(settings):
        raise UsageError(fault)
