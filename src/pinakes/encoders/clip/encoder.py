"""The encoder: an image tower and a text tower over one space."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.base import Side
from pinakes.encoders.clip.layout import ModelFiles, find_files
from pinakes.encoders.clip.preprocess import Preprocessing
from pinakes.encoders.clip.resolve import find_model
from pinakes.encoders.clip.runtime import Inputs, Row, Tower
from pinakes.encoders.clip.text import TO_THE_END, TextSettings, Tokenizer
from pinakes.encoders.weights import check_about, read_about, write_about
from pinakes.errors import SettingsError
from pinakes.kernels.hashing import sha256_bytes
from pinakes.kernels.similarity import unit_rows
from pinakes.media.scale import Enough

OVERSAMPLED: Final = 3
"""A JPEG is decoded at no less than so many times the side of the tower's input. Preparation starts from the
same pixels as open_clip's unless the photo is twice as large as that again; from there on a model can hardly
tell (cosine 0.999). See docs/decisions/0005-clip-onnx.md."""

OVERSAMPLED_AT_AN_EIGHTH: Final = 1.5
"""The same where libjpeg's eighth allows it, which is the least that a phone's photo can cost."""

_INTEGERS: Final[Mapping[str, np.dtype[Any]]] = {
    "tensor(int32)": np.dtype(np.int32),
    "tensor(int64)": np.dtype(np.int64),
}
_FLOATS: Final[Mapping[str, np.dtype[Any]]] = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(float16)": np.dtype(np.float16),
}


@dataclass(frozen=True, slots=True, eq=False)
class ClipEncoder:
    """Encodes pictures and texts; open one with `open_clip_model`.

    Attributes:
        name: the name it was asked for by, such as ``clip:/models/ViT-B-32__openai``.
        folder: where the model lies.
        fingerprint: digest of weights, tokenizer and settings of both towers.
        dim: length of the vectors.
        preprocessing: of pictures.
        images: the image tower.
        texts: the text tower.
        tokenizer: of texts.
    """

    name: str
    folder: Path
    fingerprint: str
    dim: int
    preprocessing: Preprocessing
    images: Tower
    texts: Tower
    tokenizer: Tokenizer

    @property
    def preparer(self) -> str:
        """See `ImageEncoder.preparer`."""
        return self.preprocessing.preparer

    @property
    def decode_size(self) -> Enough:
        """See `ImageEncoder.decode_size`."""
        side = max(self.preprocessing.height, self.preprocessing.width)
        return Enough(OVERSAMPLED * side, eighth=ceil(OVERSAMPLED_AT_AN_EIGHTH * side))

    @property
    def recipe(self) -> Mapping[str, Any]:
        """See `FittedEncoder.recipe`."""
        settings = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self.preprocessing).items()}
        return {"model": self.fingerprint, "preprocessing": settings}

    def encode_images(self, prepared: Sequence[NDArray[np.generic]]) -> NDArray[np.float32]:
        """See `ImageEncoder.encode_images`.

        Raises:
            SettingsError: the image tower cannot be opened, or takes other pictures than its settings say.
            ValueError: a picture was not prepared for this model.
        """
        if not prepared:
            return np.empty((0, self.dim), dtype=np.float32)
        name, dtype = self._image_input(len(prepared))
        return unit_rows(
            self.images.run(
                prepared,
                lambda picture: {name: self.preprocessing.normalise(picture).astype(dtype, copy=False)},
            )
        )

    def encode_texts(self, texts: Sequence[str], side: Side = "query") -> NDArray[np.float32]:
        """See `TextEncoder.encode_texts`; both sides are one for these models.

        Raises:
            SettingsError: text tower or tokenizer cannot be opened.
        """
        tokens = [self.tokenizer.encode(text) for text in texts]
        known = [found for found in tokens if found is not None]
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        if known:
            inputs = self.texts.inputs(len(known))
            rows = self.texts.run(known, lambda found: self._text_row(*found, inputs))
            vectors[[found is not None for found in tokens]] = unit_rows(rows)
        return vectors

    def project(self, features: NDArray[np.generic]) -> NDArray[np.float32]:
        """Return the features, which are the vectors already: float32 of shape (n, dim).

        Raises:
            ValueError: they have another shape.
        """
        if features.size and (features.ndim != 2 or features.shape[1] != self.dim):
            raise ValueError(f"vectors of {self.name} have the shape (n, {self.dim}), got {features.shape}")
        return features.astype(np.float32).reshape(-1, self.dim)

    def save(self, folder: Path) -> None:
        """Write ``encoder.json`` into an existing folder: which model it was, not its weights.

        Raises:
            OSError: the disk refused.
        """
        write_about(folder, self)

    def _image_input(self, count: int) -> tuple[str, np.dtype[Any]]:
        """Return name and dtype of the image tower's input, having checked its shape."""
        inputs = self.images.inputs(count)
        name, (kind, shape) = next(iter(inputs.items()))
        wanted = (1, 3, self.preprocessing.height, self.preprocessing.width)
        if len(inputs) != 1 or kind not in _FLOATS or not _fits(shape, wanted):
            raise SettingsError(
                f"{self.images.path} takes {inputs}; it must take one picture as floats of shape {wanted}"
            )
        return name, _FLOATS[kind]

    def _text_row(self, ids: NDArray[np.int64], mask: NDArray[np.int64], inputs: Inputs) -> Row:
        """Return the inputs of the text tower: the attention mask where it takes one, else tokens."""
        row = {}
        for name, (kind, shape) in inputs.items():
            if kind not in _INTEGERS or not _fits(shape, ids.shape):
                raise SettingsError(
                    f"{self.texts.path} takes {name!r} as {kind} of shape {shape}; it must take whole "
                    f"numbers of shape {ids.shape}"
                )
            tokens = mask if "mask" in name else ids
            if shape[1] == TO_THE_END and not self.tokenizer.settings.pad_left:
                tokens = tokens[:, : mask.sum()]
            row[name] = tokens.astype(_INTEGERS[kind])
        return row


class ClipFamily:
    """The models by name: see `EncoderFamily`. There is nothing to fit, and the feature cache keeps vectors.

    Args:
        model: a folder, a name of ``pinakes encoders list``, or ``owner/name`` of a repository; empty for the
            recommended model.
    """

    def __init__(self, model: str = "") -> None:
        self.model = model
        self._encoder: ClipEncoder | None = None
        self._lock = threading.Lock()

    @property
    def features(self) -> ClipEncoder:
        """See `EncoderFamily.features`; the model is found and hashed on first use.

        Raises:
            SettingsError: the model is not on this machine, or its files cannot be used.
        """
        return self._open(None)

    def fit(self, features: NDArray[np.generic]) -> ClipEncoder:
        """See `EncoderFamily.fit`: returns the encoder as it is."""
        return self.features

    def open(self, folder: Path) -> ClipEncoder:
        """See `EncoderFamily.open`.

        Raises:
            IntegrityError: ``encoder.json`` is damaged, or the model is not the one that made the vectors.
            SettingsError: the model is not on this machine any more.
        """
        about = read_about(folder)
        return check_about(self._open(Path(about["folder"])), about, "clip")

    def _open(self, last: Path | None) -> ClipEncoder:
        """Open the model by its name, or where that finds nothing, where it lay when it was saved."""
        with self._lock:
            if self._encoder is None:
                name = f"clip:{self.model}" if self.model else "clip"
                try:
                    folder = find_model(self.model)
                except SettingsError:
                    if last is None or not last.is_dir():
                        raise
                    folder = last
                self._encoder = open_clip_model(folder, name)
            return self._encoder


def open_clip_model(folder: Path, name: str | None = None) -> ClipEncoder:
    """Open the model in a folder: settings are read and weights are hashed; towers start when first used.

    Args:
        folder: in one of `LAYOUTS`.
        name: the name it was asked for by; None for ``clip:<folder>``.

    Raises:
        SettingsError: a file is missing, or holds something that cannot be used.
    """
    files = find_files(folder)
    config = files.read(files.layout.config)
    dim = config.get("embed_dim")
    if not isinstance(dim, int) or dim < 1:
        raise SettingsError(
            f"{files.folder / files.layout.config}: 'embed_dim' must be a length, got {dim!r}"
        )
    return ClipEncoder(
        name=name or f"clip:{files.folder}",
        folder=files.folder,
        fingerprint=sha256_bytes(
            f"{files.fingerprint()} oversampled {OVERSAMPLED} {OVERSAMPLED_AT_AN_EIGHTH}".encode()
        ),
        dim=dim,
        preprocessing=_preprocessing(files),
        images=Tower(files.image_model, dim),
        texts=Tower(files.text_model, dim),
        tokenizer=Tokenizer(files.tokenizer, _text_settings(files, config)),
    )


def _preprocessing(files: ModelFiles) -> Preprocessing:
    try:
        return Preprocessing.from_config(files.read(files.layout.preprocessing))
    except SettingsError as error:
        raise SettingsError(f"{files.folder / files.layout.preprocessing}: {error}") from None


def _text_settings(files: ModelFiles, config: Mapping[str, Any]) -> TextSettings:
    try:
        return TextSettings.from_configs(config, files.read(files.layout.tokenizer_config))
    except SettingsError as error:
        raise SettingsError(f"{files.folder}: {error}") from None


def _fits(shape: Sequence[int | str | None], wanted: Sequence[int]) -> bool:
    return len(shape) == len(wanted) and all(
        not isinstance(have, int) or have == want for have, want in zip(shape, wanted, strict=True)
    )
