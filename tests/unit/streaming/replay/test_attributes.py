"""Columns of a shop's own, which travel with its orders."""

from pathlib import Path

from tests.unit.streaming.replay.shop import HEADER, Replayed

AT = "2023-01-05 10:00:00"


def test_columns_of_the_shop_travel_with_the_order(tmp_path: Path) -> None:
    header = f"{HEADER},Store,Loyalty"
    rows = (
        f"1,A,Coat,1,{AT},120.00,7,,Gold",
        f"1,B,Scarf,1,{AT},30.00,7, Bath ,ann@shop.test is Tin",
        f"2,A,Coat,1,{AT},120.00,8,NULL,",
        f"3,B,Scarf,-1,{AT},30.00,7,York,",
    )
    own = {"store": "Store", "loyalty_tier": "Loyalty"}
    replayed = Replayed(tmp_path, rows, header, attributes=own, segment_by="store", return_prefix="3")
    assert [(event.get("order_id"), event.get("attributes")) for event in replayed.events] == [
        ("1", {"store": "Bath", "loyalty_tier": "Gold"}),
        ("2", None),
        (None, None),
    ]


def test_an_address_in_a_column_of_the_shop_is_hashed(tmp_path: Path) -> None:
    rows = (f"1,A,Coat,1,{AT},120.00,7,gift for Ann@shop.test",)
    (event,) = Replayed(tmp_path, rows, f"{HEADER},Note", attributes={"note": "Note"}).events
    assert event["attributes"] == {"note": "gift for hash of ann@shop.test"}
