"""The manifest says what is exported."""

import json
from pathlib import Path

import pytest

from common.dbt_manifest import Export, exports
from common.errors import UserError


def node(name: str, kind: str = "model", schema: str | None = "insights", meta: object = None) -> dict[str, object]:
    """Return a node as dbt writes it."""
    return {"resource_type": kind, "alias": name, "schema": "marts", "config": {"schema": schema, "meta": meta}}


def write_manifest(folder: Path, *nodes: dict[str, object]) -> Path:
    """Return a manifest of these nodes."""
    path = folder / "manifest.json"
    path.write_text(json.dumps({"nodes": {str(place): one for place, one in enumerate(nodes)}}))
    return path


def test_only_models_that_ask_are_exported_from_their_declared_schema(tmp_path: Path) -> None:
    path = write_manifest(
        tmp_path,
        node("risk", meta={"export": True}),
        node("bounds", schema="core", meta={"export": True}),
        node("quiet", meta={"export": False}),
        node("plain"),
        node("seeded", kind="seed", meta={"export": True}),
    )
    assert exports(path) == [Export("core.bounds", "bounds"), Export("insights.risk", "risk")]
    assert exports(path)[0].target == "marts.bounds"


def test_a_missing_manifest_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"manifest.json is missing; dbt writes it: run `make marts`"):
        exports(tmp_path / "manifest.json")


def test_a_broken_manifest_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text("{")
    with pytest.raises(UserError, match=r"is no manifest of dbt"):
        exports(path)


def test_nothing_to_export_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing to export"):
        exports(write_manifest(tmp_path, node("plain")))


def test_the_grain_is_that_of_the_test_and_the_model_names_its_indexes(tmp_path: Path) -> None:
    test = {"name": "rules", "kwargs": {"grain": ["source", "customer_id"]}}
    nodes = {
        "model.lakehouse.risk": node("risk", meta={"export": {"indexes": [["source", "name"], ["city"]]}}),
        "model.lakehouse.bounds": node("bounds", meta={"export": True}),
        "b": {
            "resource_type": "test",
            "test_metadata": {"name": "not_null", "kwargs": {}},
            "attached_node": "model.lakehouse.bounds",
        },
        "c": {"resource_type": "test", "test_metadata": test, "attached_node": "model.lakehouse.risk"},
    }
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"nodes": nodes}))
    assert exports(path) == [
        Export("insights.bounds", "bounds"),
        Export("insights.risk", "risk", ("source", "customer_id"), (("source", "name"), ("city",))),
    ]


@pytest.mark.parametrize("place", ["meta", "config"])
def test_a_source_says_its_schema_and_grain_itself(tmp_path: Path, place: str) -> None:
    meta = {"export": {"schema": "predictions", "grain": ["task", "version"], "indexes": [["version"]]}}
    asking: dict[str, object] = {
        "schema": "marts",
        "identifier": "versions",
        **({"meta": meta} if place == "meta" else {"config": {"meta": meta}}),
    }
    plain = {"schema": "predictions", "identifier": "champions", "meta": {"export": True}}
    quiet = {"schema": "predictions", "identifier": "drift", "meta": {}, "config": {"meta": {}}}
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"nodes": {}, "sources": {"a": asking, "b": plain, "c": quiet}}))
    assert exports(path) == [
        Export("predictions.champions", "champions"),
        Export("predictions.versions", "versions", ("task", "version"), (("version",),)),
    ]


def test_two_tables_of_one_name_are_refused(tmp_path: Path) -> None:
    source = {"schema": "predictions", "identifier": "risk", "meta": {"export": True}}
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"nodes": {"a": node("risk", meta={"export": True})}, "sources": {"b": source}}))
    with pytest.raises(UserError, match=r"insights.risk and predictions.risk would both be marts.risk"):
        exports(path)
