"""`live.pipeline_health` in PostgreSQL: the rows of the newest look, and no others."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime

import psycopg

from common import postgres
from common.errors import UserError, why
from common.live_tables import HEALTH
from common.settings import Settings
from streaming.monitor.health.rows import Row

COLUMNS = (*(name for name, _, _ in HEALTH), "looked_at")
UPSERT = (
    f"insert into live.pipeline_health ({', '.join(COLUMNS)}) values ({', '.join(['%s'] * len(COLUMNS))})"
    f" on conflict (job, topic) do update set {', '.join(f'{one} = excluded.{one}' for one in COLUMNS[2:])}"
)
OUTDATED = "delete from live.pipeline_health where looked_at < %s"
ALERTS_TODAY = "select channel, count(*) from live.anomalies where stored_at >= current_date group by channel"
TIMEOUT = "set statement_timeout = '5s'"


@dataclass
class HealthStore:
    """A connection of the monitor, opened again after PostgreSQL was away.

    `problem` says why the last look did not get there; `alerts_today` are by channel, those of the last that did.
    """

    settings: Settings
    problem: str | None = None
    alerts_today: dict[str, int] = field(default_factory=dict)
    connection: psycopg.Connection | None = None

    def write(self, rows: Sequence[Row], looked_at: datetime) -> None:
        """Put rows in place of those of the last look, in one transaction, or remember why that is not possible."""
        try:
            connection = self.connection or self.connect()
            with connection.transaction():
                connection.cursor().executemany(UPSERT, [(*astuple(row), looked_at) for row in rows])
                connection.execute(OUTDATED, (looked_at,))
                self.alerts_today = dict(connection.execute(ALERTS_TODAY).fetchall())
            self.problem = None
        except (psycopg.Error, UserError) as error:
            self.problem = why(error).partition(";")[0]
            self.close()

    def connect(self) -> psycopg.Connection:
        """Return a connection that commits each statement, and gives up soon."""
        self.connection = postgres.connect(self.settings, "monitor")
        self.connection.autocommit = True
        self.connection.execute(TIMEOUT)
        return self.connection

    def close(self) -> None:
        """Let the connection go."""
        if self.connection is not None:
            connection, self.connection = self.connection, None
            connection.close()
