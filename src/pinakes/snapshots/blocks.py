"""The block list: items that are never shown, whatever the release."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from pinakes.errors import IntegrityError
from pinakes.kernels.clock import utc_now
from pinakes.snapshots.durable import exclusive, replace_file
from pinakes.snapshots.layout import CollectionPaths


@dataclass(frozen=True, slots=True)
class Block:
    """One item that is never shown: its id, why, and since when."""

    id: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class BlockEvent:
    """One entry of the history: ``block`` or ``unblock``, of what, why and when."""

    action: str
    id: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class BlockList:
    """The block list with its history.

    Attributes:
        blocks: in the order in which they were made.
        history: all that was ever done, oldest first; an audit trail, never cut.
    """

    blocks: tuple[Block, ...] = ()
    history: tuple[BlockEvent, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """The ids that are blocked."""
        return frozenset(block.id for block in self.blocks)


def read_blocks(paths: CollectionPaths) -> BlockList:
    """Read the block list; it is empty where there is no file.

    Raises:
        IntegrityError: the file cannot be read, is damaged, or was edited by hand so that list and history
            disagree. Nothing may be shown then: what is blocked is not known.
    """
    path = paths.blocks
    try:
        content = json.loads(path.read_bytes())
        found = BlockList(
            tuple(Block(**block) for block in content["blocks"]),
            tuple(BlockEvent(**event) for event in content["history"]),
        )
    except FileNotFoundError:
        return BlockList()
    except OSError as error:
        raise IntegrityError(path, f"cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError(path, f"is not a block list ({error!r}); restore it from a backup") from None
    if _replay(found.history) != found.blocks:
        raise IntegrityError(path, "list and history disagree: it was edited by hand; use block and unblock")
    return found


def block(paths: CollectionPaths, ids: Sequence[str], reason: str) -> BlockList:
    """Block items; those that are blocked already stay as they are.

    Blocking does not wait for a writer: a takedown must work while an index run goes on. Ids need not exist.

    Raises:
        IntegrityError: the present list is damaged.
        StorageError: the disk refused; the list is as it was.
    """
    return _append(paths, "block", ids, reason, lambda item, blocked: item not in blocked)


def unblock(paths: CollectionPaths, ids: Sequence[str], reason: str) -> BlockList:
    """Take items off the list; those that are not on it are passed over. The history keeps both events.

    Raises:
        IntegrityError: the present list is damaged.
        StorageError: the disk refused; the list is as it was.
    """
    return _append(paths, "unblock", ids, reason, lambda item, blocked: item in blocked)


def _append(
    paths: CollectionPaths,
    action: str,
    ids: Sequence[str],
    reason: str,
    changes: Callable[[str, frozenset[str]], bool],
) -> BlockList:
    with exclusive(paths.machinery):
        before, at = read_blocks(paths), utc_now()
        new = tuple(BlockEvent(action, i, reason, at) for i in dict.fromkeys(ids) if changes(i, before.ids))
        if not new:
            return before
        history = before.history + new
        after = BlockList(_replay(history), history)
        replace_file(paths.blocks, json.dumps(asdict(after), indent=1, ensure_ascii=False).encode())
        return after


def _replay(history: Sequence[BlockEvent]) -> tuple[Block, ...]:
    """Return the blocks that remain after all events."""
    blocks: dict[str, Block] = {}
    for event in history:
        if event.action == "block":
            blocks[event.id] = Block(event.id, event.reason, event.at)
        else:
            blocks.pop(event.id, None)
    return tuple(blocks.values())
