"""What makes an item the same item as before: its content hash."""

from collections.abc import Collection

from pinakes.catalog.codec import encode_attributes, encode_rights
from pinakes.kernels.hashing import digest
from pinakes.types import Item


def item_hash(item: Item, exclude: Collection[str] = ()) -> str:
    """Return the content hash of an item: what it says, not where it was found or when.

    It covers id, title, text, attributes, rights, the role and sha256 of every view in order, and the digests
    of brought vectors. It does not cover uris, so that a collection that moved is still the same; an
    attribute that is None counts like one that is absent.

    Args:
        item: the item.
        exclude: attributes left out: the live ones, which are versioned beside the snapshot.

    Returns:
        SHA-256 of the canonical JSON, 64 hex digits.
    """
    kept = {name: value for name, value in item.attributes.items() if name not in exclude}
    return digest(
        {
            "id": item.id,
            "title": item.title,
            "text": item.text,
            "attributes": encode_attributes(kept),
            "rights": encode_rights(item.rights),
            "views": [[view.role, view.media] for view in item.views],
            "vectors": item.vectors,
        }
    )


def row_hash(item: Item, content_hash: str, exclude: Collection[str] = ()) -> str:
    """Return the hash of everything that is shown of an item: its content, live attributes and uris.

    Two rows with one row hash need no update; two with one content hash need no new snapshot.

    Args:
        item: the item.
        content_hash: its `item_hash` with the same ``exclude``.
        exclude: the live attributes.
    """
    live = encode_attributes({name: item.attributes.get(name) for name in exclude})
    return digest([content_hash, live, [view.uri for view in item.views]])
