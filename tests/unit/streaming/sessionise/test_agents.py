"""Robots and devices by what they call themselves."""

import pytest

from streaming.sessionise.agents import read_agent

WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)
ANDROID = "Mozilla/5.0 (Linux; Android 14; {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 {}Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (WINDOWS, "desktop"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.1 Safari/605.1.15",
            "desktop",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "desktop"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36", "desktop"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", "mobile"),
        (ANDROID.format("Pixel 8", "Mobile "), "mobile"),
        (ANDROID.format("CUBOT X30", "Mobile "), "mobile"),
        (ANDROID.format("SM-X710", ""), "tablet"),
        ("Mozilla/5.0 (iPad; CPU OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", "tablet"),
        ("Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) AppleWebKit/537.36 Chrome/94 TV Safari/537.36", "other"),
        ("Mozilla/5.0 (PlayStation 5 3.11) AppleWebKit/605.1.15", "other"),
        ("Something new/1.0", "other"),
        (None, None),
    ],
)
def test_a_reader_has_a_device(agent: str | None, device: str | None) -> None:
    assert read_agent(agent) == (False, device)


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0) Chrome/120.0.0.0 Safari/537.36",
        "Mozilla/5.0 (compatible; YandexBot/3.0)",
        "Mozilla/5.0 (compatible; Baiduspider/2.0)",
        "Mozilla/5.0 (compatible; Yahoo! Slurp)",
        "facebookexternalhit/1.1",
        WINDOWS.replace("Chrome", "HeadlessChrome"),
        "curl/8.5.0",
        "Wget/1.21",
        "python-requests/2.31.0",
        "Go-http-client/1.1",
        "Java/17.0.1",
        "kube-probe/1.28",
        "ELB-HealthChecker/2.0",
        "Mozilla/5.0 (compatible; UptimeRobot/2.0)",
        "-",
        "",
    ],
)
def test_a_robot_is_one(agent: str) -> None:
    assert read_agent(agent).is_robot
