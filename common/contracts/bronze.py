"""What the lake declares in schema `bronze`: the contracts' tables, and views of them for people."""

import re
from collections.abc import Iterable, Iterator, Mapping

from common.contracts.model import EVENTS, BronzeTable, Field, load, quote
from common.settings import Settings

QUARANTINE = f"""create or replace view bronze.quarantine
comment 'Records that break their contract: which rule, of which field; `make requeue` reads the encrypted value.'
as select
    topic, topic_id, `partition`, `offset`, arrived_at, ingest_seq, `key`, broken_rule, broken_field, contract_version,
    event_id, source, occurred_at, length(payload) as payload_bytes
from {EVENTS}
where broken_rule is not null"""

INGEST_LEDGER = f"""create or replace view bronze.ingest_ledger
comment 'What has landed of each partition of each topic; rows = valid + quarantined.'
as select
    topic, topic_id, `partition`,
    min(`offset`) as first_offset, max(`offset`) as last_offset,
    count(*) as rows,
    count_if(broken_rule is null) as valid,
    count_if(broken_rule is not null) as quarantined
from {EVENTS}
group by topic, topic_id, `partition`"""


def ddl(settings: Settings) -> tuple[str, ...]:
    """Return the statements that create bronze's tables and views where they do not exist, in order."""
    contracts = load(settings.contracts_dir)
    return contracts.events_table.ddl(), contracts.snapshots_table.ddl(), QUARANTINE, INGEST_LEDGER


def lacking(table: BronzeTable, held: Mapping[str, str]) -> Iterator[tuple[str, Field]]:
    """Yield what a table lacks of its declaration, by the name that SQL gives it, also fields of arrays' elements.

    Args:
        held: the columns that it has, with their types as Spark writes them.
    """
    for column in table.columns:
        if column.name not in held:
            yield column.name, column
        else:
            there = re.findall(r"(\w+):", held[column.name])
            yield from ((f"{column.name}.element.{one.name}", one) for one in column.items if one.name not in there)


def add_columns(table: str, fields: Iterable[tuple[str, Field]]) -> str:
    """Return the statement that adds columns to a table, each with its description; nothing where there are none."""
    columns = ", ".join(f"{name} {field.sql_type} comment {quote(field.text)}" for name, field in fields)
    return f"alter table {table} add columns ({columns})" if columns else ""
