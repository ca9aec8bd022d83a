"""How a visitor came, from the first request's address and referrer.

What the shop itself says of a link (`utm_`, the click identifiers of advertisers) goes before the referrer. The words
for media are those of Google Analytics 4, "Default channel group", with affiliates and display among the adverts.
"""

import re
from collections.abc import Collection
from urllib.parse import parse_qsl

SEARCH, EMAIL, SOCIAL, DIRECT, ADVERT, OTHER = "search", "email", "social", "direct", "advert", "other"

CLICKS = {"gclid", "gbraid", "wbraid", "dclid", "msclkid", "ttclid", "yclid", "li_fat_id"}
PAID = re.compile(r".*cp.*|ppc|retargeting|paid.*|display|banner|expandable|interstitial|ads?|advert.*|affiliates?")
MAIL = re.compile(r"e[-_ ]?mail|newsletter")
SOCIAL_MEDIA = {"social", "social-network", "social-media", "sm", "social network", "social media"}

MAIL_SITE = re.compile(
    r"(?:(?:web|e)?mail|outlook|navigator)\..*|.*\.(?:mail|webmail)\..*|com\.google\.android\.gm|.*\.office365?\.com"
)
SEARCH_SITE = re.compile(
    r"(?:(?:www|m|cn|search|[a-z]{2}\.search|news|images)\.)?"
    r"(?:google|bing|yahoo|duckduckgo|baidu|yandex|ecosia|qwant|startpage|naver|seznam|sogou|ask|aol)(?:\.[a-z.]{2,8})?|"
    r"search\.brave\.com|com\.google\.android\.googlequicksearchbox|\w+\.search\.yahoo\.com"
)
SOCIAL_SITE = re.compile(
    r"(?:[a-z0-9-]+\.)*(?:facebook|instagram|twitter|linkedin|pinterest|reddit|youtube|tiktok|snapchat|tumblr|whatsapp|"
    r"mastodon|threads|quora|vk|weibo|xing)(?:\.[a-z.]{2,8})?|"
    r"(?:www\.)?(?:t\.co|x\.com|fb\.me|lnkd\.in|youtu\.be|pin\.it|redd\.it|bsky\.app|t\.me)|com\.facebook\.\w+"
)
SITES = ((EMAIL, MAIL_SITE), (SEARCH, SEARCH_SITE), (SOCIAL, SOCIAL_SITE))


def channel(target: str, referrer: str | None, own: Collection[str]) -> str:
    """Return the channel of a request.

    Args:
        target: path and query.
        referrer: as the log has it.
        own: host names of the site, which stand for those below them too; from one's own site is direct.
    """
    return of_campaign(target) or of_referrer(referrer, own)


def of_campaign(target: str) -> str | None:
    """Return what the link itself says; None where it says nothing."""
    query = target.partition("?")[2]
    if not query:
        return None
    words = {name.lower(): value.strip().lower() for name, value in parse_qsl(query)}
    medium, source = words.get("utm_medium", ""), words.get("utm_source", "")
    if not CLICKS.isdisjoint(words) or PAID.fullmatch(medium):
        return ADVERT
    if MAIL.fullmatch(medium) or MAIL.fullmatch(source):
        return EMAIL
    if medium in SOCIAL_MEDIA:
        return SOCIAL
    if medium == "organic":
        return SEARCH
    return of_site(source) if medium or source else None


def of_referrer(referrer: str | None, own: Collection[str]) -> str:
    """Return what the referrer says."""
    if referrer is None or referrer in ("-", ""):
        return DIRECT
    host = host_of(referrer)
    if any(host == one or host.endswith(f".{one}") for one in own):
        return DIRECT
    return of_site(host)


def of_site(host: str) -> str:
    """Return the channel that a site, or its bare name, belongs to."""
    return next((name for name, sites in SITES if sites.fullmatch(host)), OTHER)


def host_of(referrer: str) -> str:
    """Return the host of a referrer, in lower case, without port; nothing where it has none."""
    place = referrer.partition("://")[2].partition("/")[0].partition("?")[0]
    return place.rpartition("@")[2].partition(":")[0].rstrip(".").lower()
