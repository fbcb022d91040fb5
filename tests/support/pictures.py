"""Pictures for several tests."""

import io

from PIL import Image, ImageDraw

PAD = 280  # pixels; the app's drawing pad

# EXIF's number of each way to hold a camera -> what turns an upright picture into its pixels.
STORED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
_ORIENTATION = 0x0112


def stroke(
    ink: str = "black", paper: str = "white", box: tuple[int, int, int, int] = (120, 60, 150, 220)
) -> Image.Image:
    """One upright stroke, like a 1."""
    picture = Image.new("RGB", (PAD, PAD), paper)
    ImageDraw.Draw(picture).rectangle(box, fill=ink)
    return picture


def side_by_side(pictures: list[Image.Image], gap: int = 0, rows: int = 1) -> Image.Image:
    """Digits of one size as a number, dark on light; in several rows as many in each."""
    width, height = pictures[0].size
    across = len(pictures) // rows
    page = Image.new("L", (across * (width + gap) + gap, rows * (height + gap) + gap), 255)
    for index, picture in enumerate(pictures):
        row, column = divmod(index, across)
        page.paste(picture, (gap + column * (width + gap), gap + row * (height + gap)))
    return page


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """The file of a picture."""
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def as_a_camera_stores_it(upright: Image.Image, orientation: int) -> bytes:
    """The file of a camera that was held so: its pixels turned, and the EXIF tag that says how."""
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    way = STORED_AS[orientation]
    return encoded(upright if way is None else upright.transpose(way), exif=exif)
