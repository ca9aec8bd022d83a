"""Which requests belong to a visit, and who the visitor is."""

import re
from typing import Any

import pytest

from streaming.reading.dialect import Dialect
from streaming.reading.ids import Ids
from streaming.sessionise.__main__ import CART, IGNORED, PRODUCT
from streaming.sessionise.lines import Request
from streaming.sessionise.rules import OTHERS, PAGES, ROBOTS, STEPS, Rules, Step

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"
IDS = Ids(Dialect(), lambda address: f"hash of {address}")
PAGE = Request("192.0.2.1", None, 0, "GET", "/", 200, "-", BROWSER)


def rules(key: bytes = b"k" * 32, product: str = PRODUCT) -> Rules:
    return Rules(["shop.example"], re.compile(product), re.compile(CART), re.compile(IGNORED), key, IDS)


def step(**changes: Any) -> Step:
    found = rules().step(PAGE._replace(**changes))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, PAGES),
        ({"status": 304}, PAGES),
        ({"target": "/sale.html"}, PAGES),
        ({"target": "/search?q=a.js"}, PAGES),
        ({"target": "/product/v1.5"}, PAGES),
        ({"target": "/cart/add/17"}, PAGES),
        ({"target": "/status/orders"}, PAGES),
        ({"agent": None}, PAGES),
        ({"status": 301}, STEPS),
        ({"target": "/cart/add/17", "status": 302}, STEPS),
        ({"target": "/cart/add/17", "method": "POST"}, STEPS),
        ({"target": "/login", "method": "POST"}, OTHERS),
        ({"target": "/cart/add/17", "method": "POST", "status": 500}, OTHERS),
        ({"status": 404}, OTHERS),
        ({"status": 500}, OTHERS),
        ({"method": "HEAD"}, OTHERS),
        ({"method": "PROPFIND"}, OTHERS),
        ({"target": "/static/a.JS?v=3"}, OTHERS),
        ({"target": "/favicon.ico"}, OTHERS),
        ({"target": "/health"}, OTHERS),
        ({"target": "/healthz"}, OTHERS),
        ({"target": "/status"}, OTHERS),
        ({"agent": "curl/8.5.0"}, ROBOTS),
        ({"agent": "-"}, ROBOTS),
    ],
)
def test_each_request_is_of_one_kind(changes: dict[str, Any], kind: str) -> None:
    counting = rules()
    found = counting.step(PAGE._replace(**changes))
    assert counting.counts == {kind: 1}
    assert (found is not None) == (kind in (PAGES, STEPS))
    assert found is None or found.is_page == (kind == PAGES)


def test_a_product_is_what_the_pattern_names() -> None:
    assert step(target="/product/17?colour=red").product == "17"
    assert step(target="/products/red-shoe").product == "red-shoe"
    assert step(target="/sale").product is None
    assert step(target="/product/17", status=301).product is None, "it was not seen yet"
    assert step(target="/cart/add/17", status=302).carted == "17"
    without_group = rules(product="/item-[0-9]+").step(PAGE._replace(target="/item-17/red"))
    assert without_group and without_group.product == "/item-17"


def test_a_visitor_is_a_customer_or_an_address_with_an_agent() -> None:
    guest, customer = step(), step(user="anna")
    assert (guest.customer_id, customer.customer_id) == (None, "anna")
    assert customer.visitor == step(user="anna", address="198.51.100.7", agent="Something else/1.0").visitor
    others = [step(address="198.51.100.7"), step(agent="Something else/1.0"), customer]
    assert guest.visitor == step(target="/sale", at=9).visitor
    assert guest.visitor not in [other.visitor for other in others]


def test_nobody_without_the_key_knows_a_visitor() -> None:
    other = rules(key=b"another key").step(PAGE)
    assert other and other.visitor != step().visitor
    assert b"192.0.2.1" not in step().visitor and "192.0.2.1" not in str(step())


def test_a_customer_is_the_one_of_the_order_history_and_an_address_is_nobody_s_to_read() -> None:
    first, again = step(user="Ann@Shop.test"), step(user="ann@shop.test")
    assert first == again and first.customer_id == "hash of ann@shop.test"
    assert step(user="NULL").customer_id is None and step(user="NULL").visitor == step().visitor
