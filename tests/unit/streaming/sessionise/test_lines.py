"""A line of a log is a request, or is refused with its reason."""

import pytest

from streaming.sessionise.lines import Lines, Request, UnreadableError

# 10/Oct/2000:13:55:36 -0700
AT = 971_211_336
COMMON = b'192.0.2.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.html?x=1 HTTP/1.0" 200 2326'
COMBINED = COMMON + b' "http://www.example.com/start" "Mozilla/4.08 [en] (Win98; I)"'


def read(line: bytes, latest: int = AT) -> Request:
    return Lines(latest).request(line)


def test_both_formats_are_read() -> None:
    request = Request("192.0.2.1", "frank", AT, "GET", "/a.html?x=1", 200, None, None)
    assert read(COMMON) == request
    both = request._replace(referrer="http://www.example.com/start", agent="Mozilla/4.08 [en] (Win98; I)")
    assert read(COMBINED) == both
    assert read(COMBINED + b' "203.0.113.9" 0.004') == both, "what stands behind it is passed over"
    assert read(b"shop.example:443 " + COMBINED) == both, "the host before it is"


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        (b"192.0.2.1", b"2001:db8::ff00:42:8329", "address", "2001:db8::ff00:42:8329"),
        (b"192.0.2.1", b"reader.example.net", "address", "reader.example.net"),
        (b"frank", b"-", "user", None),
        (b"frank", b'""', "user", None),
        (b"frank", b"anna@example.org", "user", "anna@example.org"),
        (b"frank", "jörg".encode(), "user", "jörg"),
        (b"frank", b"j\xf6rg", "user", "j\\xf6rg"),
        (b"-0700", b"+0000", "at", AT - 7 * 3600),
        (b"-0700", b"+0530", "at", AT - 7 * 3600 - 5 * 3600 - 1800),
        (b"10/Oct/2000:13:55:36 -0700", b"29/Feb/2000:23:59:60 +0000", "at", 951_868_800),
        (b"GET", b"PROPFIND", "method", "PROPFIND"),
        (b"GET /a.html?x=1 HTTP/1.0", b"\\x16\\x03\\x01", "target", ""),
        (b"GET /a.html?x=1 HTTP/1.0", b"GET /a", "target", "/a"),
        (b"/a.html?x=1", b'/a b?q=\\"c\\"', "target", '/a b?q=\\"c\\"'),
        (b"/a.html?x=1", b"https://shop.example/a?b=/c", "target", "/a?b=/c"),
        (b"/a.html?x=1", b"http://shop.example", "target", "/"),
        (b"200 2326", b"304 -", "status", 304),
        (b"(Win98; I)", b'(\\"Win98\\"; I)', "agent", 'Mozilla/4.08 [en] (\\"Win98\\"; I)'),
        (b"(Win98; I)", b"\\x22Win98\\x22", "agent", "Mozilla/4.08 [en] \\x22Win98\\x22"),
        (b"(Win98; I)", b"(Win98; \xe9)", "agent", "Mozilla/4.08 [en] (Win98; \\xe9)"),
    ],
)
def test_what_a_line_may_have(old: bytes, new: bytes, field: str, value: object) -> None:
    assert getattr(read(COMBINED.replace(old, new), latest=AT + 86_400), field) == value


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "is no line of the formats common and combined"),
        (COMBINED[:40], "is no line of the formats common and combined"),
        (COMBINED[:-1], "is no line of the formats common and combined"),
        (COMBINED[:110] + COMBINED, "is no line of the formats common and combined"),
        (COMBINED.replace(b"frank", b"frank miller"), "is no line of the formats common and combined"),
        (b"shop.example " + COMBINED, "is no line of the formats common and combined"),
        (COMBINED.replace(b"-0700", b"PDT"), "is no line of the formats common and combined"),
        (b"\0" * 9 + COMBINED, "holds NUL bytes"),
        (COMBINED.replace(b"10/Oct", b"31/Feb"), "has a time that does not exist"),
        (COMBINED.replace(b"Oct", b"Okt"), "has a time that does not exist"),
        (COMBINED.replace(b":13:", b":24:"), "has a time that does not exist"),
        (COMBINED.replace(b"-0700", b"+1500"), "has a time that does not exist"),
        (COMBINED.replace(b"10/Oct", b"11/Oct"), "is of the future"),
    ],
)
def test_what_is_no_line_is_refused(line: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=f"^{reason}$"):
        read(line)


def test_a_line_that_ends_before_the_agent_was_cut_where_lines_have_one() -> None:
    reader = Lines(AT)
    assert reader.request(COMMON).agent is None
    reader.request(COMBINED)
    with pytest.raises(UnreadableError, match="it was cut"):
        reader.request(COMMON)


def test_a_long_line_of_quotes_is_refused_at_once() -> None:
    with pytest.raises(UnreadableError):
        read(COMMON + b' "' + b'\\"' * 100_000)
