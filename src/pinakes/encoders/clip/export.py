"""From a model of open_clip to the ONNX layout that Pinakes reads. Needs the extra ``torch``."""

import json
import shutil
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pinakes.encoders.clip.layout import LAYOUTS
from pinakes.encoders.clip.quantise import quantise
from pinakes.encoders.clip.shorten import shorten
from pinakes.errors import MissingExtraError, StorageError, UsageError

SCHEME = "openclip"
OPSET = 18


@dataclass(frozen=True, slots=True)
class ExportSource:
    """A model of open_clip.

    Attributes:
        architecture: such as ``ViT-B-32``.
        weights: a tag, such as ``laion2b_s34b_b79k``, or the path of a checkpoint.
    """

    architecture: str
    weights: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``openclip:<architecture>/<tag>``, where the tag may be the path of a checkpoint.

        Raises:
            UsageError: the text has another form.
        """
        scheme, _, rest = text.partition(":")
        architecture, _, weights = rest.partition("/")
        if scheme != SCHEME or not architecture or not weights:
            raise UsageError(
                f"cannot export {text!r}: write {SCHEME}:<architecture>/<tag>, "
                "such as openclip:ViT-B-32/laion2b_s34b_b79k"
            )
        return cls(architecture, weights)


def export_model(source: ExportSource, into: Path, *, int8: bool = False) -> Path:
    """Write a model of open_clip as two ONNX towers with tokenizer and settings.

    The towers normalise their output, and take one picture or text at a time; CLIP's text towers take a text
    without the padding behind it. With ``int8``, the weights of
    the matrix products are stored in 8 bits and their inputs are quantised as they come (ONNX Runtime's
    dynamic quantisation): a quarter of the size, and faster where the processor has instructions for it.

    Args:
        into: the folder to write; it must not exist.
        int8: whether to quantise.

    Returns:
        The folder.

    Raises:
        MissingExtraError: torch, open_clip or onnx is not installed.
        UsageError: the folder exists, or open_clip cannot make this model.
        StorageError: the disk refused.
    """
    if into.exists():
        raise UsageError(f"{into} exists already; choose another folder")
    try:
        import onnx  # noqa: F401, PLC0415
        import open_clip  # noqa: PLC0415
        import torch  # noqa: F401, PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtraError("exporting a model of open_clip", "torch") from error
    try:
        model = open_clip.create_model(
            source.architecture, pretrained=source.weights, require_pretrained=True
        )
        tokenizer = open_clip.get_tokenizer(source.architecture)
    except Exception as error:  # open_clip raises RuntimeError, AssertionError, and what its downloads raise
        raise UsageError(
            f"open_clip cannot make {source.architecture!r} with the weights {source.weights!r}: {error}"
        ) from error
    config = open_clip.get_model_config(source.architecture)
    layout = LAYOUTS[0]
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=into.parent, prefix=".export-") as name:
            folder = Path(name) / "model"
            for part in ("visual", "textual"):
                (folder / part).mkdir(parents=True)
            _write_json(folder / layout.config, config)
            _write_json(folder / layout.preprocessing, open_clip.get_model_preprocess_cfg(model))
            _write_tokenizer(tokenizer, folder / "textual")
            for tower, path in (
                (_image_tower(model), layout.image_model),
                (_text_tower(model), layout.text_model),
            ):
                _write_tower(tower, folder / path)
                if path == layout.text_model and _looks_back(model):
                    shorten(folder / path)
                if int8:
                    single = (folder / path).rename(Path(name) / "single.onnx")
                    quantise(single, folder / path)
            shutil.move(folder, into)
    except OSError as error:
        raise StorageError(f"cannot write {into}: {error.strerror or error}") from error
    return into


@dataclass(frozen=True)
class _Tower:
    """A module of torch with an example of its input."""

    module: Any
    example: Any
    input: str


def _image_tower(model: Any) -> _Tower:
    import torch  # noqa: PLC0415

    class Images(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, image: Any) -> Any:
            return self.model.encode_image(image, normalize=True)

    size = model.visual.image_size
    height, width = size if isinstance(size, tuple | list) else (size, size)
    return _Tower(Images(), torch.zeros(1, 3, height, width), "image")


def _text_tower(model: Any) -> _Tower:
    import torch  # noqa: PLC0415

    class Texts(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, text: Any) -> Any:
            return self.model.encode_text(text, normalize=True)

    return _Tower(Texts(), torch.ones(1, model.context_length, dtype=torch.int64), "text")


def _looks_back(model: Any) -> bool:
    """Whether a text's vector depends on nothing behind its end token, which is the highest one."""
    text = getattr(model, "text", model)
    pooling = getattr(text, "pool_type", getattr(model, "text_pool_type", None))
    return getattr(text, "attn_mask", None) is not None and pooling == "argmax"


def _write_tower(tower: _Tower, path: Path) -> None:
    import torch  # noqa: PLC0415

    # The fused attention of torch's fast path has no counterpart in ONNX.
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # about the exporter itself, and about shapes, which are fixed
            torch.onnx.export(
                tower.module.eval(),
                (tower.example,),
                str(path),
                input_names=[tower.input],
                output_names=["embedding"],
                opset_version=OPSET,
                dynamo=False,
            )
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)


def _write_tokenizer(tokenizer: Any, folder: Path) -> None:
    """Write a Hugging Face tokenizer as it is, and open_clip's own in the same form."""
    inner = getattr(tokenizer, "tokenizer", None)
    if inner is not None:
        inner.save_pretrained(folder)
        return
    from tokenizers import (  # noqa: PLC0415
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    merges = sorted(tokenizer.bpe_ranks, key=tokenizer.bpe_ranks.get)
    fast = Tokenizer(
        models.BPE(
            vocab=dict(tokenizer.encoder),
            merges=merges,
            end_of_word_suffix="</w>",
            continuing_subword_prefix="",
            fuse_unk=False,
        )
    )
    fast.normalizer = normalizers.Lowercase()
    # The pattern of CLIP's tokenizer (Radford et al., 2021): contractions, words, single digits, the rest.
    pattern = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
    fast.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    start, end = "<start_of_text>", "<end_of_text>"
    fast.post_processor = processors.TemplateProcessing(
        f"{start} $A {end}", None, [(token, tokenizer.encoder[token]) for token in (start, end)]
    )
    fast.decoder = decoders.ByteLevel()
    fast.save(str(folder / "tokenizer.json"))
    # What follows the end of a text is not looked at: attention is causal, and the first end is read.
    _write_json(folder / "tokenizer_config.json", {"pad_token": end})


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
