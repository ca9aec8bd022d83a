"""What the lake declares in schema `bronze`: the contracts' tables, and views of them for people."""

from common.contracts.model import EVENTS, load
from common.settings import Settings

QUARANTINE = f"""create or replace view bronze.quarantine
comment 'Records that break their contract: which rule; `make requeue` reads the encrypted value.'
as select
    topic, topic_id, `partition`, `offset`, arrived_at, ingest_seq, `key`, broken_rule, contract_version, event_id,
    source, occurred_at, length(payload) as payload_bytes
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
