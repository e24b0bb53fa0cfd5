"""Live attributes follow the catalogue, and what a release shows again."""

import polars as pl

import pinakes
from pinakes.collection import Collection


def test_a_deleted_item_has_its_live_attributes_where_a_rollback_shows_it_again(tmp_path):
    table = pl.DataFrame({"id": ["a", "b", "c"], "title": ["red", "blue", "green"], "price": [1.5, 2.5, 3.5]})
    table.write_csv(tmp_path / "items.csv")
    pinakes.index(tmp_path / "items.csv")
    folder = tmp_path / "items"
    with (folder / "pinakes.toml").open("a") as settings:
        settings.write('\n[live]\nfields = ["price"]\n')
    pinakes.index(folder)
    collection = Collection(folder)
    collection.delete(["b"])
    with pinakes.open(folder) as engine:
        assert engine.search(sort="price").ids == ("a", "c")
    collection.rollback()
    with pinakes.open(folder) as engine:
        found = engine.search(where="price > 2", sort="price").hits
        assert [(hit.id, hit.attributes["price"]) for hit in found] == [("b", 2.5), ("c", 3.5)]
    table.with_columns(price=pl.Series([None, 9.5, 3.5])).write_csv(tmp_path / "again.csv")
    collection.add(tmp_path / "again.csv")
    with pinakes.open(folder) as engine:  # what is there again has what it says now
        assert engine.search(where="price > 2", sort="-price").ids == ("b", "c")
        assert engine.search(where="price is null").ids == ("a",)
