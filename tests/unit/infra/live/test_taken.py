"""Whether the stream and the monitor have taken all, from what they and Kafka say."""

from datetime import UTC, datetime

from infra.live.taken import has_landed, waiting

SENT = datetime(2025, 1, 31, 10, 0, tzinfo=UTC)
INGEST = {"topics": {"orders": {"ends": {"0": 10, "1": 7}}}}


def test_all_has_landed_where_the_ingest_has_come_to_every_end() -> None:
    assert has_landed(INGEST, {"orders": {0: 10, 1: 7}})
    assert not has_landed(INGEST, {"orders": {0: 10, 1: 8}})
    assert not has_landed(INGEST, {"orders": {0: 10, 1: 7}, "visits": {0: 1}})


def test_an_ingest_that_has_said_nothing_has_landed_nothing() -> None:
    assert not has_landed({}, {"orders": {0: 1}})
    assert has_landed({}, {"orders": {0: 0}})


def state(at: str, **waiting: int) -> dict[str, object]:
    rows = [{"job": job, "topic": "orders", "lag_events": count} for job, count in waiting.items()]
    return {"at": at, "rows": rows, "real_time": ["sizes"]}


def test_the_monitor_is_believed_once_it_has_looked_after_the_last_event() -> None:
    assert waiting(None, SENT) is None
    assert waiting(state("2025-01-31T09:59:59+00:00", sizes=0), SENT) is None
    assert waiting(state("2025-01-31T10:00:02+00:00", alerts=0, speed=3, windows=1), SENT) == ["speed", "windows"]
    assert waiting(state("2025-01-31T10:00:04+00:00", alerts=0, speed=0), SENT) == []


def test_a_query_in_real_time_is_not_waited_for_since_it_speaks_minutes_later() -> None:
    assert waiting(state("2025-01-31T10:00:02+00:00", sizes=800, speed=3), SENT) == ["speed"]
    assert waiting(state("2025-01-31T10:00:02+00:00", sizes=800, speed=0), SENT) == []


def test_a_query_that_has_not_begun_has_taken_nothing() -> None:
    rows = [{"job": job, "topic": "", "lag_events": 0} for job in ("sizes", "speed")]
    idle = {"at": "2025-01-31T10:00:02+00:00", "rows": rows, "real_time": ["sizes"]}
    assert waiting(idle, SENT) == ["speed"]


def test_the_ingest_is_asked_itself() -> None:
    assert waiting(state("2025-01-31T10:00:02+00:00", ingest=5), SENT) == []
