"""Which tables are exported: dbt's manifest says so, where the model or the source is declared.

`meta: {export: true}`, or in its place a mapping: `indexes` is a list of lists of columns; for a source also `grain`,
the columns of its key, and `schema`, its schema in the lake.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.errors import UserError

TARGET_SCHEMA = "marts"
Node = Mapping[str, Any]
Columns = tuple[str, ...]


@dataclass(frozen=True, order=True)
class Export:
    """A table that is exported: in Delta, in PostgreSQL, the columns of its key and those of each further index."""

    delta: str
    table: str
    grain: Columns = ()
    indexes: tuple[Columns, ...] = ()

    @property
    def target(self) -> str:
        """Return the table's full name in PostgreSQL."""
        return f"{TARGET_SCHEMA}.{self.table}"


def exports(path: Path) -> list[Export]:
    """Return the models and sources that ask to be exported, sorted.

    Raises:
        UserError: there is no manifest, nothing in it is exported, or two tables would have one name.
    """
    manifest = read(path)
    grains = dict(tested_grains(manifest))
    tables = sorted(
        [
            *(of_model(node, grains.get(name, ())) for name, node in manifest["nodes"].items() if is_exported(node)),
            *(of_source(node) for node in manifest.get("sources", {}).values() if export_options(node) is not None),
        ]
    )
    if not tables:
        raise UserError(f"{path}: no model has `meta: {{export: true}}`, so there is nothing to export")
    for table, times in Counter(one.table for one in tables).items():
        if times > 1:
            names = " and ".join(one.delta for one in tables if one.table == table)
            raise UserError(f"{names} would both be {TARGET_SCHEMA}.{table}; take `meta.export` from one of them")
    return tables


def read(path: Path) -> Node:
    """Return the manifest.

    Raises:
        UserError: it is missing, or is none.
    """
    try:
        manifest: Node = json.loads(path.read_text())
        manifest["nodes"].values()
    except FileNotFoundError:
        raise UserError(f"{path} is missing; dbt writes it: run `make marts`") from None
    except (json.JSONDecodeError, KeyError) as error:
        raise UserError(f"{path} is no manifest of dbt ({error}); delete it and run `make marts`") from None
    return manifest


def tested_grains(manifest: Node) -> Iterator[tuple[str, Columns]]:
    """Yield each tested node with the columns of its key; a table of one row has none and is not among them."""
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {}
        if test.get("name") == "rules":
            yield node["attached_node"], tuple(test["kwargs"]["grain"])


def of_model(node: Node, grain: Columns) -> Export:
    """Return what a model asks for.

    Its schema is the one that the project declares, because dbt resolves it to `marts` where it last worked on
    PostgreSQL.
    """
    schema = node["config"].get("schema") or node["schema"]
    return Export(f"{schema}.{node['alias']}", node["alias"], grain, indexes(export_options(node) or {}))


def of_source(node: Node) -> Export:
    """Return what a source asks for."""
    wanted = export_options(node) or {}
    schema = wanted.get("schema") or node["schema"]
    return Export(f"{schema}.{node['identifier']}", node["identifier"], tuple(wanted.get("grain", ())), indexes(wanted))


def is_exported(node: Node) -> bool:
    """Return whether a node is a model that asks to be exported."""
    return node["resource_type"] == "model" and export_options(node) is not None


def export_options(node: Node) -> Node | None:
    """Return what `meta.export` of a node asks for, empty for a plain `true`; None where it is not exported."""
    meta = (node.get("config") or {}).get("meta") or node.get("meta") or {}
    wanted = meta.get("export")
    if not wanted:
        return None
    return wanted if isinstance(wanted, dict) else {}


def indexes(wanted: Node) -> tuple[Columns, ...]:
    """Return the columns of each index."""
    return tuple(tuple(columns) for columns in wanted.get("indexes", ()))
