from pinakes.ingest.tables import snapshot_tables
from pinakes.ingest.variants import Variants, find_variants, skeleton
from pinakes.types import AttributeType, Item


def test_spellings_of_one_value_are_found_with_their_counts():
    schema = {"category": AttributeType.STRING, "seasons": AttributeType.SET, "price": AttributeType.FLOAT}
    rows = [
        ("Kids' Clothing", ("Spring",)),
        ("Kid's Clothing", ("spring", "Fall")),
        ("Kids' Clothing", ("Spring",)),
        ("Bags", ()),
    ]
    items = [(Item(f"{n}", attributes={"category": c, "seasons": s}), "h") for n, (c, s) in enumerate(rows)]
    frame = snapshot_tables(items, schema).items
    assert find_variants(frame, schema) == (
        Variants("category", (("Kids' Clothing", 2), ("Kid's Clothing", 1))),
        Variants("seasons", (("Spring", 2), ("spring", 1))),
    )


def test_skeleton_keeps_letters_and_digits_only():
    assert skeleton("Café-au-Lait 2") == skeleton("cafe au lait2") == "cafeaulait2"
    assert skeleton("--") == "--" != skeleton("!!")
