"""Which code made something: a commit where there is a repository, else the release that is installed."""

import subprocess
from importlib import metadata
from pathlib import Path

from common.settings import ROOT

PACKAGE = "customer-behaviour-lakehouse"
UNKNOWN = "unknown"


def code_revision(root: Path = ROOT) -> str:
    """Return the commit of the code, with `-dirty` where files differ from it; else its release, else `UNKNOWN`."""
    return commit(root) or release()


def commit(root: Path) -> str | None:
    """Return the commit that is checked out in `root` itself; a repository further up is of something else."""
    if not (root / ".git").exists():
        return None
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.strip() or None
    except (OSError, subprocess.SubprocessError):
        return None


def release() -> str:
    """Return the installed release of this project, or `UNKNOWN`."""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return UNKNOWN
