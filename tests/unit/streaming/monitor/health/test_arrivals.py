"""How long a record has waited, known from where Kafka's ends stood at some instants."""

from streaming.monitor.health.arrivals import Arrivals


def arrivals(*samples: tuple[float, int]) -> Arrivals:
    known = Arrivals()
    for at, end in samples:
        known.note(at, end)
    return known


def test_what_waits_came_after_the_last_instant_at_which_it_was_not_there() -> None:
    known = arrivals((100.0, 10), (101.0, 10), (102.0, 14), (103.0, 20))
    assert known.waited(20, now=103.5) == 0.0
    assert known.waited(14, now=103.5) == 1.5
    assert known.waited(12, now=103.5) == 2.5
    assert known.waited(10, now=103.5) == 2.5
    assert known.waited(3, now=103.5) == 3.5


def test_nothing_waits_where_nothing_is_known() -> None:
    assert arrivals().waited(0, now=5.0) == 0.0


def test_the_end_of_an_idle_partition_is_as_old_as_its_first_sample() -> None:
    assert arrivals((100.0, 10), (101.0, 12), (102.0, 12), (109.0, 12)).last_change() == 101.0


def test_samples_of_two_days_are_few_and_still_tell_within_a_tenth() -> None:
    known = arrivals(*((second / 2, second) for second in range(1, 345_600)))
    now = known.times[-1]
    assert len(known.times) < 250
    for waited in (1.0, 60.0, 3_600.0, 86_400.0):
        position = int((now - waited) * 2)
        assert waited <= known.waited(position, now) <= 1.1 * waited + 1


def test_an_instant_before_the_last_one_is_passed_over() -> None:
    assert arrivals((100.0, 10), (99.0, 11)).ends == [10]
