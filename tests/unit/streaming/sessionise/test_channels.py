"""How a visitor came, by the link and by the referrer."""

import pytest

from streaming.sessionise.channels import channel

OWN = ["shop.example"]


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        (None, "direct"),
        ("-", "direct"),
        ("https://shop.example/cart", "direct"),
        ("http://WWW.Shop.Example:8080/cart", "direct"),
        ("https://myshop.example/", "other"),
        ("https://www.google.com/", "search"),
        ("https://www.google.co.uk/search?q=x", "search"),
        ("android-app://com.google.android.googlequicksearchbox/", "search"),
        ("https://duckduckgo.com/", "search"),
        ("https://uk.search.yahoo.com/", "search"),
        ("https://accounts.google.com/", "other"),
        ("https://mail.google.com/mail/u/0/", "email"),
        ("android-app://com.google.android.gm/", "email"),
        ("https://outlook.live.com/", "email"),
        ("https://l.facebook.com/l.php", "social"),
        ("https://t.co/abc", "social"),
        ("https://m.youtube.com/", "social"),
        ("https://blog.example.org/?from=www.google.com", "other"),
        ("https://example.org/https://www.google.com/", "other"),
        ("https://www.google.com@example.org/", "other"),
        ("nonsense", "other"),
    ],
)
def test_a_referrer_is_of_a_channel(referrer: str | None, expected: str) -> None:
    assert channel("/", referrer, OWN) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("utm_source=google&utm_medium=cpc", "advert"),
        ("utm_medium=display", "advert"),
        ("gclid=Cj0", "advert"),
        ("utm_source=spring&UTM_MEDIUM=E-Mail", "email"),
        ("utm_source=newsletter", "email"),
        ("utm_source=instagram&utm_medium=social", "social"),
        ("utm_source=facebook", "social"),
        ("utm_source=google&utm_medium=organic", "search"),
        ("utm_source=bing", "search"),
        ("utm_source=partner&utm_medium=referral", "other"),
        ("utm_campaign=spring", "search"),
        ("colour=red&size=10", "search"),
        ("", "search"),
        ("utm_medium=%ff%fe&&=&;", "other"),
    ],
)
def test_what_the_link_says_goes_before_the_referrer(query: str, expected: str) -> None:
    assert channel(f"/?{query}", "https://www.google.com/", OWN) == expected
