"""An alert is as late as its first message; repeats and strangers do not count."""

from bench.alert_latency import lags_by_channel


def test_the_first_message_of_an_alert_counts() -> None:
    appended: dict[object, float] = {"a": 100.0, "b": 101.0}
    alerts: list[tuple[float, dict[str, object]]] = [
        (100.25, {"event_id": "a", "channel": "size_up"}),
        (102.0, {"event_id": "b", "channel": "speed"}),
        (109.0, {"event_id": "a", "channel": "size_up"}),
        (103.0, {"event_id": "of before", "channel": "speed"}),
        (104.0, {"event_id": None, "channel": "rate_up"}),
    ]
    lags = {channel: list(lags) for channel, lags in lags_by_channel(appended, iter(alerts)).items()}
    assert lags == {"size_up": [0.25], "speed": [1.0]}
