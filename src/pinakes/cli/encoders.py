"""``pinakes encoders``: which encoders there are, what they cost here, fetching and exporting models."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from pinakes.cli.options import Folder, Json
from pinakes.cli.output import console, print_json, table
from pinakes.cli.progress import progress_bars
from pinakes.encoders.base import Family, ImageEncoder, TextEncoder, TextFamily
from pinakes.encoders.clip.encoder import open_clip_model
from pinakes.encoders.clip.export import ExportSource, export_model
from pinakes.encoders.clip.models import MODELS, RECOMMENDED
from pinakes.encoders.clip.resolve import fetch_model, repository_of
from pinakes.encoders.families import open_family
from pinakes.encoders.hub import cached_folder
from pinakes.encoders.text.encoder import open_text_model
from pinakes.encoders.text.models import MODELS as MODELS_OF_TEXT
from pinakes.encoders.text.models import RECOMMENDED as RECOMMENDED_TEXT
from pinakes.encoders.text.resolve import fetch_text_model
from pinakes.errors import MissingExtraError, UsageError
from pinakes.evaluation.compare import Comparison
from pinakes.ingest.reencode import Estimate
from pinakes.media.preparers import load_preparer
from pinakes.migration import Migration
from pinakes.registry import components

encoders_app = typer.Typer(
    name="encoders",
    help="List encoders and what they cost here, fetch and export models, migrate a collection.",
    no_args_is_help=True,
)


PICTURE_SIDE = 512
"""Pixels of the picture that encoders are timed with."""

TEXT = " ".join(["an old silver coin with a laureate head"] * 3)
"""What encoders of words are timed with."""

ROUNDS = 5
"""Times that each is encoded; the fastest counts, since the others were disturbed."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One encoder that can be asked for.

    Attributes:
        name: what to give to ``--encoder``.
        about: in a few words.
        dim: length of its vectors; None where the collection decides.
        megabytes: size of the weights; None where unknown or none.
        memory: MiB of a process that runs it, as published; None where unknown.
        recall: as published, in percent; None where unknown.
        licence: of the weights.
        here: whether it is on this machine.
        milliseconds: for one picture of 512 pixels, prepared and encoded here, or for a text of twenty words;
            None where it is not here.
    """

    name: str
    about: str
    dim: int | None = None
    megabytes: int | None = None
    memory: int | None = None
    recall: float | None = None
    licence: str | None = None
    here: bool = True
    milliseconds: float | None = None


@encoders_app.command("list")
def list_encoders(
    measure: Annotated[bool, typer.Option(help="Time those that are on this machine.")] = True,
    json: Json = False,
) -> None:
    """List encoders with size, memory, published recall, licence, and milliseconds on this machine."""
    listed = [*_built_in(measure=measure), *_models(measure=measure), *_text_models(measure=measure)]
    if json:
        print_json([asdict(entry) for entry in listed])
        return
    rows = [
        (
            entry.name,
            entry.about,
            entry.dim,
            entry.megabytes,
            entry.memory,
            entry.recall,
            entry.licence,
            "yes" if entry.here else "no",
            None if entry.milliseconds is None else f"{entry.milliseconds:.1f}",
        )
        for entry in listed
    ]
    columns = ("name", "what", "dim", "MB", "memory MiB", "recall %", "licence", "here", "ms")
    screen = console()
    screen.print(table(*columns, rows=rows, right=("dim", "MB", "memory MiB", "recall %", "ms")))
    screen.print(
        f"'clip' alone is {RECOMMENDED}, 'text' alone {RECOMMENDED_TEXT}. "
        "Recall (English, Crossmodal-3600) and memory are Immich's figures."
    )


@encoders_app.command()
def fetch(
    name: Annotated[
        str, typer.Argument(help="A name of `pinakes encoders list`, clip:OWNER/NAME or text:OWNER/NAME.")
    ],
) -> None:
    """Download a model into the hub's local cache, for use without a network from then on."""
    kind, colon, model = name.partition(":")
    built_in = components("encoder").get(kind)
    if built_in is not None and built_in.takes is None:
        raise UsageError(f"{kind} has no model to fetch: it works as it is")
    if kind == "text":
        text = open_text_model(fetch_text_model(model))
        console().print(f"fetched {name} into {text.folder} ({text.dim} dimensions)")
        return
    folder = fetch_model(model if colon or kind == "clip" else name)
    encoder = open_clip_model(folder)
    console().print(f"fetched {name} into {folder} ({encoder.dim} dimensions)")


@encoders_app.command()
def export(
    source: Annotated[str, typer.Argument(help="openclip:ARCHITECTURE/TAG", metavar="SOURCE")],
    into: Annotated[Path, typer.Option(help="The folder to write; it must not exist.", metavar="DIR")],
    int8: Annotated[
        bool, typer.Option("--int8", help="Store weights in 8 bits: smaller and faster.")
    ] = False,
) -> None:
    """Turn a model of open_clip into ONNX; needs the extra `torch`.

    Example: pinakes encoders export openclip:ViT-B-32/laion2b_s34b_b79k --into models/vit-b-32
    """
    folder = export_model(ExportSource.parse(source), into, int8=int8)
    console().print(f"wrote {folder}; use it with: pinakes index SOURCE --encoder clip:{folder.absolute()}")


@encoders_app.command()
def migrate(
    folder: Folder,
    to: Annotated[str, typer.Option(help="The encoder that the space is to have.", metavar="NAME")],
    space: Annotated[str, typer.Option(help="The space.")] = "picture",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Go on without asking.")] = False,
    publish: Annotated[bool, typer.Option("--publish", help="Serve it when it is ready.")] = False,
    judgements: Annotated[
        Path | None, typer.Option(help="Judgements as TREC has them: query 0 item grade.", metavar="FILE")
    ] = None,
    json: Json = False,
) -> None:
    """Move a space to another encoder: estimate, encode, compare with what is served, and publish if told to.

    Example: pinakes encoders migrate photos --to clip --publish
    """
    with progress_bars(quiet=json) as report:
        migration = Migration(folder, to, space, report)
        estimate = migration.estimate()
    if not json:
        console().print(_estimated(estimate))
    if not yes and not json:
        typer.confirm("Go on?", abort=True)
    with progress_bars(quiet=json) as report:
        migration = Migration(folder, to, space, report)
        frozen = migration.build()
    found = migration.compare(judgements)
    release = migration.publish() if publish else None
    if json:
        print_json(
            {
                "estimate": asdict(estimate),
                "snapshots": frozen.snapshots,
                "comparison": {**asdict(found), "verdict": found.verdict},
                "published": release.id if release else None,
            }
        )
        return
    _show_comparison(found)
    if release is None:
        again = f"pinakes encoders migrate {folder} --to {to} --space {space} --publish"
        console().print(f"candidate -> {frozen.snapshots[-1]}; live is as it was. To serve it: {again}")
    else:
        console().print(f"[bold]live -> {release.id}[/]; to go back: pinakes rollback {folder}")


def _estimated(estimate: Estimate) -> str:
    if not estimate.lacking:
        time_left = "nothing is left to encode"
    elif estimate.seconds is None:
        time_left = f"{estimate.lacking:,} to encode"
    else:
        time_left = f"{estimate.lacking:,} to encode, about {estimate.seconds:,.0f} s"
    sample = f"{estimate.sampled:,} encoded as a sample; " if estimate.sampled else ""
    return f"{estimate.pictures:,} in all; {sample}{time_left}; {estimate.megabytes:,.1f} MB of vectors"


def _show_comparison(found: Comparison) -> None:
    rows = [("hits in common among the first 10", found.overlap)]
    if found.delta is not None:
        rows.append(("nDCG@10, new - old", found.delta))
    shown = [(name, f"{i.mean:.3f}", f"{i.low:.3f} to {i.high:.3f}", i.n) for name, i in rows]
    console().print(table("", "mean", "95 %", "queries", rows=shown, right=("mean", "queries")))
    if found.delta is not None:
        console().print(f"nDCG@10: {found.before:.3f} old, {found.after:.3f} new")
    console().print(found.verdict)


def _built_in(*, measure: bool) -> list[Listed]:
    """List the components that need nothing after their name."""
    listed = []
    for name, component in components("encoder").items():
        if component.takes is not None:
            continue
        milliseconds = _time_family(open_family(name)) if measure else None
        listed.append(Listed(name, component.help, licence="Apache-2.0", milliseconds=milliseconds))
    return listed


def _models(*, measure: bool) -> list[Listed]:
    listed = []
    for model in MODELS.values():
        folder = _cached(repository_of(model.name))
        milliseconds = None
        if folder is not None and measure:
            milliseconds = _time(open_clip_model(folder))
        listed.append(
            Listed(
                name=f"clip:{model.name}",
                about=model.note,
                dim=model.dim,
                megabytes=model.megabytes,
                memory=model.memory,
                recall=model.recall,
                licence=model.licence,
                here=folder is not None,
                milliseconds=milliseconds,
            )
        )
    return listed


def _text_models(*, measure: bool) -> list[Listed]:
    listed = []
    for model in MODELS_OF_TEXT.values():
        folder = _cached(model.repository)
        milliseconds = None
        if folder is not None and measure:
            milliseconds = _time_text(open_text_model(folder, query=model.query, item=model.item))
        listed.append(
            Listed(
                name=f"text:{model.name}",
                about=f"words: {model.note}",
                dim=model.dim,
                megabytes=model.megabytes,
                licence=model.licence,
                here=folder is not None,
                milliseconds=milliseconds,
            )
        )
    return listed


def _cached(repository: str) -> Path | None:
    try:
        return cached_folder(repository)
    except MissingExtraError:
        return None  # a list is useful without the packages that a model needs


def _time_family(family: Family) -> float:
    return _time_text(family.texts) if isinstance(family, TextFamily) else _time(family.features)


def _time(encoder: ImageEncoder) -> float:
    """Return milliseconds for preparing and encoding one picture, after a warm-up."""
    prepare = load_preparer(encoder.preparer)
    picture = np.random.default_rng(0).integers(0, 256, (PICTURE_SIDE, PICTURE_SIDE, 3), dtype=np.uint8)
    picture.setflags(write=False)

    return _fastest(lambda: encoder.encode_images([prepare(picture)]))


def _time_text(encoder: TextEncoder) -> float:
    """Return milliseconds for encoding one text, after a warm-up."""
    return _fastest(lambda: encoder.encode_texts([TEXT]))


def _fastest(work: Callable[[], object]) -> float:
    def once() -> float:
        start = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - start)

    times: Sequence[float] = [once() for _ in range(ROUNDS + 1)][1:]
    return min(times)
