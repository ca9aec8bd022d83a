"""What keeps the containers from starting on this machine; each fault is one line with its remedy."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from common import processes
from common.settings import IDENTITIES, Settings
from infra.docker.containers import Container
from infra.docker.profile import USER_ID, Profile
from infra.setup import checks

# A machine of 8 GB shows less of it.
SPARE_GB = 0.5


def faults(settings: Settings, profile: Profile, home: Path, containers: Sequence[Container]) -> Iterator[str]:
    """Yield every fault."""
    yield from engine()
    yield from memory(profile)
    yield from ports(settings, containers)
    yield from passwords(home)
    yield from owner(os.geteuid())


def engine(program: str = "docker") -> Iterator[str]:
    """Yield what is wrong with the engine: none, one without compose, one that does not answer."""
    if not shutil.which(program):
        yield f"no {program} on PATH; install Docker Engine with its compose plugin"
    elif subprocess.run([program, "compose", "version"], capture_output=True, check=False).returncode:
        yield f"{program} has no compose; install its compose plugin"
    elif subprocess.run([program, "info"], capture_output=True, check=False).returncode:
        yield f"{program} answers no request; start its engine, or join the group that may use it"


def memory(profile: Profile, have_gb: float | None = None) -> Iterator[str]:
    """Yield whether the machine is too small for a profile."""
    have = checks.memory_gb() if have_gb is None else have_gb
    if have + SPARE_GB < profile.memory_mb * 2**20 / 1e9:
        yield f"{have:.1f} GB of memory; PROFILE={profile.name} needs {profile.memory_mb // 1024} GB" + (
            ": take PROFILE=small" if profile.name != "small" else ""
        )


def ports(settings: Settings, containers: Sequence[Container]) -> Iterator[str]:
    """Yield the pages whose port of this machine another process has; one of these containers may itself."""
    wanted = {settings.port(name): one.name for one in containers for name in one.pages}
    for port, holder in processes.holders(wanted).items():
        if not holder.command.startswith("docker-proxy"):
            yield f"port {port} ({wanted[port]}) is held by {holder}; stop it, or set another PORT_BASE"


def passwords(home: Path) -> Iterator[str]:
    """Yield the files of passwords that are missing, empty, or readable by others."""
    for path in (home / "secrets" / name for name in IDENTITIES):
        if not path.is_file() or not path.read_text().strip():
            yield f"{path} is missing or empty; put back the password that the stores were made with"
        elif path.stat().st_mode & 0o077:
            yield f"{path} can be read by others (mode {path.stat().st_mode & 0o777:o}); chmod 600 it"


def owner(user: int) -> Iterator[str]:
    """Yield whether the folders would be another user's than that of the containers."""
    if user not in (0, USER_ID):
        yield (
            f"you are user {user}, and the containers are user {USER_ID}, whom the images of Hadoop and Kafka know; "
            f"run it as user {USER_ID}, or as root, who gives the folders to {USER_ID}"
        )
