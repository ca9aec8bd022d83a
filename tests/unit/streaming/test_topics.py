"""The topics beside those of the contracts."""

from common.contracts.model import load
from common.settings import read_settings
from streaming import topics


def test_the_monitors_findings_have_a_topic_that_no_contract_defines() -> None:
    contracts = load(read_settings({}).contracts_dir)
    # What the ingest reads: an alert among the orders would be quarantined as a broken order.
    assert topics.ALERTS == "alerts" and topics.ALERTS not in {contract.topic for contract in contracts.topics}
