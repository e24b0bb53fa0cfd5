"""Studio: one picture of the gallery as the bytes of a JPEG file."""

import io

from PIL import ExifTags, Image

from pinakes.samples.records import PICTURE, make_record, stream

QUALITY = 88


def make_picture(seed: int, number: int, role: str) -> bytes:
    """Return a view of an item as JPEG, 512 x 512, the same bytes on one machine whenever it is called.

    Its EXIF data say that it is synthetic, who is credited and under which licence.
    """
    record = make_record(seed, number)
    rng = stream(seed, number, PICTURE)
    picture = record.family.paint(record.facts, role, rng).finished(rng)
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = (
        f"Synthetic picture: {record.id}, {role}. Generated, not photographed."
    )
    exif[ExifTags.Base.Software] = "Pinakes sample gallery"
    exif[ExifTags.Base.Artist] = str(record.rights.author)
    exif[ExifTags.Base.Copyright] = str(record.rights.attribution)
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=QUALITY, subsampling=0, exif=exif)
    return data.getvalue()
