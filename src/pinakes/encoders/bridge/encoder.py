"""The text bridge: texts into the space of a collection's pictures."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.base import Side
from pinakes.encoders.bridge.terms import Vocabulary, cut
from pinakes.errors import FormatVersionError, IntegrityError

NAME = "bridge"
BRIDGE = "bridge"
"""The folder that a bridge is saved in, inside that of its space's encoder."""
FORMAT = 1


@dataclass(frozen=True, slots=True, eq=False)
class Bridge:
    """A linear map from weighted terms to pictures: a `TextEncoder`.

    Attributes:
        vocabulary: the terms it knows.
        weights: float32 of shape (terms, dim).
    """

    vocabulary: Vocabulary
    weights: NDArray[np.float32]

    @property
    def name(self) -> str:
        """Return ``bridge``."""
        return NAME

    @property
    def dim(self) -> int:
        """Return the length of the vectors."""
        return int(self.weights.shape[1])

    @property
    def fingerprint(self) -> str:
        """Return the digest of terms and weights."""
        said = json.dumps([FORMAT, self.vocabulary.language, self.vocabulary.terms])
        named = hashlib.sha256(said.encode())
        named.update(np.ascontiguousarray(self.vocabulary.idf, dtype="<f8").tobytes())
        named.update(np.ascontiguousarray(self.weights, dtype="<f4").tobytes())
        return named.hexdigest()

    def encode_texts(self, texts: Sequence[str], side: Side = "query") -> NDArray[np.float32]:
        """See `TextEncoder.encode_texts`; both sides are the same."""
        return self.encode_terms(cut(texts, self.vocabulary.language))

    def encode_terms(self, texts: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """Encode texts that were cut in the language of the vocabulary; see `encode_texts`."""
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, terms in enumerate(texts):
            vectors[row] = self._encode(terms)
        return vectors

    def _encode(self, terms: Sequence[str]) -> NDArray[np.float64]:
        numbers, weights = self.vocabulary.weigh(terms)
        # Summed down the rows, in the order of the terms: one text is never mixed with another by a matrix
        # product.
        vector: NDArray[np.float64] = (self.weights[numbers] * weights[:, None]).sum(axis=0)
        length = np.sqrt(np.square(vector).sum())
        return vector / length if length > 0.0 else vector

    def save(self, folder: Path) -> None:
        """Write ``encoder.json``, ``weights.npy`` and ``idf.npy`` into an existing folder.

        Raises:
            OSError: the disk refused.
        """
        np.save(folder / "weights.npy", self.weights)
        np.save(folder / "idf.npy", self.vocabulary.idf)
        said = {
            "format": FORMAT,
            "name": NAME,
            "fingerprint": self.fingerprint,
            "language": self.vocabulary.language,
            "terms": self.vocabulary.terms,
        }
        (folder / "encoder.json").write_text(
            json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


def open_bridge(folder: Path) -> Bridge:
    """Open what `Bridge.save` wrote.

    Raises:
        IntegrityError: a file is missing, damaged, or does not fit the others.
        FormatVersionError: written by a newer Pinakes.
    """
    try:
        said = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        if said["format"] > FORMAT:
            raise FormatVersionError(
                folder, f"has format {said['format']}, this Pinakes reads {FORMAT}: update it"
            )
        idf = np.load(folder / "idf.npy", allow_pickle=False)
        weights = np.load(folder / "weights.npy", allow_pickle=False)
        bridge = Bridge(Vocabulary(tuple(said["terms"]), idf, said["language"]), weights)
        named = said["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise IntegrityError(folder, f"does not hold a text bridge: {error}") from None
    terms = len(bridge.vocabulary.terms)
    if idf.shape != (terms,) or weights.ndim != 2 or len(weights) != terms:
        raise IntegrityError(
            folder, f"expected {terms} rows in idf.npy and weights.npy, got {idf.shape} and {weights.shape}"
        )
    if bridge.fingerprint != named:
        raise IntegrityError(folder, "weights.npy, idf.npy or the terms are not what encoder.json names")
    return bridge
