"""One item at a time, as far as it may be shown."""

from dataclasses import dataclass

from pinakes.errors import UnknownNameError, WithheldError
from pinakes.retrieval.corpus import Corpus
from pinakes.retrieval.mask import Allowed
from pinakes.types import Item, View


@dataclass(frozen=True, slots=True)
class ItemReader:
    """Reads items of a corpus.

    Attributes:
        allowed: which items may be shown.
    """

    corpus: Corpus
    allowed: Allowed

    def item(self, item: str) -> Item:
        """Return an item with its views; ``vectors`` is left empty.

        Raises:
            UnknownNameError: there is no such item.
            WithheldError: it may not be shown.
        """
        row = self._row(item)
        return self.corpus.records.item(row, self._views(row))

    def view(self, item: str, role: str | None = None) -> View:
        """Return the view of an item that has a role, or its first.

        Raises:
            UnknownNameError: there is no such item or view.
            WithheldError: the item may not be shown.
        """
        views = self._views(self._row(item))
        for view in views:
            if role in (None, view.role):
                return view
        raise UnknownNameError("view", role or "first", [view.role for view in views])

    def shown_by(self, media: str) -> tuple[str, str]:
        """Return the first item that shows a picture, and the role it has there.

        Args:
            media: sha256 of the picture's bytes, in hex.

        Raises:
            UnknownNameError: no item has it.
            WithheldError: none of those that have it may be shown.
        """
        showing = self.corpus.views.filter(self.corpus.views["media"] == media)
        living = [
            (row, role)
            for row, role in showing.select("item_row", "role").iter_rows()
            if self.corpus.alive[row]
        ]
        for row, role in living:
            if self.allowed.mask[row]:
                return str(self.corpus.items["id"][row]), str(role)
        raise WithheldError("picture", media) if living else UnknownNameError("picture", media, ())

    def _row(self, item: str) -> int:
        row = self.corpus.row_of.get(item)
        if row is None:
            hint = "" if isinstance(item, str) else ": ids are texts"
            raise UnknownNameError("item", item, (), f"there is no item {item!r}{hint}")
        if not self.allowed.mask[row]:
            raise WithheldError("item", item)
        return row

    def _views(self, row: int) -> tuple[View, ...]:
        first, following = self.corpus.first_view[row], self.corpus.first_view[row + 1]
        return tuple(self.corpus.records.view(view) for view in range(int(first), int(following)))
