"""Contracts as text and back."""

import json

import pytest

from common.contracts.model import FOLDER, load
from common.contracts.serialization import from_json, to_json
from common.errors import UserError


def test_text_gives_back_the_same_contracts_and_the_same_text() -> None:
    contracts = load(FOLDER)
    text = to_json(contracts)
    assert from_json(text) == contracts
    assert to_json(from_json(text)) == text
    assert "\n" not in text


def test_the_parts_keep_their_kinds() -> None:
    orders = from_json(to_json(load(FOLDER))).of("orders")
    lines = next(field for field in orders.fields if field.name == "lines")
    assert lines.sql_type == next(field for field in load(FOLDER).of("orders").fields if field.name == "lines").sql_type
    assert orders.rules[0].name == "adjustment"
    assert hash(from_json(to_json(load(FOLDER)))) == hash(load(FOLDER))


def test_what_has_a_default_may_be_missing() -> None:
    content = json.loads(to_json(load(FOLDER)))
    for field in content["topics"][0]["fields"]:
        del field["header"]
    assert from_json(json.dumps(content)) == load(FOLDER)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"topics": [{"topic": "orders", "mood": 1}]}', "null"])
def test_a_damaged_text_is_one_line(text: str) -> None:
    with pytest.raises(UserError, match="stored contracts cannot be read"):
        from_json(text)
