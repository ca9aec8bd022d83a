"""`make contracts`: what it writes, what it refuses; run on a copy, so that the tree stays as it is."""

from pathlib import Path

import pytest

from common.contracts.model import FOLDER, load
from common.errors import UserError
from streaming.contracts import __main__ as tool
from streaming.contracts.dictionary import dictionary, escape_cell, field_name, table
from streaming.contracts.release import RELEASED, broken_promises, release_text


def edit(folder: Path, name: str, old: str, new: str) -> Path:
    """Return a folder of the contracts with one text changed in a copy of one file."""
    for path in FOLDER.glob("*.yml"):
        (folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")
    return folder


def test_what_is_committed_is_what_the_contracts_say(capsys: pytest.CaptureFixture[str]) -> None:
    tool.main(["--check"])
    assert capsys.readouterr().out.startswith("6 contracts: dbt_project/models/staging/sources.yml, docs/data_dictio")


def test_a_broken_promise_is_named_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = edit(tmp_path, "ratings.yml", "name: rating_id\n    type: string", "name: rating_id\n    type: bigint")
    monkeypatch.setenv("CONTRACTS_DIR", str(folder))
    before = RELEASED.read_bytes()
    for arguments in ([], ["--check"]):
        with pytest.raises(UserError, match="2 faults of the contracts"):
            tool.main(arguments)
        lines = capsys.readouterr().err.splitlines()
        assert lines[0].startswith("contracts: ratings.rating_id: string became bigint")
        assert lines[1].startswith(
            "contracts: ratings.version: field rating_id changed within version 2; raise it to 3"
        )
    assert RELEASED.read_bytes() == before


def test_a_compatible_change_drifts_until_it_is_generated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = edit(tmp_path, "ratings.yml", "1 (worst) to 5 (best).", "From 1 to 5.")
    monkeypatch.setenv("CONTRACTS_DIR", str(folder))
    with pytest.raises(UserError, match="3 faults of the contracts; run `make contracts`"):
        tool.main(["--check"])
    assert "contracts: docs/data_dictionary.md: is not what the contracts say" in capsys.readouterr().err


def test_the_first_release_breaks_nothing(tmp_path: Path) -> None:
    assert broken_promises(load(FOLDER), tmp_path / "released.json") == []


def test_a_damaged_release_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "released.json"
    path.write_text("{")
    with pytest.raises(UserError, match="stored contracts cannot be read"):
        broken_promises(load(FOLDER), path)


def test_a_release_read_again_is_the_contracts(tmp_path: Path) -> None:
    path = tmp_path / "released.json"
    path.write_text(release_text(load(FOLDER)), "utf-8")
    assert broken_promises(load(FOLDER), path) == []


def test_the_dictionary_names_every_topic_field_rule_and_column() -> None:
    text = dictionary(load(FOLDER))
    for contract in load(FOLDER).topics:
        assert f"\n## {contract.topic}\n" in text
        assert all(f"\n| `{field.name}` |" in text for field in contract.fields)
        lines = (f"| `{one.name}` | {field_name(one)} | {one.description} | `{one.broken}` |" for one in contract.rules)
        assert all(f"\n{line}" in text for line in lines)
    assert "| `lines[].unit_price` | decimal(18,4) | currency | yes |  | Price of one piece; a JSON string. |" in text
    assert "| `email` | string |  |  | yes | E-mail address of the customer. Kept as a keyed hash alone. |" in text
    assert "| `ingest_seq` | `bigint` |" in text
    assert text.count("| `unmappable` |") == 1, "the rules of every topic stand once"


def test_a_cell_cannot_break_its_table() -> None:
    assert table(("a", "b"), [["x | y", "<z>\nw"]]) == "| a | b |\n| --- | --- |\n| x \\| y | &lt;z&gt; w |"
    assert escape_cell("`<z>`") == "`<z>`"
