"""Hours and days of shops and cities against their bands, as the windows tell them; what is odd goes to topic `alerts`.

An hour is judged when its windows are over, and while it runs where its orders already are too many. An hour without an
order is 0: the windows' clock has passed it. A message may come twice, after a kill, with the same identity.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
from kafka import KafkaProducer
from kafka.errors import KafkaError

from common.errors import UserError, first_line
from common.kafka_errors import reaching
from common.kafka_topics import ALERTS
from common.settings import Settings
from streaming.monitor.rates.rate_alerts import Alert, alert
from streaming.monitor.rates.rate_bands import HOURS, Floats
from streaming.monitor.rates.rate_baseline import RateBaseline
from streaming.monitor.rates.rate_verdicts import judge, judge_running
from streaming.monitor.windows import window_tables

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ACKNOWLEDGED_SECONDS = 30


@dataclass
class RateWatch:
    """Looks at the windows after each batch."""

    settings: Settings
    baseline: RateBaseline
    told: set[str] = field(default_factory=set)
    looked: datetime | None = None

    def __call__(self, connection: psycopg.Connection, before: datetime, now: datetime, newest: datetime) -> None:
        """Judge the hours that have become over between two watermarks, and the one of the newest event.

        Raises:
            UserError: Kafka does not take an alert.
        """
        alerts = list(self.over(connection, before, now)) if floor(now, HOUR) > floor(before, HOUR) else []
        minute = floor(newest, timedelta(minutes=1))
        if minute != self.looked:
            alerts += self.running(connection, minute)
            self.looked = minute
        fresh = [each for each in alerts if each["alert_id"] not in self.told]
        if fresh:
            send(self.settings, fresh)
            self.told.update(str(each["alert_id"]) for each in fresh)

    def over(self, connection: psycopg.Connection, before: datetime, now: datetime) -> Iterator[Alert]:
        """Yield the alerts of hours and days that end behind one instant and not behind another."""
        whole = self.whole_from(connection)
        if whole is None:
            return
        first, end = max(floor(before, HOUR), whole), floor(now, HOUR)
        day = floor(first, DAY)
        while day < end:
            begins, ends = ((each - day) // HOUR for each in (first, end))
            for source, orders in self.orders(connection, day).items():
                cities, bands = self.baseline.sources[source]
                for each in judge(bands, day.weekday(), orders, min(ends, HOURS), max(0, (whole - day) // HOUR)):
                    hour = HOURS - 1 if each.hour is None else each.hour
                    if begins <= hour < ends:
                        yield alert(self.baseline.as_of, source, cities[each.subject], day, each)
            day += DAY

    def running(self, connection: psycopg.Connection, newest: datetime) -> Iterator[Alert]:
        """Yield the alerts of what already is too much in the hour of the newest event."""
        whole, day = self.whole_from(connection), floor(newest, DAY)
        if whole is None or newest < whole:
            return
        for source, orders in self.orders(connection, day).items():
            cities, bands = self.baseline.sources[source]
            for each in judge_running(bands, day.weekday(), orders, newest.hour, max(0, (whole - day) // HOUR)):
                yield alert(self.baseline.as_of, source, cities[each.subject], day, each)

    def whole_from(self, connection: psycopg.Connection) -> datetime | None:
        """Return the first hour that the windows know whole and the baseline does not know; None without windows."""
        first = window_tables.first(connection)
        if first is None:
            return None
        return max(floor(first + HOUR - timedelta(microseconds=1), HOUR), self.baseline.as_of.replace(tzinfo=UTC))

    def orders(self, connection: psycopg.Connection, day: datetime) -> dict[str, Floats]:
        """Return, by source, the orders of a day, shape (subjects, 24)."""
        counts = {source: np.zeros((len(cities), HOURS)) for source, (cities, _) in self.baseline.sources.items()}
        for source, city, hour, orders in window_tables.orders_by_hour(connection, day):
            cities = self.baseline.sources[source][0] if source in counts else ()
            if city in cities:
                counts[source][cities.index(city), hour] = orders
        return counts


def floor(moment: datetime, length: timedelta) -> datetime:
    """Return the last multiple of a length at a moment or before it."""
    return moment - (moment - datetime(1970, 1, 1, tzinfo=UTC)) % length


def send(settings: Settings, alerts: Sequence[Alert]) -> None:
    """Write alerts to their topic, and wait until Kafka has them.

    Raises:
        UserError: it does not take them.
    """
    with reaching(settings):
        producer = KafkaProducer(bootstrap_servers=settings.kafka_bootstrap)
        try:
            sent = [
                producer.send(ALERTS, key=f"{each['source']}/{each['subject']}".encode(), value=text(each))
                for each in alerts
            ]
            for one in sent:
                one.get(ACKNOWLEDGED_SECONDS)
        except KafkaError as error:
            raise UserError(f"Kafka did not take {len(alerts)} alerts: {first_line(error)}") from None
        finally:
            producer.close()


def text(each: Alert) -> bytes:
    """Return an alert as its message."""
    return json.dumps(each, ensure_ascii=False).encode()
