"""The text models that are known by name: what each costs, under what terms, and how it is to be asked."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Model:
    """One model.

    Attributes:
        repository: on the Hugging Face hub, in the layout of sentence-transformers with ``onnx/model.onnx``.
        dim: length of its vectors.
        megabytes: size of ``onnx/model.onnx`` in MB (10**6 bytes).
        licence: of the weights.
        note: in a few words, what it is good for.
        query, item: what its authors put before a text on each side, where its files do not say so.
    """

    repository: str
    dim: int
    megabytes: int
    licence: str
    note: str
    query: str = ""
    item: str = ""

    @property
    def name(self) -> str:
        """The name without the owner."""
        return self.repository.partition("/")[2]


RECOMMENDED: Final = "all-MiniLM-L6-v2"
"""What ``text`` alone means: the smallest."""

BGE = "Represent this sentence for searching relevant passages: "

_ALL = (
    Model("sentence-transformers/all-MiniLM-L6-v2", 384, 90, "Apache-2.0", "English, small and fast"),
    Model("BAAI/bge-small-en-v1.5", 384, 133, "MIT", "English, better at short questions", query=BGE),
    Model("intfloat/e5-small-v2", 384, 133, "MIT", "English", query="query: ", item="passage: "),
    Model(
        "intfloat/multilingual-e5-small", 384, 470, "MIT", "94 languages", query="query: ", item="passage: "
    ),
)

MODELS: Final = MappingProxyType({model.name: model for model in _ALL})
"""By name. Dimensions, sizes, licences and prefixes are those of the model cards and file lists of the
repositories on huggingface.co."""
