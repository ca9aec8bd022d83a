"""How much is taken a second: from counts at some instants."""

from collections import deque
from dataclasses import dataclass, field

# Over so many seconds, since a batch may take longer than the time between two looks.
SECONDS = 10.0


@dataclass
class Rates:
    """The counts of jobs and topics over the last seconds."""

    seen: dict[tuple[str, str], deque[tuple[float, int]]] = field(default_factory=dict)

    def of(self, job: str, topic: str, count: int, at: float) -> float:
        """Return how much more it is a second than some seconds ago; 0 where it is less, as after a new beginning."""
        seen = self.seen.setdefault((job, topic), deque())
        if seen and count < seen[-1][1]:
            seen.clear()
        if not seen or at > seen[-1][0]:
            seen.append((at, count))
        while len(seen) > 2 and at - seen[1][0] >= SECONDS:
            seen.popleft()
        (began, first), (ended, last) = seen[0], seen[-1]
        return (last - first) / (ended - began) if ended > began else 0.0
