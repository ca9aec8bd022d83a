"""What the documentation names is there: links, files of the repository, targets of make."""

import re
import subprocess
from pathlib import Path

import pytest

from common.settings import ROOT

# A page may leave out the beginning of a path: `unit/spark/ml/test_registry.py`.
FILES = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines()
PAGES = [ROOT / path for path in FILES if path.endswith(".md")]


def code_words(text: str) -> list[str]:
    """Return the words inside backticks and fences."""
    return [
        word for code in re.findall(r"```.*?```|`[^`]+`", text, flags=re.DOTALL) for word in code.strip("`").split()
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_of_the_project_are_there(page: Path) -> None:
    named = {
        word for word in code_words(page.read_text()) if re.fullmatch(r"[a-z_]\w*(/[\w.]+)*\.(py|scala|sql|sh)", word)
    }
    assert sorted(name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in FILES)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_targets_are_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"`make ([a-z][a-z-]*)", page.read_text()))
    assert named - targets == set()
