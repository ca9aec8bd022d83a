"""Set-up in a second clone: everything comes from the user's cache."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from common.settings import ROOT
from tests.integration.harness import SPARE_PORTS


def test_a_second_set_up_needs_no_network(tmp_path: Path, environ: dict[str, str]) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    refuse = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    if not shutil.which("unshare") or subprocess.run([*refuse, "true"], check=False).returncode:
        pytest.skip("this machine does not let a process refuse itself the network")
    own = {name: value for name, value in environ.items() if name not in ("STATE_DIR", "PYTHON")}
    own |= {"PORT_BASE": str(SPARE_PORTS)}
    process = subprocess.run(
        [*refuse, "make", "setup"], cwd=clone, env=own, capture_output=True, text=True, check=False, timeout=300
    )
    assert process.returncode == 0, process.stderr
    assert ", 0 fetched" in process.stderr
    assert (clone / "dbt_project" / "profiles.yml").stat().st_mode & 0o777 == 0o600
    again = subprocess.run([*refuse, "make", "status"], cwd=clone, env=own, capture_output=True, text=True, check=False)
    assert "set-up" not in again.stderr, "a set-up that is complete says nothing"
