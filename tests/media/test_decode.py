"""The decoder, on files that are built here: every orientation, colour model and kind of broken file."""

import io
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from pinakes.errors import MediaError
from pinakes.media.decode import decode
from pinakes.media.limits import Limits
from pinakes.media.reasons import Reason

RED, GREEN, BLUE, GREY = (255, 0, 0), (0, 255, 0), (0, 0, 255), (90, 90, 90)


def encoded(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def quadrants(height=32, width=64):
    """Four colours, so that every rotation and mirroring shows."""
    rgb = np.empty((height, width, 3), dtype=np.uint8)
    rgb[: height // 2, : width // 2], rgb[: height // 2, width // 2 :] = RED, GREEN
    rgb[height // 2 :, : width // 2], rgb[height // 2 :, width // 2 :] = BLUE, GREY
    return rgb


STORED = {  # how a camera stores a picture that Exif 2.32 says to show as `rgb`
    1: lambda rgb: rgb,
    2: lambda rgb: rgb[:, ::-1],
    3: lambda rgb: rgb[::-1, ::-1],
    4: lambda rgb: rgb[::-1],
    5: lambda rgb: rgb.transpose(1, 0, 2),
    6: lambda rgb: np.rot90(rgb, 1),
    7: lambda rgb: rgb[::-1, ::-1].transpose(1, 0, 2),
    8: lambda rgb: np.rot90(rgb, -1),
}


def oriented(orientation, kind, **options):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(STORED[orientation](quadrants()))
    return encoded(Image.fromarray(stored), kind, exif=exif.tobytes(), **options)


def refused(data, limits=None):
    with pytest.raises(MediaError) as caught:
        decode(data, limits or Limits())
    assert caught.value.detail
    return caught.value.reason


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("WEBP", {"lossless": True}), ("TIFF", {})])
def test_orientation_of_lossless_formats(kind, options, orientation):
    picture = decode(oriented(orientation, kind, **options))
    np.testing.assert_array_equal(picture.rgb, quadrants())
    assert (picture.width, picture.height, picture.format) == (64, 32, kind)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("kind", "options"), [("JPEG", {"quality": 95}), ("AVIF", {"quality": 95}), ("HEIF", {"quality": 95})]
)
def test_orientation_of_lossy_formats(kind, options, orientation):
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
    picture = decode(oriented(orientation, kind, **options))
    # The middle of each quadrant, away from the edges that lossy coding smears.
    found = picture.rgb[[8, 8, 24, 24], [16, 48, 16, 48]].astype(int)
    assert np.abs(found - np.array([RED, GREEN, BLUE, GREY])).max() <= 12
    assert (picture.width, picture.height, picture.format) == (64, 32, kind)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_scaled_decode_is_upright_and_reports_the_full_size(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(STORED[orientation](quadrants(256, 512)))
    picture = decode(encoded(Image.fromarray(stored), "JPEG", exif=exif), shorter_side=64)
    assert picture.rgb.shape == (64, 128, 3)
    assert (picture.width, picture.height) == (512, 256)
    found = picture.rgb[[16, 16, 48, 48], [32, 96, 32, 96]].astype(int)
    assert np.abs(found - np.array([RED, GREEN, BLUE, GREY])).max() <= 6


@pytest.mark.parametrize(
    ("size", "shorter_side", "decoded"),
    [
        ((1024, 512), 128, (128, 256)),
        ((1024, 512), 129, (256, 512)),
        ((1024, 512), 512, (512, 1024)),
        ((1024, 512), 2000, (512, 1024)),
        ((1001, 501), 60, (63, 126)),  # libjpeg rounds up: ceil(501 / 8)
        ((1024, 512), 1, (64, 128)),  # 1/8 is the smallest scale
    ],
)
def test_shorter_side_is_never_undercut(size, shorter_side, decoded):
    picture = decode(encoded(Image.new("RGB", size), "JPEG"), shorter_side=shorter_side)
    assert picture.rgb.shape == (*decoded, 3)
    assert (picture.width, picture.height) == size


def test_formats_without_scaled_decoding_keep_their_size():
    assert decode(encoded(Image.new("RGB", (300, 200)), "PNG"), shorter_side=10).rgb.shape == (200, 300, 3)


def test_pixels_are_contiguous_and_cannot_be_changed():
    rgb = decode(encoded(Image.new("RGB", (9, 5), RED), "PNG")).rgb
    assert rgb.dtype == np.uint8
    assert rgb.flags.c_contiguous
    assert not rgb.flags.writeable


def test_full_decode_of_a_jpeg_is_pillows():
    noise = np.random.default_rng(1).integers(0, 256, (301, 403, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), "JPEG", quality=70)
    np.testing.assert_array_equal(decode(data).rgb, np.asarray(Image.open(io.BytesIO(data))))


def swapped_primaries():
    """A profile whose red primary is sRGB's blue, made by exchanging two entries of the tag table."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"tmp!", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"tmp!", b"bXYZ", 1)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_icc_profile_is_applied(kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(Image.new("RGB", (4, 4), RED), kind, icc_profile=swapped_primaries(), **options)
    assert np.abs(decode(data).rgb.astype(int) - BLUE).max() <= 1


def test_icc_profile_is_applied_below_transparency():
    data = encoded(Image.new("RGBA", (4, 4), (255, 0, 0, 128)), "PNG", icc_profile=swapped_primaries())
    assert np.abs(decode(data).rgb.astype(int) - (127, 127, 255)).max() <= 1


def test_srgb_profile_changes_nothing():
    noise = np.random.default_rng(2).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(Image.fromarray(noise), "PNG", icc_profile=profile)
    np.testing.assert_array_equal(decode(data).rgb, noise)


@pytest.mark.parametrize("profile", [b"not a profile", b"\0" * 200])
def test_broken_icc_profile_is_ignored(profile):
    assert tuple(decode(encoded(Image.new("RGB", (4, 4), RED), "PNG", icc_profile=profile)).rgb[0, 0]) == RED


def test_icc_profile_of_another_colour_model_is_ignored():
    data = encoded(Image.new("L", (4, 4), 77), "PNG", icc_profile=swapped_primaries())
    assert (decode(data).rgb == 77).all()


def test_cmyk_jpeg_as_adobe_writes_it():
    image = Image.new("CMYK", (32, 16), (0, 0, 0, 0))
    image.paste((0, 255, 255, 0), (16, 0, 32, 16))
    data = encoded(image, "JPEG", quality=95)
    assert b"Adobe" in data  # Pillow, as Photoshop, stores the inks inverted and says so in this marker
    rgb = decode(data).rgb.astype(int)
    assert np.abs(rgb[8, 4] - 255).max() <= 4
    assert np.abs(rgb[8, 28] - RED).max() <= 4


def test_lab_tiff():
    image = Image.fromarray(np.full((4, 4, 3), (255, 128, 128), dtype=np.uint8)).convert("RGB")
    lab = Image.merge("LAB", image.split())
    assert decode(encoded(lab, "TIFF")).rgb.min() >= 253


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled(kind):
    image = Image.fromarray(np.array([[0, 255, 256, 32768, 65280, 65535]], dtype=np.uint16))
    assert image.mode == "I;16"
    rgb = decode(encoded(image, kind)).rgb
    assert rgb[0, :, 0].tolist() == [0, 0, 1, 128, 255, 255]
    assert (rgb[..., 0] == rgb[..., 1]).all()
    assert (rgb[..., 0] == rgb[..., 2]).all()


def test_sixteen_bit_grey_with_a_transparent_value():
    image = Image.fromarray(np.array([[0, 256, 65535]], dtype=np.uint16))
    assert decode(encoded(image, "PNG", transparency=256)).rgb[0, :, 0].tolist() == [0, 255, 255]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0, 100, 255]], dtype=np.int32), [0, 100, 255]),
        (np.array([[0, 25700, 65535]], dtype=np.int32), [0, 100, 255]),
        (np.array([[-1000, 0, 1000]], dtype=np.int32), [0, 128, 255]),
        (np.array([[0.0, 0.4, 1.0]], dtype=np.float32), [0, 102, 255]),
        (np.array([[0.0, 100.0, 255.0]], dtype=np.float32), [0, 100, 255]),
        (np.array([[-2.0, 0.0, 2.0]], dtype=np.float32), [0, 128, 255]),
        (np.array([[np.nan, np.inf, 1.0]], dtype=np.float32), [0, 0, 255]),
        (np.array([[-5.0, -5.0, -5.0]], dtype=np.float32), [0, 0, 0]),
        (np.array([[-3e38, 0.0, 3e38]], dtype=np.float32), [0, 128, 255]),
    ],
)
def test_32_bit_grey_is_scaled_to_its_range(values, expected):
    assert decode(encoded(Image.fromarray(values), "TIFF")).rgb[0, :, 0].tolist() == expected


def test_one_bit():
    image = Image.fromarray(np.array([[True, False]]))
    assert image.mode == "1"
    assert decode(encoded(image, "PNG")).rgb[0].tolist() == [[255] * 3, [0] * 3]


def palette_image():
    image = Image.new("P", (3, 1))
    image.putpalette([*RED, *GREEN, *BLUE])
    image.putdata([0, 1, 2])
    return image


def test_palette():
    assert decode(encoded(palette_image(), "PNG")).rgb[0].tolist() == [list(RED), list(GREEN), list(BLUE)]


def test_palette_with_one_transparent_colour_is_shown_on_white():
    rgb = decode(encoded(palette_image(), "PNG", transparency=1)).rgb
    assert rgb[0].tolist() == [list(RED), [255, 255, 255], list(BLUE)]


def test_palette_with_half_transparent_colours_is_shown_on_white():
    rgb = decode(encoded(palette_image(), "PNG", transparency=bytes((0, 128, 255)))).rgb
    assert rgb[0].tolist() == [[255, 255, 255], [127, 255, 127], list(BLUE)]


@pytest.mark.parametrize(
    ("mode", "colour", "transparency", "expected"),
    [("L", 40, 40, (255, 255, 255)), ("L", 40, 41, (40, 40, 40)), ("RGB", RED, RED, (255, 255, 255))],
)
def test_transparent_colour_of_a_png(mode, colour, transparency, expected):
    data = encoded(Image.new(mode, (2, 2), colour), "PNG", transparency=transparency)
    assert tuple(decode(data).rgb[0, 0]) == expected


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("RGBA", (255, 0, 0, 128), (255, 127, 127)),  # 255 * (1 - 128 / 255) = 127
        ("RGBA", (9, 9, 9, 0), (255, 255, 255)),
        ("RGBA", (9, 8, 7, 255), (9, 8, 7)),
        ("LA", (0, 51), (204, 204, 204)),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_alpha_is_composed_on_white(kind, mode, colour, expected):
    assert tuple(decode(encoded(Image.new(mode, (2, 2), colour), kind)).rgb[0, 0]) == expected


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_first_frame_of_an_animation(kind):
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, GREEN, BLUE)]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    assert np.abs(decode(data).rgb.astype(int) - RED).max() <= 4


def test_heif_and_avif_are_told_apart_by_their_brands():
    pillow_heif.register_heif_opener()
    image = Image.fromarray(quadrants())
    heic, avif = encoded(image, "HEIF"), encoded(image, "AVIF")
    assert decode(heic).format == "HEIF"
    assert decode(avif).format == "AVIF"
    # The general brand "mif1" is allowed for both; what decides then is the list of compatible brands.
    assert b"mif1" in heic[16:32]
    assert decode(heic.replace(heic[8:12], b"mif1", 1)).format == "HEIF"
    assert decode(avif.replace(avif[8:12], b"mif1", 1)).format == "AVIF"


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE html><html><body>404</body></html>",
        b"\0" * 64,
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",  # would start Ghostscript
        b"%PDF-1.7\n",
        b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0" * 32,  # a film
        b"PK\x03\x04" + b"\0" * 64,
    ],
)
def test_what_is_no_picture_is_refused_whatever_its_name_says(data):
    assert refused(data) == Reason.NOT_A_PICTURE


@pytest.mark.parametrize(
    ("data", "begins"),
    [
        (b"<!DOCTYPE html><html>", "'<!DOCTYPE html><'$"),
        (b"PK\x03\x04" + b"\0" * 4, "50 4b 03 04 00 00 00 00$"),
        (b"\xff\xd8\xff\xe0\0\x05JFIF", "ff d8 ff e0 00 05 4a 46 49 46$"),
    ],
)
def test_what_is_no_picture_is_told_by_its_beginning(data, begins):
    with pytest.raises(MediaError, match=f"no intact header of a JPEG, .*: it begins with {begins}"):
        decode(data)


def test_no_bytes():
    assert refused(b"") == Reason.EMPTY


def test_too_many_bytes():
    data = encoded(Image.new("RGB", (8, 8)), "PNG")
    assert refused(data, Limits(bytes=len(data) - 1)) == Reason.TOO_MANY_BYTES
    assert decode(data, Limits(bytes=len(data))).width == 8


def png_chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_bomb(width, height):
    """A header, and a first few rows that are never reached."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + png_chunk(b"IDAT", zlib.compress(bytes(1000)))
        + png_chunk(b"IEND", b"")
    )


def gif_bomb(width, height):
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", width, height, 0x80, 0, 0)
        + bytes(6)
        + b","
        + bytes(4)
        + struct.pack("<HHB", width, height, 0)
        + b"\x02\x01\0\0;"
    )


@pytest.mark.parametrize(
    "data",
    [png_bomb(60_000, 60_000), png_bomb(7_072, 7_071), gif_bomb(60_000, 60_000), png_bomb(12_000, 9_000)],
)
def test_bombs_are_refused_by_their_header(data):
    with pytest.raises(MediaError, match=r" pixels, 50,000,000 are allowed$") as caught:
        decode(data)
    assert caught.value.reason == Reason.TOO_MANY_PIXELS


def test_pixels_up_to_the_limit_are_allowed():
    data = encoded(Image.new("RGB", (100, 50)), "JPEG")
    assert decode(data, Limits(pixels=5_000)).width == 100
    assert refused(data, Limits(pixels=4_999)) == Reason.TOO_MANY_PIXELS
    with pytest.raises(MediaError, match="100 x 50"):  # a scaled decode is no way round
        decode(data, Limits(pixels=4_999), shorter_side=10)


def test_aspect():
    data = encoded(Image.new("RGB", (100, 10)), "PNG")
    assert decode(data, Limits(aspect=10)).width == 100
    assert refused(data, Limits(aspect=9.9)) == Reason.BAD_ASPECT
    assert refused(encoded(Image.new("RGB", (1, 2001)), "PNG")) == Reason.BAD_ASPECT


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "BMP", "TIFF"])
def test_a_file_that_was_cut_is_refused(kind):
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
    noise = np.random.default_rng(3).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    assert refused(data[: len(data) * 2 // 3]) in (Reason.TRUNCATED, Reason.UNDECODABLE, Reason.NOT_A_PICTURE)


@pytest.mark.parametrize("shorter_side", [None, 16])
def test_a_jpeg_that_was_cut_is_called_truncated(shorter_side):
    noise = np.random.default_rng(3).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), "JPEG")
    with pytest.raises(MediaError) as caught:
        decode(data[:-200], shorter_side=shorter_side)
    assert caught.value.reason == Reason.TRUNCATED


def broken_exif():
    """One EXIF entry that points far behind the end of the block."""
    entry = struct.pack("<HHII", 0x010F, 2, 5000, 60_000)
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + entry + struct.pack("<I", 0)


def test_a_good_jpeg_with_a_broken_exif_block_is_decoded():
    data = encoded(Image.fromarray(quadrants()), "JPEG", exif=broken_exif())
    with pytest.warns(UserWarning, match="Tag data larger|Truncated|orrupt EXIF"):
        Image.open(io.BytesIO(data)).getexif()
    assert decode(data).width == 64


def test_a_warning_about_the_pixels_is_a_refusal():
    data = bytearray(encoded(Image.new("RGB", (8, 8)), "TIFF"))
    data = bytes(data) + b"\0"
    at = data.index(struct.pack("<HH", 0x0111, 4))  # the entry that says where the strips begin
    many = data[: at + 4] + struct.pack("<II", 1000, 60_000) + data[at + 12 :]
    assert refused(many) in (Reason.UNDECODABLE, Reason.TRUNCATED)


def test_threads_and_warning_filters_do_not_disturb_each_other():
    before = list(warnings.filters)
    good, bad = encoded(Image.fromarray(quadrants()), "PNG"), png_bomb(9_000, 9_000)

    def attempt(data):
        try:
            return decode(data).width
        except MediaError as error:
            return error.reason

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(attempt, [good, bad] * 50))
    assert found == [64, Reason.TOO_MANY_PIXELS] * 50
    assert warnings.filters == before


SMALL = Limits(pixels=200_000)
BEGINNINGS = (
    *(
        b"",
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"BM",
        b"RIFF\x20\0\0\0WEBPVP8 ",
        b"II*\0",
        b"P6 ",
    ),
    *(
        b"\0\0\0\x20ftypavif",
        b"\0\0\0\x18ftypheic",
        b"\0\0\0\x0cjP  \r\n\x87\n",
        b"8BPS\0\x01",
        b"\0\0\x01\0\x01\0",
    ),
)


def only_media_errors(data, shorter_side=None):
    try:
        picture = decode(data, SMALL, shorter_side)
    except MediaError as error:
        assert error.reason in set(Reason)
    else:
        assert picture.rgb.shape[2] == 3


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(BEGINNINGS), st.binary(max_size=200))
def test_random_bytes_are_decoded_or_refused(beginning, rest):
    only_media_errors(beginning + rest)


SEEDS = (
    encoded(Image.fromarray(quadrants()), "JPEG"),
    encoded(Image.fromarray(quadrants()), "PNG"),
    oriented(6, "JPEG"),
    encoded(palette_image(), "PNG", transparency=1),
    encoded(Image.fromarray(quadrants()), "TIFF"),
    encoded(Image.fromarray(quadrants()), "WEBP"),
    encoded(Image.new("P", (9, 9)), "GIF"),
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8),
    st.sampled_from([None, 8]),
)
def test_mutated_files_are_decoded_or_refused(seed, changes, shorter_side):
    data = bytearray(seed)
    for place, value in changes:
        data[int(place * len(data))] = value
    only_media_errors(bytes(data), shorter_side)
