"""What a user agent says: a robot, or on which device somebody reads."""

import re
from functools import lru_cache
from typing import NamedTuple

ROBOT = re.compile(
    # Cubot is a telephone.
    r"(?<!cu)bot(?:\b|_)|crawl|spider|slurp|scrap(?:er|y)|archiver|mediapartners|feedfetcher|facebookexternalhit|"
    r"whatsapp/|embedly|quora link preview|google-read-aloud|chrome-lighthouse|headlesschrome|phantomjs|selenium|"
    r"puppeteer|playwright|gptbot|chatgpt-user|claude-user|perplexity|bytespider|"
    r"^(?:curl|wget|java|okhttp|axios|node-fetch|got|undici|ruby|php|perl|postmanruntime|insomnia|dart)\b|"
    r"python-requests|python-urllib|python-httpx|aiohttp|go-http-client|libwww|httpclient|apachebench|"
    r"monitor|uptime|pingdom|statuscake|site24x7|check_http|nagios|zabbix|blackbox|kube-probe|healthcheck|googlehc|"
    r"nmap|nikto|sqlmap|masscan|zgrab|nuclei|censys|semrush|ahrefs",
    re.IGNORECASE,
)
OTHER = re.compile(r"smart-?tv|\btv\b|appletv|tizen|web0s|webos|hbbtv|playstation|xbox|nintendo|watch", re.IGNORECASE)
TABLET = re.compile(r"ipad|tablet|kindle|silk/|playbook|android(?!.*mobile)", re.IGNORECASE)
MOBILE = re.compile(r"iphone|ipod|android|mobile|windows phone|opera mini|blackberry", re.IGNORECASE)
DESKTOP = re.compile(r"windows nt|macintosh|x11|cros|linux", re.IGNORECASE)
DEVICES = (("other", OTHER), ("tablet", TABLET), ("mobile", MOBILE), ("desktop", DESKTOP))
CHARACTERS = 500


class Agent(NamedTuple):
    """Whether it is a robot, and the device, None where nothing is said."""

    is_robot: bool
    device: str | None


def read_agent(text: str | None) -> Agent:
    """Return what a user agent says; None is that of a format without one, an empty one is a robot's."""
    if text is None:
        return Agent(False, None)
    return classify(text[:CHARACTERS])


@lru_cache(8192)
def classify(text: str) -> Agent:
    """Return what the beginning of a user agent says."""
    if text in ("-", ""):
        return Agent(True, None)
    device = next((name for name, words in DEVICES if words.search(text)), "other")
    return Agent(ROBOT.search(text) is not None, device)
