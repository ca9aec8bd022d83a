"""What a file's bytes are, and what parts its cells."""

from io import BytesIO

import pytest

from streaming.map.sniff import BLOCK, delimiter_of, encoding_of


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (b"order,sku\n1,A\n", "utf-8"),
        ("1,Kaffee für zwei\n".encode(), "utf-8"),
        ("\ufeff1,Ä\n".encode(), "utf-8"),
        ("1,Ä\n".encode("utf-16"), "utf-16"),
        # Letters whose second bytes are no zeros; only the mark tells.
        ("заказ;товар\n".encode("utf-16"), "utf-16"),
        ("заказ;товар\n".encode("utf-32"), "utf-32"),
        ("order,sku\n1,Ä\n".encode("utf-16-le"), "utf-16"),
        ("order,sku\n1,Ä\n".encode("utf-16-be"), "utf-16"),
        ("1,Ä\n".encode("latin-1"), "latin-1"),
        ("1,5 €\n".encode("cp1252"), "cp1252"),
        # A letter of two bytes that the end of a block parts, and one bad byte behind many good ones.
        (b"x" * (BLOCK - 1) + "ü".encode(), "utf-8"),
        (b"x" * (BLOCK + 1) + b"\xfc", "latin-1"),
        (b"\xc3", "latin-1"),
        ("Äöü注文".encode("shift_jis", "ignore") + b"\x81", "latin-1"),
    ],
)
def test_the_encoding_is_found_from_all_bytes(raw: bytes, encoding: str) -> None:
    assert encoding_of(BytesIO(raw)) == encoding


@pytest.mark.parametrize(
    ("lines", "delimiter"),
    [
        (["a,b,c", "1,2,3"], ","),
        (["a;b;c", "1;2,50;3", "1;1,20;4"], ";"),
        (["a\tb", "x, y\tz"], "\t"),
        (["a|b", "1|2"], "|"),
        (['a,"b;c;d;e",f', "1,2,3"], ","),
        (["alone", "1"], ","),
        (["sep=;", "a;b,c,d", "1;2,3,4"], ";"),
        (['"sep=|"', "a|b"], "|"),
        (["a;b", f'1;"{"x;" * 100_000}"', "1;2"], ";"),
    ],
)
def test_the_delimiter_parts_lines_into_equally_many_cells(lines: list[str], delimiter: str) -> None:
    assert delimiter_of(lines) == delimiter
