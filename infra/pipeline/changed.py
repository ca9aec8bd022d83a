"""Build what changed in the dbt project against a commit, and what hangs on it: dbt's selection `state:modified+`."""

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

from common.errors import UsageError
from common.settings import ROOT, Settings
from infra.pipeline import steps
from infra.pipeline.runner import direct


def build(settings: Settings, base: str) -> int:
    """Build the lake's changed nodes and their descendants, and return dbt's exit status.

    The manifest of `base` is parsed from its own files in a folder aside, so that the working tree stays as it is.
    """
    with tempfile.TemporaryDirectory() as folder:
        project = unpack(base, Path(folder))
        state = Path(folder) / "state"
        parse = steps.dbt("parse", "--quiet", "parse", "--target-path", str(state), "--project-dir", str(project))
        status = direct(settings, parse)
        changed = ["--select", "state:modified+", "--exclude", "path:models/reporting", "--state", str(state)]
        # What an incremental model holds already was made by the SQL as it was before.
        return status or direct(settings, steps.dbt("build", "build", "--full-refresh", *changed))


def unpack(base: str, folder: Path) -> Path:
    """Write the dbt project as it is in a commit, and return its folder."""
    command = ["git", "archive", "--format=tar", base, steps.DBT_PROJECT.name]
    try:
        archive = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    except FileNotFoundError:
        raise UsageError("git is not installed and knows alone what changed; `make marts` builds all") from None
    if archive.returncode:
        reason = archive.stderr.decode(errors="replace").strip()
        raise UsageError(f"BASE={base}: git has no such state of {steps.DBT_PROJECT.name} ({reason}); name a commit")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
    return folder / steps.DBT_PROJECT.name
