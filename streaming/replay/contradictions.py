"""Rows of a file that say two things of one customer, rating or visit at the same time: nobody knows which holds."""

import sqlite3

# What a row is about, by its topic, as SQL.
KEYS = {
    "customers": "customer",
    "ratings": "json_extract('{' || body || '}', '$.rating_id')",
    "visits": "json_extract('{' || body || '}', '$.visit_id')",
}
HOLD = """
with keyed as (
    select number, {key} as key, coalesce(ms, -1) as ms, customer || body as said from others
    where topic = '{topic}' and reason is null
),
several as (select key, ms, min(number) as first from keyed group by 1, 2 having min(said) <> max(said))
update others
set reason = 'it stands at row ' || found.first || ' too, at the same time and with other content; leave one out'
from (select number, first from keyed join several using (key, ms)) as found
where others.topic = '{topic}' and others.number = found.number
"""


def hold_contradictions(database: sqlite3.Connection, topic: str) -> None:
    """Hold the staged rows of a topic that contradict each other; rows that say the same are one event."""
    if key := KEYS.get(topic):
        database.execute(HOLD.format(key=key, topic=topic))
