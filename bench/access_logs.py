"""A made-up shop's access log in the format `combined`: readers, their pages and what these are made of, and robots."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

SITE = "shop.example"
BEGINS = 1_709_251_200
PAGES_PER_VISIT, ASSETS_PER_PAGE, ROBOTS, MOST_SECONDS_LATE = 5, 4, 0.15, 20
READERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS {}_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/{}.0.0.0 Mobile Safari/537.36",
)
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.{}; +http://www.google.com/bot.html)"
ORIGINS = ("-", "https://www.google.com/", "https://www.facebook.com/", "https://mail.example.net/")


def write(path: Path, count: int, visits_a_minute: int = 60) -> None:
    """Write so many lines; a visit begins every second, and lines stand up to 20 s out of order."""
    chance = Random(1)
    pending: list[tuple[float, str]] = []
    with path.open("w") as file:
        begins, written = float(BEGINS), 0
        while written < count:
            begins += 60 / visits_a_minute
            pending.extend(visit(chance, begins))
            if len(pending) > 20_000:
                pending.sort()
                ready = [line for at, line in pending if at < begins][: count - written]
                pending = [one for one in pending if one[0] >= begins]
                file.writelines(ready)
                written += len(ready)


def visit(chance: Random, begins: float) -> Iterator[tuple[float, str]]:
    """Yield the lines of one visit, each with the time at which the server writes it."""
    address = ".".join(str(chance.randrange(1, 255)) for _ in range(4))
    is_robot = chance.random() < ROBOTS
    agent = (ROBOT if is_robot else chance.choice(READERS)).format(chance.randrange(100, 130))
    user = f"c{chance.randrange(20_000)}" if chance.random() < 0.3 else "-"
    at, referrer = begins, chance.choice(ORIGINS)
    for _ in range(chance.randrange(1, 2 * PAGES_PER_VISIT)):
        target = chance.choice(
            ("/", "/sale", f"/product/{chance.randrange(500)}", f"/cart/add/{chance.randrange(500)}")
        )
        parts = [target, *(f"/static/{number}.js" for number in range(0 if is_robot else ASSETS_PER_PAGE))]
        for part in parts:
            stamp = f"{datetime.fromtimestamp(at, UTC):%d/%b/%Y:%H:%M:%S} +0000"
            request = f'"GET {part} HTTP/1.1" 200 {chance.randrange(90_000)} "{referrer}" "{agent}"'
            yield at + chance.random() * MOST_SECONDS_LATE, f"{address} - {user} [{stamp}] {request}\n"
        at, referrer = at + chance.expovariate(1 / 40), f"https://www.{SITE}{target}"
