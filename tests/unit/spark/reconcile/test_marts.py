"""Marts against PostgreSQL: the keys that one store lacks."""

import json
from pathlib import Path
from typing import Any

import pytest

from spark.common.manifest import Export
from spark.common.settings import settings
from spark.reconcile import marts

MART = Export("core.customer_behaviour", "customer_behaviour")


class Connection:
    """PostgreSQL with two keys."""

    def execute(self, query: object) -> "Connection":
        return self

    def fetchall(self) -> list[tuple[str, str]]:
        return [("shop", "1"), ("shop", "3")]


def test_the_grain_is_that_of_the_test(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    test = {"name": "unique_grain", "kwargs": {"columns": ["source", "customer_id"]}}
    nodes = {
        "a": {"resource_type": "model"},
        "b": {
            "test_metadata": {"name": "not_null", "kwargs": {}},
            "attached_node": "model.lakehouse.customer_behaviour",
        },
        "c": {"test_metadata": test, "attached_node": "model.lakehouse.customer_behaviour"},
    }
    path.write_text(json.dumps({"nodes": nodes}))
    assert marts.grain(path, MART) == ["source", "customer_id"]
    assert marts.grain(path, Export("core.run_bounds", "run_bounds")) == []


def test_keys_of_either_side_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    lake: list[Any] = [("shop", "1"), ("shop", "2")]
    monkeypatch.setattr(marts.thrift, "rows", lambda config, query: lake)
    config, connection = settings({}, Path("/nowhere")), Connection()
    columns = ["source", "customer_id"]
    assert marts.differing_keys(config, connection, MART, columns) == "; keys: shop/2, shop/3"
    assert marts.differing_keys(config, connection, MART, []) == ""
