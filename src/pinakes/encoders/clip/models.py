"""The models that are known by name: what each costs, how well it finds pictures, and under what terms."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

OWNER: Final = "immich-app"
"""Whose repositories hold the models in ONNX, on the Hugging Face hub."""


@dataclass(frozen=True, slots=True)
class Model:
    """One model.

    Attributes:
        name: of its repository.
        dim: length of its vectors.
        image: side in pixels of the pictures that it takes.
        parameters: in millions, both towers; a parameter takes four bytes. None where none is published.
        memory: peak of a process that runs both towers, in MiB.
        recall: mean of recall@1, @5 and @10 of English texts finding their picture, in percent.
        licence: of the weights.
        note: in a few words, what it is good for.
    """

    name: str
    dim: int
    image: int
    parameters: float | None
    memory: int
    recall: float
    licence: str
    note: str

    @property
    def megabytes(self) -> int | None:
        """Size of the weights in MB (10**6 bytes)."""
        return None if self.parameters is None else round(self.parameters * 4)


RECOMMENDED: Final = "ViT-B-32__laion2b-s34b-b79k"
"""What ``clip`` alone means: the best recall of the models that encode a picture in a few milliseconds and
fit in a gigabyte of memory."""

_ALL = (
    Model("ViT-B-32__openai", 512, 224, 151.28, 1004, 59.37, "MIT", "the original"),
    Model("ViT-B-32__laion2b-s34b-b79k", 512, 224, 151.28, 1001, 68.78, "MIT", "fast and small"),
    Model("ViT-L-14__laion2b-s32b-b82k", 768, 224, 427.62, 2233, 69.86, "MIT", "slow"),
    Model("ViT-B-16-SigLIP__webli", 768, 224, 203.16, 1081, 71.64, "Apache-2.0", "better, small"),
    Model("ViT-B-16-SigLIP-384__webli", 768, 384, 203.45, 1128, 72.45, "Apache-2.0", "fine detail"),
    Model("ViT-B-32-SigLIP2-256__webli", 768, 256, None, 3061, 73.15, "Apache-2.0", "fast, many languages"),
    Model("ViT-B-16-SigLIP2__webli", 768, 224, None, 3038, 75.19, "Apache-2.0", "best for its speed"),
    Model("ViT-L-16-SigLIP2-256__webli", 1024, 256, None, 2830, 74.26, "Apache-2.0", "many languages, slow"),
)

MODELS: Final = MappingProxyType({model.name: model for model in _ALL})
"""By name. Memory and recall are those of Immich's documentation, "Searching", section "CLIP models"
(https://docs.immich.app/features/searching): single precision on a desktop processor; recall on the English
captions of Crossmodal-3600. Dimensions and parameters are those of open_clip's ``docs/model_profile.csv`` and
``model_configs``. Licences are those of the weights' authors: OpenAI, LAION, Google."""
