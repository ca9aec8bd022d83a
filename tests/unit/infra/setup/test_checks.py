"""What a machine must have: each fault is one line with its remedy, before any download."""

import subprocess
import sys
from pathlib import Path

import pytest

from common.errors import UsageError
from common.settings import ROOT, Settings, read_settings
from infra.setup import checks


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"STATE_DIR": str(tmp_path)}, env_file=tmp_path / "none")


@pytest.mark.parametrize(
    ("what", "value", "text"),
    [
        ("java_version", None, "no java on PATH; install Java 17 or 21"),
        ("java_version", 11, "java on PATH is version 11; Java 17 or 21 is needed"),
        ("java_version", 25, "java on PATH is version 25; Java 17 or 21 is needed"),
        ("free_gb", 0.3, "0.3 GB free for the state folder .* 6 GB are needed"),
        ("memory_gb", 2.0, "2.0 GB of memory; 6 GB are needed"),
    ],
)
def test_a_fault_is_one_line_with_its_remedy(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, what: str, value: float | None, text: str
) -> None:
    monkeypatch.setattr(checks, what, lambda *_: value)
    with pytest.raises(UsageError, match=text) as caught:
        checks.check(settings)
    assert "\n" not in str(caught.value)


def test_this_machine_passes(settings: Settings) -> None:
    assert list(checks.faults(settings)) == []


@pytest.mark.parametrize("version", ["21.0.2", "17.0.15", "1.8.0_392"])
def test_the_version_of_java_is_its_major(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    java = tmp_path / "java"
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2024-01-16' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert checks.java_version() == {"21": 21, "17": 17, "1": 8}[version.split(".")[0]]


def test_an_old_python_is_refused_in_one_line(tmp_path: Path) -> None:
    program = (ROOT / "infra/setup/__main__.py").read_text().replace("(3, 11) <=", "(3, 99) <=")
    (tmp_path / "main.py").write_text(program)
    process = subprocess.run([sys.executable, str(tmp_path / "main.py")], capture_output=True, text=True, check=False)
    assert process.returncode == 1
    assert "3.11, 3.12 or 3.13 is needed: make PYTHON=python3.11" in process.stderr
    assert process.stderr.count("\n") == 1
