"""Which requests belong to a visit, and what they say of it."""

import hashlib
import re
from collections import Counter
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from streaming.reading.ids import Ids
from streaming.sessionise.agents import read_agent
from streaming.sessionise.channels import channel
from streaming.sessionise.lines import Request

KINDS = PAGES, STEPS, OTHERS, ROBOTS = "pages", "redirects and carts", "other requests", "of robots"
# What a page is made of, and what is no page by its kind.
ASSETS = re.compile(
    r"\.(?:css|m?js|map|json|xml|txt|png|jpe?g|gif|svg|webp|avif|bmp|ico|woff2?|[ot]tf|eot|mp3|mp4|webm|ogg|wav|avi|mov|"
    r"pdf|zip|gz|csv|webmanifest|rss|atom|wasm)$",
    re.IGNORECASE,
)
NOT_MODIFIED = 304
VISITOR_BYTES = 16


class Step(NamedTuple):
    """A request of a visit: a page, or what leads to one; `visitor` tells visitors apart and names nobody."""

    visitor: bytes
    at: int
    target: str
    channel: str
    device: str | None
    customer_id: str | None
    is_page: bool
    product: str | None
    carted: str | None


class Rules:
    """What counts, by the options of a run.

    Args:
        sites: the shop's own host names.
        product, cart: what the address of a product, and of putting one into the cart, looks like; the first group,
            or all of it, is the product.
        ignored: addresses that are no pages, such as a health check.
        key: of the hash of visitors.
        ids: reads who is logged in.
    """

    def __init__(
        self,
        sites: Collection[str],
        product: re.Pattern[str],
        cart: re.Pattern[str],
        ignored: re.Pattern[str],
        key: bytes,
        ids: Ids,
    ) -> None:
        """Have counted nothing."""
        self.customer = lru_cache(65536)(lambda user: ids.read(user or "", "the third field"))
        self.sites, self.product, self.cart, self.ignored, self.key = sites, product, cart, ignored, key
        self.counts: Counter[str] = Counter()

    def step(self, request: Request) -> Step | None:
        """Return a request as a step of a visit, None where it is of none, and count its kind.

        Raises:
            UnreadableError: the third field is a number that has lost digits.
        """
        agent = read_agent(request.agent)
        kind = ROBOTS if agent.is_robot else self.kind(request)
        self.counts[kind] += 1
        if kind in (OTHERS, ROBOTS):
            return None
        customer_id = self.customer(request.user)
        return Step(
            visitor=self.visitor(request, customer_id),
            at=request.at,
            target=request.target,
            channel=channel(request.target, request.referrer, self.sites),
            device=agent.device,
            customer_id=customer_id,
            is_page=kind == PAGES,
            product=first_group(self.product, request.target) if kind == PAGES else None,
            carted=first_group(self.cart, request.target),
        )

    def kind(self, request: Request) -> str:
        """Return what a request is that no robot made."""
        method, status = request.method, request.status
        if method not in ("GET", "POST") or not 200 <= status < 400:
            return OTHERS
        path = request.target.partition("?")[0]
        if ASSETS.search(path) or self.ignored.search(path):
            return OTHERS
        if method == "POST":
            return STEPS if self.cart.search(request.target) else OTHERS
        return PAGES if status < 300 or status == NOT_MODIFIED else STEPS

    def visitor(self, request: Request, customer_id: str | None) -> bytes:
        """Return the keyed hash (BLAKE2b) of a customer, or of address and user agent where nobody is logged in."""
        who = f"customer\n{customer_id}" if customer_id else f"guest\n{request.address}\n{request.agent}"
        return hashlib.blake2b(who.encode(), key=self.key, digest_size=VISITOR_BYTES).digest()


def first_group(pattern: re.Pattern[str], text: str) -> str | None:
    """Return what the first group of a pattern matches, all of the match where there is none, None without a match."""
    match = pattern.search(text)
    return match and (match[1] if pattern.groups else match[0])
