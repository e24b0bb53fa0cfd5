"""What every route works with."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from pinakes.collection import Collection
from pinakes.engine import Engine
from pinakes.ingest.inbox import Inbox
from pinakes.media.fetch.fetcher import Fetcher
from pinakes.serving.admission import Admission
from pinakes.serving.config import ServingConfig
from pinakes.serving.feedback import FeedbackLog
from pinakes.serving.keys import Keyring
from pinakes.serving.metrics import Metrics
from pinakes.serving.rates import Rates
from pinakes.serving.receipts import ReceiptStore
from pinakes.serving.releases import Releases
from pinakes.serving.together import Together


@dataclass(frozen=True, slots=True)
class ServingContext:
    """One served collection.

    Attributes:
        engine: answers queries; follows the ref by itself.
        collection: the owner's side, for what writes.
        config: the limits.
        keyring: who may do what.
        admission: where the work is done; awaits a turn or a free thread, or refuses.
        together: answers searches that wait for a turn of ``admission`` together.
        picture_admission: the same for searches with pictures, which take longer and must not hold up others.
        media_admission: the same for pictures of items, which come in dozens.
        releases: earlier releases, for those who page through them.
        feedback: keeps what visitors did with an answer.
        receipts: keeps answers for those who ask for it.
        inbox: takes changes of items.
        rates: slows strangers down.
        metrics: what is counted.
        fetcher: fetches pictures that a query names by address; None where that is not allowed.
    """

    engine: Engine
    collection: Collection
    config: ServingConfig
    keyring: Keyring
    admission: Admission
    together: Together
    picture_admission: Admission
    media_admission: Admission
    releases: Releases
    feedback: FeedbackLog
    receipts: ReceiptStore
    inbox: Inbox
    rates: Rates
    metrics: Metrics
    fetcher: Fetcher | None = None

    def observe(self) -> None:
        """Let the metrics show what this worker holds now."""
        queues = {
            "search": self.admission,
            "picture": self.picture_admission,
            "media": self.media_admission,
        }
        self.metrics.observe_process(self.engine, {name: queue.pending for name, queue in queues.items()})


async def serving_context(request: Request) -> ServingContext:
    """Return the context of the application that a request came to; asynchronous to need no thread."""
    context: ServingContext = request.app.state.context
    return context


Context = Annotated[ServingContext, Depends(serving_context)]
"""The type of a route's parameter that receives the context."""
