"""dbt's source file, from the contracts."""

from typing import Any

import yaml

from common.contracts.model import BronzeTable, Contract, Contracts

# A day without an event is worth a look: `dbt source freshness` says so.
FRESHNESS = {"loaded_at_field": "arrived_at", "freshness": {"warn_after": {"count": 24, "period": "hour"}}}
HEADER = "# Written by `make contracts` from streaming/contracts; edit those.\n"


def sources(contracts: Contracts) -> str:
    """Return the text of dbt's source file."""
    bronze = {
        "name": "bronze",
        "schema": "bronze",
        "description": "What arrived, as it arrived; written by streaming.ingest and streaming.snapshot alone.",
        "tables": [
            {**source_table(contracts.events_table), "config": FRESHNESS},
            source_table(contracts.snapshots_table),
        ],
    }
    kafka = {
        "name": "kafka",
        "schema": "bronze",
        "description": "The topics. Every record of theirs is a row of `bronze.events`, and there the models read it.",
        "tables": [topic_table(contract, contracts.events_table) for contract in contracts.topics],
    }
    body = yaml.safe_dump({"version": 2, "sources": [kafka, bronze]}, sort_keys=False, allow_unicode=True, width=120)
    return HEADER + body


def source_table(table: BronzeTable) -> dict[str, Any]:
    """Return one table of the source file."""
    columns = [{"name": one.name, "data_type": one.sql_type, "description": one.text} for one in table.columns]
    return {"name": table.name.split(".")[1], "description": table.description, "columns": columns}


def topic_table(contract: Contract, events: BronzeTable) -> dict[str, Any]:
    """Return one topic of the source file: it is where lineage begins, and the lake's name for it is that table."""
    columns = [{"name": one.name, "data_type": one.sql_type, "description": one.text} for one in contract.fields]
    place = {"name": contract.topic, "identifier": events.name.split(".")[1]}
    return {**place, "description": contract.description, "columns": columns}
