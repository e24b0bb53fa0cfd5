"""What every encoder must keep: the contract of `pinakes.encoders.base`, as a check to run on any."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.base import (
    EncoderFamily,
    FittedEncoder,
    FittedTextEncoder,
    ImageEncoder,
    Side,
    TextEncoder,
    TextFamily,
)
from pinakes.media.preparers import load_preparer
from pinakes.media.scale import Enough
from pinakes.testing.contract import ContractError, require

TEXTS = ("a red dress", "an old coin on a table", "a red dress", "")
SIDES: Final[tuple[Side, ...]] = ("query", "item")
LENGTH_ERROR = 1e-5
"""How far the length of a float32 vector may be from 1."""


def check_text_encoder(family: TextFamily) -> FittedTextEncoder:
    """Check that an encoder of words keeps its contract.

    Texts are encoded for both sides, together, alone and once more; it is saved and opened.

    Returns:
        The encoder.

    Raises:
        ContractError: names the promise that is not kept.
    """
    encoder = family.texts
    require(bool(encoder.fingerprint), "the encoder has a fingerprint", encoder.fingerprint)
    _check_texts(encoder)
    with tempfile.TemporaryDirectory() as folder:
        encoder.save(Path(folder))
        opened = family.open(Path(folder))
        require(
            opened.fingerprint == encoder.fingerprint, "saving and opening keeps the fingerprint", opened.name
        )
        for side in SIDES:
            what = f"what was saved and opened, for the side {side}"
            _same(opened.encode_texts(TEXTS, side), encoder.encode_texts(TEXTS, side), what)
    return encoder


def check_encoder(family: EncoderFamily, pictures: Sequence[NDArray[np.uint8]]) -> FittedEncoder:
    """Check that an encoder keeps its contract.

    Its pictures are prepared as in a decode worker, fitted, encoded together, alone, in reverse and once
    more, projected from features, saved and opened; texts are encoded where it takes texts.

    Args:
        family: the encoder.
        pictures: three or more, uint8 of shape (h, w, 3), of which no two are equal.

    Returns:
        The fitted encoder.

    Raises:
        ContractError: names the promise that is not kept.
        ValueError: fewer than three pictures.
    """
    if len(pictures) < 3:
        raise ValueError(f"three pictures or more are needed, got {len(pictures)}")
    source = family.features
    prepare = load_preparer(source.preparer)
    prepared = [prepare(_read_only(picture)) for picture in pictures]
    require(
        len({(array.shape, array.dtype) for array in prepared}) == 1,
        "prepared pictures have one shape and dtype",
        {(array.shape, str(array.dtype)) for array in prepared},
    )
    features = source.encode_images(prepared)
    require(len(features) == len(pictures), "features have one row a picture", features.shape)
    _same(source.encode_images(prepared[:1])[0], features[0], "the features of a picture alone")
    fitted = family.fit(features)
    vectors = _check_images(fitted, prepared)
    _same(fitted.project(features), vectors, "the projection of features")
    _same(fitted.project(features[1:2])[0], vectors[1], "the projection of one picture's features")
    _check_identity(family, fitted)
    again = family.fit(features)
    require(again.fingerprint == fitted.fingerprint, "fitting twice gives one fingerprint", again.name)
    _same(again.project(features), vectors, "what was fitted twice")
    with tempfile.TemporaryDirectory() as folder:
        fitted.save(Path(folder))
        opened = family.open(Path(folder))
        require(
            opened.fingerprint == fitted.fingerprint, "saving and opening keeps the fingerprint", opened.name
        )
        _same(opened.project(features), vectors, "what was saved and opened")
    nothing = family.fit(features[:0])
    _check_vectors(nothing.project(features), len(features), nothing.dim)
    if isinstance(fitted, TextEncoder):
        _check_texts(fitted)
    return fitted


def _check_images(encoder: ImageEncoder, prepared: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
    vectors = encoder.encode_images(prepared)
    _check_vectors(vectors, len(prepared), encoder.dim)
    _same(encoder.encode_images(prepared), vectors, "encoding once more")
    _same(encoder.encode_images([*prepared][::-1])[::-1], vectors, "encoding in another order")
    for number, one in enumerate(prepared):
        _same(encoder.encode_images([one])[0], vectors[number], f"picture {number} encoded alone")
    empty = encoder.encode_images([])
    require(empty.shape == (0, encoder.dim), "no pictures give no rows", empty.shape)
    return vectors


def _check_texts(encoder: TextEncoder) -> None:
    for side in SIDES:
        vectors = encoder.encode_texts(TEXTS, side)
        require(vectors.shape == (len(TEXTS), encoder.dim), "texts give one row each", vectors.shape)
        require(vectors.dtype == np.float32, "vectors of texts are float32", vectors.dtype)
        lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
        fits = (np.abs(lengths - 1) <= LENGTH_ERROR) | (lengths == 0)
        require(bool(fits.all()), "vectors of texts have length 1 or are zero", lengths)
        require(not vectors[-1].any(), "a text without words gives zeros", vectors[-1])
        _same(vectors[0], vectors[2], "a text given twice")
        for number, text in enumerate(TEXTS):
            alone = encoder.encode_texts([text], side)
            _same(alone[0], vectors[number], f"the text {text!r} alone")
        empty = encoder.encode_texts([], side)
        require(empty.shape == (0, encoder.dim), "no texts give no rows", empty.shape)


def _check_identity(family: EncoderFamily, fitted: FittedEncoder) -> None:
    for name, encoder in (("features", family.features), ("the fitted encoder", fitted)):
        require(bool(encoder.fingerprint), f"{name} have a fingerprint", encoder.fingerprint)
        require(min(Enough.of(encoder.decode_size)) > 0, f"{name} need pixels", encoder.decode_size)


def _check_vectors(vectors: NDArray[Any], rows: int, dim: int) -> None:
    require(vectors.shape == (rows, dim), f"vectors have the shape ({rows}, {dim})", vectors.shape)
    require(vectors.dtype == np.float32, "vectors are float32", vectors.dtype)
    require(bool(np.isfinite(vectors).all()), "vectors are finite", vectors)
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    require(bool((np.abs(lengths - 1) <= LENGTH_ERROR).all()), "vectors have length 1", lengths)


def _read_only(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    copy = np.ascontiguousarray(picture).copy()
    copy.setflags(write=False)
    return copy


def _same(found: NDArray[Any], wanted: NDArray[Any], what: str) -> None:
    equal = found.shape == wanted.shape and found.dtype == wanted.dtype and np.array_equal(found, wanted)
    if not equal and found.shape == wanted.shape:
        worst = float(np.abs(found.astype(np.float64) - wanted.astype(np.float64)).max(initial=0.0))
        raise ContractError(f"{what} must give the very same numbers; they differ by up to {worst:.3g}")
    require(equal, f"{what} must give the very same numbers", (found.shape, wanted.shape))
