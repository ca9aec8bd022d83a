"""What the engine's progress of a query gives for a row of health."""

from dataclasses import fields
from datetime import UTC, datetime

from pyspark.sql import Row

from common.live_tables import HEALTH
from streaming.monitor.health import rows
from streaming.monitor.health.rows import Report, report_of

PROGRESS = {
    "timestamp": "2025-01-31T10:00:00.250Z",
    "durationMs": {"triggerExecution": 750},
    "stateOperators": [
        {"numRowsTotal": 40, "memoryUsedBytes": 1_000},
        {"numRowsTotal": 2, "memoryUsedBytes": 24},
    ],
    "sources": [{"endOffset": {"orders": {"0": 12, "1": 7}, "visits": {"0": 3}}}],
    "observedMetrics": {"taken": Row(newest_event_at="2025-01-31T09:59:58.000Z", events=5)},
}


def test_a_row_has_the_columns_of_the_table_in_their_order() -> None:
    assert [one.name for one in fields(rows.Row)] == [name for name, _, _ in HEALTH]


def test_progress_tells_offsets_state_and_when_the_batch_ended() -> None:
    assert report_of(PROGRESS) == Report(
        ends={"orders": {0: 12, 1: 7}, "visits": {0: 3}},
        finished_at=datetime(2025, 1, 31, 10, 0, 1, tzinfo=UTC),
        newest_event_at=datetime(2025, 1, 31, 9, 59, 58, tzinfo=UTC),
        state_rows=42,
        state_bytes=1_024,
    )


def test_offsets_may_be_json_in_a_text_and_a_source_may_have_none_yet() -> None:
    sources = [{"endOffset": '{"orders": {"0": 12}}'}, {"endOffset": None}, {}]
    report = report_of({"timestamp": "2025-01-31T10:00:00.000Z", "sources": sources})
    assert report.ends == {"orders": {0: 12}}
    assert (report.newest_event_at, report.state_rows, report.state_bytes) == (None, 0, 0)
