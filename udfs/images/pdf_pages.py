"""The one door to PDFium: the pages of a PDF; runs in a limited child only."""

import hashlib
from io import BytesIO
from math import prod
from typing import TYPE_CHECKING, Any

from udfs.images.refusals import Refused

if TYPE_CHECKING:
    from pypdfium2 import PdfBitmap, PdfDocument, PdfImage, PdfMatrix, PdfPage

JPEG_MAGIC = b"\xff\xd8\xff"
DOTS = 200 / 72  # pixels a point of what has no grid of its own
LEAST, MOST = 1_600, 4_000  # pixels of a rendered page's longer side
PASSWORD_CODES = (4, 5)  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
PLAIN_COLOURS = (1, 2, 4, 5, 7)  # grey, RGB, their calibrated kinds, ICC: what a bare JPEG means too
INVISIBLE = 3  # render mode of the text that a scanner's reader lays under its picture
# A page is its JPEG where both, drawn alike, agree. Sound pages agree to the bit; a wide colour profile moves a tone by
# up to 39 of 255; a hidden figure, a clip, an opacity of .8 by 46 and more.
THUMB, TONES = 256, 42  # pixels of the JPEG's longer side as drawn; grey levels between any two pixels
MOST_DRAWN = 240_000_000  # pixels of all pictures that a page draws, four of the largest picture: more takes minutes
CUT, LEAST_SHARE = 0.02, 0.1  # of the page's longer side: what may lie outside it, and a JPEG's shorter side


def describe_pages(content: bytes, most: int) -> list[str | None]:
    """Of each page the SHA-256 of its embedded JPEG, or null where it must be rendered.

    Raises:
        Refused: `encrypted`, `too_many_pages`, `undecodable`, `bomb`.
    """
    pdf = _opened(content)
    if len(pdf) > most:
        raise Refused("too_many_pages", f"{len(pdf)} pages, at most {most}")
    found: list[str | None] = []
    for number in range(len(pdf)):
        jpeg = _embedded(_page(pdf, number))
        found.append(None if jpeg is None else hashlib.sha256(jpeg).hexdigest())
    return found


def page_of(content: bytes, number: int, most: int | None) -> tuple[dict[str, Any], bytes]:
    """Page `number`, from 1: its one embedded JPEG untouched, else rows of rendered BGR samples.

    Raises:
        Refused: `missing`, `too_large` where that JPEG has more than `most` bytes, and as `describe_pages` does.
    """
    pdf = _opened(content)
    if number > len(pdf):
        raise Refused("missing", f"page {number} of {len(pdf)}")
    page = _page(pdf, number - 1)
    jpeg = _embedded(page)
    if jpeg is not None:
        if most is not None and len(jpeg) > most:
            raise Refused("too_large", f"{len(jpeg)} bytes of a JPEG, at most {most}")
        return {"jpeg": True}, jpeg
    longer = max(*page.get_size(), 1.0)
    bitmap = page.render(scale=min(max(DOTS, LEAST / longer), MOST / longer))
    return {"jpeg": False, "height": bitmap.height, "width": bitmap.width}, _rows(bitmap)


def _opened(content: bytes) -> "PdfDocument":
    try:
        import pypdfium2
    except ImportError as error:
        raise Refused("unsupported_format", "PDF, which needs the package pypdfium2") from error
    try:
        pdf = pypdfium2.PdfDocument(content)
        pdf.init_forms()  # filled fields are part of what a page shows
    except pypdfium2.PdfiumError as error:
        if error.err_code in PASSWORD_CODES:
            raise Refused("encrypted", "it opens with a password alone") from error
        raise Refused("undecodable", f"PDFium error {error.err_code}: no PDF, or none with a page") from error
    return pdf


def _page(pdf: "PdfDocument", number: int) -> "PdfPage":
    """A page whose pictures are not too large to be drawn.

    Raises:
        Refused: `undecodable`, `bomb`.
    """
    from pypdfium2 import PdfImage, PdfiumError

    try:
        page = pdf[number]
        drawn = sum(_pixels(found) for found in page.get_objects() if isinstance(found, PdfImage))
    except PdfiumError as error:
        raise Refused("undecodable", f"page {number + 1} cannot be loaded") from error
    if drawn > MOST_DRAWN:
        raise Refused("bomb", f"page {number + 1} draws pictures of {drawn} pixels")
    return page


def _pixels(image: "PdfImage") -> int:
    """Pixels of a picture on a page; none of one that is broken, and so is not drawn."""
    from pypdfium2 import PdfiumError

    try:
        return prod(image.get_px_size())
    except PdfiumError:
        return 0


def _embedded(page: "PdfPage") -> bytes | None:
    """The JPEG that is all that a page shows, as it lies in the file; none where anything else can be seen."""
    import pypdfium2

    try:
        image = _only_image(page)
        if image is None or image.get_metadata().colorspace not in PLAIN_COLOURS:
            return None
        content = bytes(image.get_data(decode_simple=True))
        return content if content.startswith(JPEG_MAGIC) and _looks_bare(page, image, content) else None
    except pypdfium2.PdfiumError:
        return None


def _only_image(page: "PdfPage") -> "PdfImage | None":
    """The JPEG that is the one thing on a page, but for text that is not seen."""
    from pypdfium2 import PdfImage, raw

    objects = [found for found in page.get_objects() if found.type != raw.FPDF_PAGEOBJ_FORM]
    texts = [found for found in objects if found.type == raw.FPDF_PAGEOBJ_TEXT]
    seen = [found for found in objects if found not in texts]
    shown = any(raw.FPDFTextObj_GetTextRenderMode(text) != INVISIBLE for text in texts)
    if shown or len(seen) != 1 or raw.FPDFPage_GetAnnotCount(page) or raw.FPDFPage_HasTransparency(page):
        return None
    (image,) = seen
    return image if isinstance(image, PdfImage) and image.get_filters(skip_simple=True) == ["DCTDecode"] else None


def _looks_bare(page: "PdfPage", image: "PdfImage", content: bytes) -> bool:
    """Whether a page shows the whole of its JPEG, upright, and looks as if that JPEG alone lay there.

    Masks, opacity, clips, hidden layers, inverted samples: whatever a page does to its picture is seen by drawing both.
    """
    place = image.get_matrix()
    form = image.container
    while form is not None:
        place = place.multiply(form.get_matrix())
        form = form.container
    (left, bottom, right, top), bounds = page.get_bbox(), place.on_rect(0, 0, 1, 1)
    longer = max(right - left, top - bottom)
    over = max(left - bounds[0], bottom - bounds[1], bounds[2] - right, bounds[3] - top)
    sides = bounds[2] - bounds[0], bounds[3] - bounds[1]
    mirrored = place.a * place.d - place.b * place.c <= 0
    if mirrored or over > CUT * longer or min(sides) < LEAST_SHARE * longer:
        return False
    scale = THUMB / max(sides)
    shown, alone = _grey(page, scale), _grey(_bare(page, place, content), scale)
    return shown == alone or (
        len(shown) == len(alone) and max(abs(one - other) for one, other in zip(shown, alone, strict=True)) <= TONES
    )


def _bare(page: "PdfPage", place: "PdfMatrix", content: bytes) -> "PdfPage":
    """A page of the same shape with nothing but the JPEG, in the same place."""
    from pypdfium2 import PdfDocument, PdfImage

    pdf = PdfDocument.new()
    bare, image = pdf.new_page(*page.get_size()), PdfImage.new(pdf)
    bare.set_mediabox(*page.get_bbox())
    bare.set_rotation(page.get_rotation())
    image.load_jpeg(BytesIO(content), inline=True)
    image.set_matrix(place)
    bare.insert_obj(image)
    bare.gen_content()
    return bare


def _grey(page: "PdfPage", scale: float) -> bytes:
    """Grey samples of a page, drawn at so many pixels a point, row by row."""
    return _rows(page.render(scale=scale, grayscale=True))


def _rows(bitmap: "PdfBitmap") -> bytes:
    """A bitmap's samples without what pads its rows."""
    view, row = memoryview(bitmap.buffer).cast("B"), bitmap.n_channels * bitmap.width
    return b"".join(view[start : start + row] for start in range(0, bitmap.height * bitmap.stride, bitmap.stride))
