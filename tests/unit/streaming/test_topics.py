"""The topics beside those of the contracts."""

from common.contracts.model import load
from common.kafka_topics import ALERTS
from common.settings import read_settings


def test_the_monitors_findings_have_a_topic_that_no_contract_defines() -> None:
    contracts = load(read_settings({}).contracts_dir)
    # What the ingest reads: an alert among the orders would be quarantined as a broken order.
    assert ALERTS == "alerts" and ALERTS not in {contract.topic for contract in contracts.topics}
