"""What breaks the contracts in force is said, and not taken; a first reading must not fail."""

import shutil
from pathlib import Path

import pytest

from common.contracts.model import FOLDER, load
from common.errors import UserError
from streaming.contract_files import ContractFiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the contracts."""
    shutil.copytree(FOLDER, tmp_path / "contracts", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return tmp_path / "contracts"


def test_contracts_that_break_those_in_force_are_not_taken(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = ContractFiles(folder)
    contracts, times = files.current(), files.write_times()
    assert (contracts, set(times)) == (load(folder), {path.name for path in folder.glob("*.yml")})
    path = folder / "visits.yml"
    path.write_text(path.read_text().replace("name: channel", "name: canal"))
    assert files.write_times() != times
    assert files.current() == contracts
    assert capsys.readouterr().err.startswith("ingest: goes on under the contracts it has, since the new ones fail: ")


def test_a_first_reading_that_fails_ends_the_run(folder: Path) -> None:
    (folder / "visits.yml").write_text("- no contract")
    with pytest.raises(UserError, match=r"visits\.yml"):
        ContractFiles(folder).current()
