"""The rules of the dbt project that hold for every model: layers, lineage, grain, determinism."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from common.settings import ROOT

PROJECT = ROOT / "dbt_project"
PROFILE = """\
lakehouse:
  target: lake
  outputs:
    lake: {type: spark, method: thrift, host: nowhere.invalid, port: 1, schema: staging, user: x, threads: 1}
    serving: {type: postgres, host: nowhere.invalid, port: 1, user: x, password: x, dbname: x, schema: reporting,
              threads: 1}
"""
# Anything that makes a second run of the same data differ.
CHANCE = re.compile(r"\b(now|current_date|current_timestamp|localtimestamp|rand|randn|random|uuid|getdate)\b", re.I)
# What every layer is built by, so it stands beside them.
CLOCKS = {"run_batches", "run_bounds", "dim_sources"}
COMMENT = re.compile(r"--[^\n]*|\{#.*?#\}", re.S)

Node = dict[str, Any]
Manifest = Callable[[str], Node]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """Return a function that gives the manifest of a target; parsing needs no platform."""
    folder = tmp_path_factory.mktemp("dbt")
    (folder / "profiles.yml").write_text(PROFILE)
    parsed: dict[str, Node] = {}

    def parse(target: str) -> Node:
        if target not in parsed:
            path = folder / target
            command = [str(Path(sys.executable).with_name("dbt")), "parse", "--target", target]
            environ = {"DBT_TARGET_PATH": str(path), "DBT_LOG_PATH": str(path), "DBT_PROFILES_DIR": str(folder)}
            done = subprocess.run(
                command, cwd=PROJECT, env={**os.environ, **environ}, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout
            assert "Deprecation" not in done.stdout, done.stdout
            parsed[target] = json.loads((path / "manifest.json").read_text())
        return parsed[target]

    return parse


def models(manifest: Node) -> dict[str, Node]:
    """Return the models by name."""
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}


def layer(node: Node) -> str:
    """Return the first folder below `models`, or `predictions` for what reads them."""
    folders = node["fqn"][1:-1]
    return "predictions" if "predictions" in folders else str(folders[0])


def exported_nodes(manifest: Node) -> dict[str, Node]:
    """Return what the exporter loads, models and sources, by unique_id."""
    nodes = {**manifest["nodes"], **manifest["sources"]}
    return {name: node for name, node in nodes.items() if (node["config"].get("meta") or {}).get("export")}


def reads_exported_predictions(node: Node, graph: Node) -> bool:
    """Say whether a model stages what is exported: the exporter makes the grain of that its primary key."""
    parents = [parent for parent in node["depends_on"]["nodes"] if parent.startswith("source.")]
    return layer(node) == "predictions" and set(parents) <= set(exported_nodes(graph))


def test_both_targets_share_one_lineage_graph(manifest: Manifest) -> None:
    lake, serving = manifest("lake"), manifest("serving")
    assert lake["parent_map"] == serving["parent_map"]
    assert not lake["disabled"] and not serving["disabled"]


def test_what_is_exported_is_the_exporters_table_in_postgresql_alone(manifest: Manifest) -> None:
    lake, serving = manifest("lake"), manifest("serving")
    names = set(exported_nodes(lake))
    assert {name.split(".")[0] for name in names} == {"model", "source"}
    assert set(lake["exposures"]["exposure.lakehouse.export"]["depends_on"]["nodes"]) == names
    assert {name for name, node in exported_nodes(serving).items() if node["schema"] == "marts"} == names
    assert {node["unique_id"] for node in models(serving).values() if node["schema"] == "marts"} < names
    assert not [name for name, node in {**lake["nodes"], **lake["sources"]}.items() if node["schema"] == "marts"]


def test_an_exported_source_says_where_the_lake_has_it_and_its_grain(manifest: Manifest) -> None:
    lake = manifest("lake")
    for name in exported_nodes(manifest("serving")):
        if name.startswith("source."):
            node = lake["sources"][name]
            export = node["config"]["meta"]["export"]
            assert export["schema"] == node["schema"], name
            assert set(export["grain"]) <= set(node["columns"]), name


def test_there_is_one_reporting_view_per_exported_mart_and_the_others_read_what_is_exported(manifest: Manifest) -> None:
    graph = manifest("lake")
    nodes, there = models(graph), exported_nodes(graph)
    marts = {node["alias"] for name, node in there.items() if name.startswith("model.")}
    views = {node["alias"]: node for node in nodes.values() if layer(node) == "reporting"}
    assert {name for name, node in views.items() if "exported" in node["fqn"]} == marts < set(views)
    assert all(node["name"] == f"rpt_{name}" for name, node in views.items())
    for name, node in views.items():
        parents = node["depends_on"]["nodes"]
        if name in marts:
            assert parents == [f"model.lakehouse.{name}"], name
        for parent in parents:
            assert parent in there or layer(graph["nodes"][parent]) == "predictions", f"{name} reads {parent}"


def test_sources_enter_through_their_own_layer_alone(manifest: Manifest) -> None:
    graph = manifest("lake")
    readers = {"kafka": "staging", "bronze": "staging", "predictions": "predictions"}
    for name, node in models(graph).items():
        for parent in node["depends_on"]["nodes"]:
            if parent.startswith("source.") and name not in CLOCKS:
                assert layer(node) == readers[parent.split(".")[2]], f"{name} reads {parent}"


def test_layers_point_one_way(manifest: Manifest) -> None:
    allowed = {
        "staging": set(),
        "intermediate": {"staging", "intermediate"},
        "marts": {"staging", "intermediate", "marts"},
        "predictions": {"marts"},
        "insights": {"intermediate", "marts", "predictions", "insights"},
        "reporting": {"marts", "insights", "predictions"},
    }
    nodes = models(manifest("lake"))
    for name, node in nodes.items():
        for parent in (nodes[p.split(".")[-1]] for p in node["depends_on"]["nodes"] if p.startswith("model.")):
            if parent["name"] not in CLOCKS:
                assert layer(parent) in allowed[layer(node)], f"{name} reads {parent['name']}"


def test_exported_predictions_are_read_in_postgresql_and_the_others_in_the_lake(manifest: Manifest) -> None:
    graph = manifest("lake")
    nodes = models(graph)
    staged = {node["unique_id"]: node for node in nodes.values() if layer(node) == "predictions"}
    for node in nodes.values():
        for parent in set(node["depends_on"]["nodes"]) & set(staged):
            store = "reporting" if reads_exported_predictions(staged[parent], graph) else "insights"
            assert layer(node) == store, f"{node['name']} reads {parent}"


def test_every_prediction_hangs_on_the_features_it_was_made_from(manifest: Manifest) -> None:
    for name, node in models(manifest("lake")).items():
        if layer(node) == "predictions":
            assert any("_features" in parent for parent in node["depends_on"]["nodes"]), name


def test_every_model_states_and_tests_its_grain(manifest: Manifest) -> None:
    graph = manifest("lake")
    tested = {
        node["attached_node"]
        for node in graph["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") in {"rules", "one_row"}
    }
    for name, node in models(graph).items():
        assert node["description"].startswith("One row"), name
        assert node["unique_id"] in tested or reads_exported_predictions(node, graph), name


def test_every_table_has_a_contract_and_no_exported_column_is_a_double(manifest: Manifest) -> None:
    marts = {node["alias"] for node in exported_nodes(manifest("lake")).values() if node["resource_type"] == "model"}
    for name, node in models(manifest("lake")).items():
        made_in_postgresql = layer(node) == "reporting" and node["alias"] not in marts
        if layer(node) in {"marts", "insights"} or made_in_postgresql:
            assert node["config"]["contract"]["enforced"], name
            assert all(column["description"] for column in node["columns"].values()), name
        if node["config"]["meta"].get("export"):
            types = {column["data_type"] for column in node["columns"].values()}
            assert not types & {"double", "float"}, name


@pytest.mark.parametrize("path", sorted(PROJECT.glob("m*/**/*.sql")), ids=lambda path: path.stem)
def test_a_model_is_short_and_leaves_nothing_to_chance(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 80
    assert not CHANCE.search(COMMENT.sub("", text))


@pytest.mark.parametrize("sql", ["select now()", "where day < current_date", "order by RAND(1)"])
def test_chance_is_recognised(sql: str) -> None:
    assert CHANCE.search(sql)
