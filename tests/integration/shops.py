"""Exports of small shops, one of each kind that is easily taken wrong, and what each comes to."""

from dataclasses import dataclass, field
from typing import Any

import yaml

from streaming.replay.mapping import FOLDER
from tests.unit.streaming.replay.shop import COLUMNS, HEADER

MAPPING = {"columns": COLUMNS, "time_zone": "UTC", "time_format": "%Y-%m-%d %H:%M:%S", "currency": "EUR"}
# Without the one that this log lacks.
REES46_COLUMNS = {
    "order_id": "user_session",
    "product_id": "product_id",
    "occurred_at": "event_time",
    "unit_price": "price",
    "customer_id": "user_id",
}
AT = "2023-01-05 10:00:00"
FIRST_ROW_ALONE = (
    f"1,A,Cup,1,{AT},10.00,7",
    "1,B,Lamp,1,,90.00,",
    '1,C,Desk,1,,"1,900.00",',
    f"2,A,Cup,1,{AT},10.00,8",
    ",B,Lamp,2,,90.00,",
    f"3,F,Cloth,1.5,{AT},20.00,9",
    f"3,A,Cup,1,{AT},10.00,9",
)
MENDED = (f"1,A,Cup,1,{AT},10.00,7", f"R2,A,Cup,-1,{AT},4.00,7", f"T3,A,Cup,2,{AT},10.00,test")


@dataclass(frozen=True)
class Shop:
    """Files of a shop, sent one after the other, and what they come to: orders, their amount, returns, theirs."""

    expected: tuple[int, str, int, str]
    files: tuple[tuple[str, ...], ...]
    mapping: dict[str, Any] = field(default_factory=dict)
    header: str = HEADER
    later_mapping: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, tuple[str, ...]] = field(default_factory=dict)


SHOPS = {
    "first_row_alone": Shop(
        (2, "2190.00", 0, "0"),
        (FIRST_ROW_ALONE,),
        {"fill_down": ["order_id", "occurred_at", "customer_id"], "thousands": ","},
    ),
    "a_row_of_each_cannot_be_read": Shop((1, "10.00", 0, "0"), (FIRST_ROW_ALONE,)),
    "german_marks": Shop(
        (2, "1250012.50", 0, "0"),
        ((f"1;A;Schraube;1.000;{AT};1.250;7", f"3;B;Tasse;1;{AT};12,50;8"),),
        {"decimal": ",", "thousands": ".", "delimiter": ";"},
        HEADER.replace(",", ";"),
    ),
    "two_exports_joined": Shop(
        (2, "24.30", 0, "0"),
        (
            (
                *(f"1,A,Cup,6,{AT},2.50,501", f"1,B,Lamp,2,{AT},3.40,501", f"2,A,Cup,1,{AT},2.50,502"),
                *(HEADER, f"1,A,Cup,6,{AT},2.50,501", f"1,B,Lamp,2,{AT},3.40,501"),
            ),
        ),
    ),
    "exchange_voucher_and_no_pieces": Shop(
        (3, "348.00", 1, "30.00"),
        (
            (
                *(f"1,A,Coat,1,{AT},120.00,7", f"1,B,Scarf,-1,{AT},30.00,7"),
                *(f"2,A,Coat,1,{AT},120.00,8", f"2,VOUCHER,TEN,1,{AT},-12.00,8"),
                *(f"3,A,Coat,1,{AT},120.00,9", f"3,C,Hat,0,{AT},25.00,9"),
            ),
        ),
        {"non_products": {"codes": ["VOUCHER"]}},
    ),
    "edited_and_exported_again": Shop(
        (3, "30.00", 0, "0"),
        (
            tuple(f"{order},A,Cup,2,2023-01-0{order} 10:00:00,10.00,7" for order in (1, 2, 3)),
            tuple(f"{order},A,Cup,1,2023-01-0{order} 10:00:00,10.00,7" for order in (1, 2, 3)),
        ),
    ),
    "mended_mapping": Shop(
        (1, "10.00", 1, "4.00"),
        (MENDED, MENDED),
        {"currency": "USD"},
        later_mapping={"currency": "EUR", "return_prefix": "R", "adjustment_prefix": "T"},
    ),
    "status_discount_currency": Shop(
        (2, "135.00", 0, "0"),
        (
            (
                f"1,C,Coat,1,{AT},60.00,7,paid,USD,10.00,5.00,",
                f"1,S,Scarf,2,{AT},20.00,7,,,,,",
                f"2,C,Coat,1,{AT},60.00,8,refunded,EUR,0.00,,60.00",
                f"3,C,Coat,1,{AT},60.00,9,voided,USD,0.00,,",
                f"4,,Gift wrap,1,{AT},40.00,9,paid,USD,0.00,,",
            ),
        ),
        {
            "columns": COLUMNS
            | {name: name for name in ("status", "currency", "discount", "shipping")}
            | {"refunded_amount": "refunded"},
            "statuses": {"paid": "sale", "refunded": "refunded", "voided": "cancelled"},
            "product_id_or": "description",
            "currency": None,
        },
        f"{HEADER},status,currency,discount,shipping,refunded",
    ),
    "two_currencies_in_one_source": Shop(
        (2, "20.00", 0, "0"),
        ((f"1,A,Cup,1,{AT},10.00,7",), (f"2,A,Cup,1,{AT},10.00,7",)),
        later_mapping={"currency": "USD"},
    ),
    "one_row_per_piece_of_a_log": Shop(
        (1, "50.00", 0, "0"),
        (
            (
                *(f"e1,view,p1,25.00,{AT}", f"e1,cart,p1,25.00,{AT}"),
                *(f"e1,purchase,p1,25.00,{AT}", f"e1,purchase,p1,25.00,{AT}"),
            ),
        ),
        {
            "columns": {"order_id": "session", "product_id": "sku", "unit_price": "price", "occurred_at": "at"},
            "constants": {"quantity": 1},
            "only": {"type": ["purchase"]},
            "one_row_per_piece": True,
        },
        "session,type,sku,price,at",
    ),
    "orders_lines_and_ratings_apart": Shop(
        (2, "35.00", 0, "0"),
        (("1,A,10.00,2", "1,B,5.00,1", "2,A,10.00,1"),),
        {
            "columns": {
                "order_id": "order",
                "product_id": "sku",
                "unit_price": "price",
                "quantity": "qty",
                "occurred_at": "at",
                "customer_id": "customer",
            },
            "join": [{"file": "heads.csv", "by": "order"}],
            "attributes": {"store": "store"},
            "segment_by": ["tier", "store"],
            "files": {
                "customers": {
                    "file": "customers.csv",
                    "columns": {"customer_id": "id", "city": "town"},
                    "attributes": {"tier": "tier"},
                },
                "ratings": {
                    "file": "reviews.csv",
                    "columns": {"order_id": "order", "rating": "stars", "occurred_at": "at", "customer_id": "customer"},
                    "join": [{"file": "heads.csv", "by": "order"}],
                },
            },
        },
        "order,sku,price,qty",
        beside={
            "heads.csv": ("order,at,customer,store", f"2,{AT},8,Bath", f"1,{AT},7,York"),
            "customers.csv": ("id,town,tier", "7,Lyon,Gold", "8,Bonn,"),
            "reviews.csv": ("order,stars", "1,5", "2,1"),
        },
    ),
    "views_carts_and_purchases_of_a_log": Shop(
        (2, "46.00", 0, "0"),
        (
            (
                *("2024-03-01 09:00:00 UTC,view,p1,20.50,900,s1", "2024-03-01 09:00:10 UTC,cart,p1,20.50,900,s1"),
                *(
                    "2024-03-01 09:01:00 UTC,purchase,p1,20.50,900,s1",
                    "2024-03-01 09:01:00 UTC,purchase,p1,20.50,900,s1",
                ),
                *("2024-03-01 10:00:00 UTC,view,p2,7.00,901,s2", "2024-03-01 10:00:30 UTC,view,p3,8.00,901,s2"),
                *("2024-03-01 11:00:00 UTC,cart,p3,8.00,902,s3", "2024-03-01 12:00:00 UTC,view,p4,5.00,903,s4"),
                "2024-03-01 12:02:00 UTC,purchase,p4,5.00,903,s4",
            ),
        ),
        # As it comes with the project.
        yaml.safe_load((FOLDER / "rees46.yml").read_text()) | {"columns": REES46_COLUMNS},
        "event_time,event_type,product_id,price,user_id,user_session",
    ),
    "returns_in_a_file": Shop(
        (2, "35.00", 2, "19.00"),
        ((f"1,A,Cup,2,{AT},10.00,7", f"1,B,Lamp,1,{AT},5.00,7", f"2,A,Cup,1,{AT},10.00,8"),),
        {
            "files": {
                "returns": {
                    "file": "back.csv",
                    "columns": {
                        "order_id": "order",
                        "product_id": "sku",
                        "quantity": "qty",
                        "unit_price": "paid",
                        "occurred_at": "day",
                    },
                },
            },
        },
        beside={
            "back.csv": (
                "order,sku,qty,paid,day",
                *("1,A,-1,10.00,2023-01-09 00:00:00", "2,A,1,4.00,2023-01-10 00:00:00"),
                "1,B,1,-5.00,2023-01-09 00:00:00",
            ),
        },
    ),
    "addresses_as_customers": Shop(
        (4, "40.00", 0, "0"),
        (
            tuple(
                f"{order},A,Cup,1,{AT},10.00,{customer}"
                for order, customer in enumerate(("Ann@Shop.test", "ann@shop.test", "NULL", "-"))
            ),
        ),
    ),
}
# What a file has in another currency than the shop's own.
ELSEWHERE = {"status_discount_currency.EUR": Shop((1, "60.00", 1, "60.00"), ())}
