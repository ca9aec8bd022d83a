"""What changed in the dbt project is found from two states of its files; no platform is asked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from common.errors import UsageError
from common.settings import ROOT
from infra.pipeline import changed

PROFILE = """\
lakehouse:
  target: lake
  outputs: {lake: {type: spark, method: thrift, host: nowhere.invalid, port: 1, schema: staging, user: x, threads: 1}}
"""


@pytest.fixture(autouse=True)
def _a_clone() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone: without git's history nobody knows what changed")


def dbt(folder: Path, project: Path, *arguments: str) -> str:
    """Run dbt on a project without a platform, and return what it prints."""
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", *arguments, "--project-dir", str(project)]
    environ = {**os.environ, "DBT_PROFILES_DIR": str(folder), "DBT_LOG_PATH": str(folder / "log")}
    process = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout
    return process.stdout


def test_a_changed_model_is_built_with_what_hangs_on_it(tmp_path: Path) -> None:
    (tmp_path / "profiles.yml").write_text(PROFILE)
    before = changed.unpack("HEAD", tmp_path / "before")
    after = changed.unpack("HEAD", tmp_path / "after")
    state = tmp_path / "state"
    dbt(tmp_path, before, "parse", "--target-path", str(state))
    model = after / "models" / "insights" / "at_risk_customers.sql"
    model.write_text(model.read_text() + "where is_at_risk_by_rule\n")
    listing = ["--resource-type", "model", "--output", "name", "--exclude", "path:models/reporting"]
    selection = ["--select", "state:modified+", "--state", str(state), "--target-path", str(tmp_path / "now")]
    models = dbt(tmp_path, after, "ls", *selection, *listing).split()
    assert models == ["at_risk_customers", "customer_360", "segment_profiles"]


def test_a_state_that_git_does_not_know_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"BASE=no-such-branch: .* name a commit"):
        changed.unpack("no-such-branch", tmp_path)


def test_a_machine_without_git_is_told_what_else_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="git is not installed"):
        changed.unpack("HEAD", tmp_path)
