"""Which models are exported: dbt's manifest says so, where the model is declared."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spark.common.errors import UserError

TARGET_SCHEMA = "marts"


@dataclass(frozen=True, order=True)
class Export:
    """A model that is exported: its Delta table and its table in PostgreSQL."""

    delta: str
    table: str

    @property
    def target(self) -> str:
        """Return the table's full name in PostgreSQL."""
        return f"{TARGET_SCHEMA}.{self.table}"


def exports(path: Path) -> list[Export]:
    """Return the models whose configuration has `meta: {export: true}`, sorted.

    The schema is the one that the project declares, because dbt resolves it to `marts` where it last worked on
    PostgreSQL.

    Raises:
        UserError: there is no manifest, or nothing in it is exported.
    """
    try:
        nodes: Mapping[str, Mapping[str, Any]] = json.loads(path.read_text())["nodes"]
    except FileNotFoundError:
        raise UserError(f"{path} is missing; dbt writes it: run `make marts`") from None
    except (json.JSONDecodeError, KeyError) as error:
        raise UserError(f"{path} is no manifest of dbt ({error}); delete it and run `make marts`") from None
    models = [node for node in nodes.values() if node["resource_type"] == "model" and exported(node)]
    if not models:
        raise UserError(f"{path}: no model has `meta: {{export: true}}`, so there is nothing to export")
    return sorted(
        Export(f"{node['config'].get('schema') or node['schema']}.{node['alias']}", node["alias"]) for node in models
    )


def exported(node: Mapping[str, Any]) -> bool:
    """Return whether a node of the manifest asks to be exported."""
    return bool((node["config"].get("meta") or {}).get("export"))
