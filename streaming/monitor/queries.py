"""The queries of the monitor, in the order in which they start and end."""

from collections.abc import Sequence

from common.settings import Settings
from streaming.monitor.alerts.sink import Alerts
from streaming.monitor.inputs import Inputs
from streaming.monitor.orders.queries import Sizes, Speed
from streaming.monitor.query import Query
from streaming.monitor.windows.query import Windows


def queries(settings: Settings, inputs: Inputs) -> Sequence[Query]:
    """Return the queries; the last reads what the others write."""
    return (Sizes(settings, inputs), Speed(settings, inputs), Windows(settings, inputs), Alerts(settings))
