"""A look at anyone's vectors: what is wrong with them, what it costs, and what to do."""

from pinakes.ingest.vector_check.check import check_vectors
from pinakes.ingest.vector_check.report import Finding, Level, VectorReport

__all__ = ["Finding", "Level", "VectorReport", "check_vectors"]
