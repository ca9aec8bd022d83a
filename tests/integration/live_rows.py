"""Statements that write a row as the monitor does."""

from datetime import UTC, datetime
from typing import LiteralString

SOURCE = "page-test"
MOMENT = datetime(2011, 12, 9, 12, 31, 25, tzinfo=UTC)
WINDOW: LiteralString = """
    insert into live.windows values (%s, %s, %s, %s, %s, %s, %s, 9, %s, 0, 0, 0, 5, %s)
    on conflict (source, minutes, started_at, dimension, value, currency) do update set orders = excluded.orders
"""
ALERT: LiteralString = """
    insert into live.anomalies
    values (%s, %s, 'size_up', %s, 'e1', 'o1', %s, %s, 4.5, 3.1, 950, 10, 20, 40, 'GBP', 'customer', %s, %s)
"""
HEALTH: LiteralString = """
    insert into live.pipeline_health values ('page-test', 'orders', 3, 0.5, %s, 90, 0, now(), 0, 0, %s, now())
    on conflict (job, topic) do update set looked_at = now(), problem = excluded.problem
"""
