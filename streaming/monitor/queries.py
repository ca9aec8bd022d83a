"""The queries of the monitor, in the order in which they start and end."""

from collections.abc import Sequence

from common.settings import Settings
from streaming.contract_files import ContractFiles
from streaming.monitor.alerts import Alerts
from streaming.monitor.query import Query


def queries(settings: Settings, contract_files: ContractFiles) -> Sequence[Query]:
    """Return the queries; the last reads what the others write."""
    return (Alerts(settings),)
