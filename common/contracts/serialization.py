"""The contracts as JSON text and back, exactly: what a checkpoint or a release keeps of them.

Parts that a later version of the project gives a default may be missing from a text.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from common.contracts.model import BronzeTable, Contract, Contracts, Field, Rule, SnapshotContract
from common.errors import UserError


def to_json(contracts: Contracts) -> str:
    """Return the contracts as one line of JSON; equal contracts give equal text."""
    return json.dumps(asdict(contracts), ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Contracts:
    """Return the contracts of a text that `to_json` wrote.

    Raises:
        UserError: the text is damaged, or holds what this version of the project does not know.
    """
    try:
        content = json.loads(text)
        return Contracts(
            topics=tuple(contract(one) for one in content["topics"]),
            carriers=fields(content["carriers"]),
            snapshot=snapshot(content["snapshot"]),
            events_table=table(content["events_table"]),
            snapshots_table=table(content["snapshots_table"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"stored contracts cannot be read ({type(error).__name__}: {error}); they are damaged or newer"
        ) from None


def contract(content: Mapping[str, Any]) -> Contract:
    """Return the contract of one topic."""
    return Contract(**{**content, "fields": fields(content["fields"]), "rules": rules(content["rules"])})


def snapshot(content: Mapping[str, Any]) -> SnapshotContract:
    """Return the contract of the snapshot files."""
    return SnapshotContract(**{**content, "fields": fields(content["fields"]), "rules": rules(content["rules"])})


def table(content: Mapping[str, Any]) -> BronzeTable:
    """Return a bronze table."""
    columns, statistics = fields(content["columns"]), tuple(content["statistics"])
    return BronzeTable(**{**content, "columns": columns, "statistics": statistics})


def fields(content: Iterable[Mapping[str, Any]]) -> tuple[Field, ...]:
    """Return fields, those of arrays' elements included."""
    return tuple(Field(**{**one, "items": fields(one.get("items", ()))}) for one in content)


def rules(content: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Return rules in their order."""
    return tuple(Rule(**one) for one in content)
