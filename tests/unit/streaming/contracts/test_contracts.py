"""The contracts, and what follows from them."""

from dataclasses import replace
from pathlib import Path

import pytest

from common.contracts.bronze import ddl
from common.contracts.model import FOLDER, load
from common.errors import UserError
from common.settings import read_settings
from streaming.contracts.__main__ import SOURCES
from streaming.contracts.sources import sources
from streaming.events import all_rules


def test_the_committed_source_file_is_what_the_contracts_say() -> None:
    assert SOURCES.read_text("utf-8") == sources(load(FOLDER)), "run `python -m streaming.contracts`"


def test_the_first_rules_of_every_topic_are_the_same() -> None:
    for contract in load(FOLDER).topics:
        names = [rule.name for rule in all_rules(contract)]
        first = ["unmappable", "not_json", "wrong_type", "text_with_nul", "unknown_schema_version", "missing_event_id"]
        assert names[:6] == first
        assert len(set(names)) == len(names)
        last = names[: len(names) - len(contract.rules)][-2:]
        assert last == ["from_the_future", "sent_in_the_future"]


def test_a_batch_may_end_under_a_contract_from_before_there_were_sendings() -> None:
    visits = load(FOLDER).of("visits")
    before = replace(visits, fields=tuple(field for field in visits.fields if field.name != "sent_at"))
    assert [one.name for one in all_rules(before)] == [
        one.name for one in all_rules(visits) if one.name != "sent_in_the_future"
    ]


def test_every_rule_names_its_field_but_those_of_the_whole_value() -> None:
    of_the_value = {"unmappable", "not_json", "wrong_type", "text_with_nul"}
    for contract in load(FOLDER).topics:
        paths = {
            path for one in contract.fields for path in (one.name, *(f"{one.name}.{item.name}" for item in one.items))
        }
        for rule in all_rules(contract):
            assert (rule.field in paths) != (rule.name in of_the_value), (contract.topic, rule.name)
    snapshot = load(FOLDER).snapshot
    assert {rule.field for rule in snapshot.rules} <= {field.name for field in snapshot.fields}


def test_a_topic_may_require_what_the_envelope_leaves_open() -> None:
    required = {one.topic: [field.name for field in one.fields if field.required] for one in load(FOLDER).topics}
    assert "customer_id" in required["ratings"] and "customer_id" in required["customers"]
    assert "customer_id" not in required["orders"] and "customer_id" not in required["returns"]


def test_every_statistics_column_is_a_column() -> None:
    for table in (load(FOLDER).events_table, load(FOLDER).snapshots_table):
        assert set(table.statistics) <= {column.name for column in table.columns}
        assert f"'delta.dataSkippingStatsColumns' = '{','.join(table.statistics)}'" in table.ddl()


def test_one_name_has_one_type_in_all_contracts(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.yml"):
        (tmp_path / path.name).write_text(path.read_text())
    ratings = tmp_path / "ratings.yml"
    ratings.write_text(ratings.read_text().replace("name: order_id\n    type: string", "name: order_id\n    type: int"))
    with pytest.raises(UserError, match="contract ratings: order_id is int, elsewhere string"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("word", "instead"), [("type:", "tipe:"), ("rules:", "ruels:"), ("fields:", "fields: 1\nold:")]
)
def test_a_file_that_is_not_of_the_form_is_named(tmp_path: Path, word: str, instead: str) -> None:
    for path in FOLDER.glob("*.yml"):
        (tmp_path / path.name).write_text(path.read_text())
    ratings = tmp_path / "ratings.yml"
    ratings.write_text(ratings.read_text().replace(word, instead, 1))
    with pytest.raises(UserError, match="not of the form"):
        load(tmp_path)


def test_the_statements_create_tables_before_views() -> None:
    heads = [" ".join(statement.split()[:7]) for statement in ddl(read_settings({}, Path("/nowhere")))]
    assert [head.split(" (")[0] for head in heads[:2]] == [
        "create table if not exists bronze.events",
        "create table if not exists bronze.customer_snapshots",
    ]
    assert [head.split()[4] for head in heads[2:]] == ["bronze.quarantine", "bronze.ingest_ledger"]
