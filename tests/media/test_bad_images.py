"""1,200 broken, odd and hostile files of fuzzing corpora and of image libraries' own tests, through the pool.

The manifest says what an older Pillow, opening each file by its path and raising on warnings, made of it: 425
are decoded. Here 427 are; the two others are right to be decoded:

* ``0203-hopper.heif`` is a good HEIC, which that Pillow had no plugin for.
* ``0768-...tga`` is a whole TGA of one pixel in 22 bytes. Pillow looks for the optional footer 26 bytes
  before the end, and the system refuses to seek to before a file's beginning; in memory that is no error.
"""

import io
import json
import warnings
from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from pinakes.errors import MediaError
from pinakes.media.decode import decode
from pinakes.media.job import Decoded, Job
from pinakes.media.limits import Limits
from pinakes.media.pool import DecodePool
from pinakes.media.reasons import Reason

FOLDER = Path(__file__).parents[2] / "../shared/data/bad_images"
DECODED_ONLY_HERE = {
    "files/0203-hopper.heif",
    "files/0768-id_002093_src_002040_op_havoc_rep_4.tga",
}
ONE_GIGABYTE_IN_ALL = Limits(memory=850 * 2**20)
"""An idle worker holds less than 100 MB, so that this keeps the whole process below 1 GB."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.exists(), reason=f"needs the hostile pictures in {FOLDER}"),
]


@pytest.fixture(scope="module")
def manifest():
    lines = (FOLDER / "manifest.jsonl").read_text().splitlines()
    return {entry["file"]: entry for entry in map(json.loads, lines)}


@pytest.fixture(scope="module")
def found(manifest):
    jobs = (Job(name, path=FOLDER / name) for name in manifest)
    with DecodePool({"pixels": "media_preparers:pixels"}, limits=ONE_GIGABYTE_IN_ALL) as pool:
        return {job.key: answer for job, answer in pool.run(jobs)}


def reference(path):
    """What the rules say, in plain Pillow: upright, ICC to sRGB, 16 bits scaled, transparency on white."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = ImageOps.exif_transpose(Image.open(path))
    if image.mode == "I;16":
        image = Image.fromarray((np.asarray(image) // 256).astype(np.uint8))
    profile = image.info.get("icc_profile")
    if image.has_transparency_data:
        image = image.convert("RGBA")
    if profile:
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        with suppress(OSError, ImageCms.PyCMSError):  # a profile that is broken counts for nothing
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, image)
    return np.asarray(image.convert("RGB"))


def test_every_file_is_decoded_or_refused_with_a_reason(manifest, found):
    assert len(found) == 1200
    decoded = {name for name, answer in found.items() if isinstance(answer, Decoded)}
    expected = {name for name, entry in manifest.items() if entry["pillow"] == "ok"}
    assert len(expected) == 425
    assert decoded == expected | DECODED_ONLY_HERE
    refusals = [answer for answer in found.values() if isinstance(answer, MediaError)]
    assert len(refusals) == 773
    assert all(refusal.detail for refusal in refusals)
    # No file takes 10 s or 1 GB, kills its worker, or stumbles over a fault of ours.
    assert Counter(refusal.reason for refusal in refusals) == {
        Reason.UNDECODABLE: 285,
        Reason.NOT_A_PICTURE: 278,
        Reason.TRUNCATED: 195,
        Reason.TOO_MANY_PIXELS: 7,
        Reason.BAD_ASPECT: 7,
        Reason.EMPTY: 1,
    }


def test_pixels_are_those_of_plain_pillow(found):
    different = [
        name
        for name, answer in found.items()
        if isinstance(answer, Decoded)
        and name not in DECODED_ONLY_HERE
        and not np.array_equal(answer.prepared["pixels"], reference(FOLDER / name))
    ]
    assert different == []


def test_a_picture_of_a_query_takes_the_same_path(found):
    for name, answer in found.items():
        data = (FOLDER / name).read_bytes()
        if isinstance(answer, Decoded):
            np.testing.assert_array_equal(decode(data).rgb, answer.prepared["pixels"])
        else:
            with pytest.raises(MediaError) as caught:
                decode(data)
            assert caught.value.reason == answer.reason
