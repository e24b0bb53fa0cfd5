"""Gates: what must hold before a snapshot is written. Each fails closed; one is waived by its name alone."""

from pinakes.ingest.gates.run import Demands, raise_failures, run_gates
from pinakes.ingest.gates.self_retrieval import Reencode

__all__ = ["Demands", "Reencode", "raise_failures", "run_gates"]
