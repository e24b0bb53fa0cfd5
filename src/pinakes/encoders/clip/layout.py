"""Where the files of a two-tower model lie, and what identifies them."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pinakes.errors import SettingsError

NOT_WEIGHTS: Final = frozenset((".json", ".txt", ".md", ".model", ".armnn", ".rknn"))
"""Endings of files beside a model that its runtime does not read; what remains may hold its weights."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One known arrangement of the files of a model: paths relative to its folder.

    Attributes:
        name: whose arrangement it is.
        config: dimension and text settings, as open_clip writes them.
        image_model: the image tower.
        preprocessing: size, resizing and normalisation of pictures, as open_clip writes them.
        text_model: the text tower.
        tokenizer: of the ``tokenizers`` library.
        tokenizer_config: names the padding token.
    """

    name: str
    config: str
    image_model: str
    preprocessing: str
    text_model: str
    tokenizer: str
    tokenizer_config: str

    def paths(self) -> tuple[str, ...]:
        """Return every path that must be there."""
        return (
            *(self.config, self.image_model, self.preprocessing),
            *(self.text_model, self.tokenizer, self.tokenizer_config),
        )


LAYOUTS: Final = (
    Layout(
        name="immich-app",
        config="config.json",
        image_model="visual/model.onnx",
        preprocessing="visual/preprocess_cfg.json",
        text_model="textual/model.onnx",
        tokenizer="textual/tokenizer.json",
        tokenizer_config="textual/tokenizer_config.json",
    ),
    Layout(
        name="one folder",
        config="config.json",
        image_model="visual.onnx",
        preprocessing="preprocess_cfg.json",
        text_model="textual.onnx",
        tokenizer="tokenizer.json",
        tokenizer_config="tokenizer_config.json",
    ),
)
"""What is tried, in this order: that of Immich's model repositories, then the same files side by side."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The files of one model.

    Attributes:
        folder: an absolute path.
        layout: which arrangement they have.
    """

    folder: Path
    layout: Layout

    @property
    def image_model(self) -> Path:
        """The image tower."""
        return self.folder / self.layout.image_model

    @property
    def text_model(self) -> Path:
        """The text tower."""
        return self.folder / self.layout.text_model

    @property
    def tokenizer(self) -> Path:
        """The tokenizer."""
        return self.folder / self.layout.tokenizer

    def read(self, relative: str) -> dict[str, Any]:
        """Read one of the JSON files.

        Raises:
            SettingsError: it cannot be read, is not JSON or not an object.
        """
        path = self.folder / relative
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"cannot read {path}: {error}") from None
        if not isinstance(value, dict):
            raise SettingsError(f"{path} must hold a JSON object, not {type(value).__name__}")
        return value

    def fingerprint(self) -> str:
        """Return a digest of everything that decides a vector: weights, tokenizer and settings.

        Formatting of JSON does not count, nor do files that the runtime does not read. It reads every weight:
        about half a second for a gigabyte.

        Raises:
            SettingsError: a file cannot be read.
        """
        digest = hashlib.sha256()
        for relative in (self.layout.config, self.layout.preprocessing, self.layout.tokenizer_config):
            said = json.dumps(self.read(relative), sort_keys=True)
            digest.update(f"{relative} {said}\n".encode())
        for path in (self.tokenizer, *self._weights()):
            try:
                with path.open("rb") as file:
                    said = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise SettingsError(f"cannot read {path}: {error.strerror}") from None
            digest.update(f"{path.relative_to(self.folder)} {said}\n".encode())
        return digest.hexdigest()

    def _weights(self) -> Iterator[Path]:
        """Yield models and what lies beside them: above 2 GB a model keeps weights in files of any name."""
        for folder in sorted({self.image_model.parent, self.text_model.parent}):
            for path in sorted(folder.iterdir()):
                if path.is_file() and path.suffix not in NOT_WEIGHTS and not path.name.startswith("."):
                    yield path


def find_files(folder: Path) -> ModelFiles:
    """Find the files of a model.

    Raises:
        SettingsError: the folder has none of the known layouts; says what each of them lacks.
    """
    absolute = folder.expanduser().absolute()
    lacking = []
    for layout in LAYOUTS:
        missing = [path for path in layout.paths() if not (absolute / path).is_file()]
        if not missing:
            return ModelFiles(absolute, layout)
        lacking.append(f"  {layout.name}: lacks {', '.join(missing)}")
    raise SettingsError(
        "\n".join([f"{absolute} does not hold a CLIP model in ONNX; layouts that were tried:", *lacking])
    )
