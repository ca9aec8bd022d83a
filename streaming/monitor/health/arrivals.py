"""When Kafka's ends stood where: from that it is known how long a record has waited, without reading it."""

import bisect
from dataclasses import dataclass, field

# Samples older than so many seconds are kept at a distance of a tenth of their age.
ALL_KEPT_SECONDS = 10.0
THINNED = 0.1


@dataclass
class Arrivals:
    """The end of one partition at some instants, oldest first; `times` are Unix seconds."""

    times: list[float] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def note(self, now: float, end: int) -> None:
        """Keep where the partition ends now; older samples are thinned out, so that their number stays small."""
        if self.times and now <= self.times[-1]:
            return
        self.times.append(now)
        self.ends.append(end)
        for place in range(len(self.times) - 3, 0, -1):
            age = now - self.times[place]
            if age > ALL_KEPT_SECONDS and self.times[place + 1] - self.times[place - 1] < THINNED * age:
                del self.times[place], self.ends[place]

    def last_change(self) -> float:
        """Return the first known instant at which the partition had its present end."""
        return self.times[bisect.bisect_left(self.ends, self.ends[-1])]

    def waited(self, position: int, now: float) -> float:
        """Return for how many seconds, at most, the record at `position` has waited; 0 where none is there.

        It came after the last instant at which the partition ended at `position` or before.
        """
        if not self.ends or position >= self.ends[-1]:
            return 0.0
        place = bisect.bisect_right(self.ends, position)
        return now - self.times[max(place - 1, 0)]
