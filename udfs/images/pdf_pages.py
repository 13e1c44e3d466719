"""The one door to PDFium: the pages of a PDF; runs in a limited child only."""

import hashlib
from typing import TYPE_CHECKING, Any

from udfs.images.refusals import Refused

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

JPEG_MAGIC = b"\xff\xd8\xff"
DOTS = 200 / 72  # pixels a point of what has no grid of its own
LEAST, MOST = 1_600, 4_000  # pixels of a rendered page's longer side
PASSWORD_CODES = (4, 5)  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
PLAIN_COLOURS = (1, 2, 4, 5, 7)  # grey, RGB, their calibrated kinds, ICC: what a bare JPEG means too
INVISIBLE = 3  # render mode of the text that a scanner's reader lays under its picture


def describe_pages(content: bytes, most: int) -> list[str | None]:
    """Of each page the SHA-256 of its embedded JPEG, or null where it must be rendered.

    Raises:
        Refused: `encrypted`, `too_many_pages`, `undecodable`.
    """
    pdf = _opened(content)
    if len(pdf) > most:
        raise Refused("too_many_pages", f"{len(pdf)} pages, at most {most}")
    found: list[str | None] = []
    for number in range(len(pdf)):
        jpeg = _embedded(_page(pdf, number))
        found.append(None if jpeg is None else hashlib.sha256(jpeg).hexdigest())
    return found


def page_of(content: bytes, number: int) -> tuple[dict[str, Any], bytes]:
    """Page `number`, from 1: its one embedded JPEG untouched, else rows of rendered BGR samples.

    Raises:
        Refused: `missing`, and as `describe_pages` does.
    """
    pdf = _opened(content)
    if number > len(pdf):
        raise Refused("missing", f"page {number} of {len(pdf)}")
    page = _page(pdf, number - 1)
    jpeg = _embedded(page)
    if jpeg is not None:
        return {"jpeg": True}, jpeg
    longer = max(*page.get_size(), 1.0)
    bitmap = page.render(scale=min(max(DOTS, LEAST / longer), MOST / longer))
    view, row = memoryview(bitmap.buffer).cast("B"), 3 * bitmap.width
    rows = b"".join(view[start : start + row] for start in range(0, bitmap.height * bitmap.stride, bitmap.stride))
    return {"jpeg": False, "height": bitmap.height, "width": bitmap.width}, rows


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
    from pypdfium2 import PdfiumError

    try:
        return pdf[number]
    except PdfiumError as error:
        raise Refused("undecodable", f"page {number + 1} cannot be loaded") from error


def _embedded(page: "PdfPage") -> bytes | None:
    """The JPEG that is all that a page shows, as it lies in the file; none where anything else can be seen."""
    import pypdfium2
    from pypdfium2 import raw

    try:
        objects = [found for found in page.get_objects() if found.type != raw.FPDF_PAGEOBJ_FORM]
        texts = [found for found in objects if found.type == raw.FPDF_PAGEOBJ_TEXT]
        seen = [found for found in objects if found not in texts]
        shown = any(raw.FPDFTextObj_GetTextRenderMode(text) != INVISIBLE for text in texts)
        if shown or len(seen) != 1 or raw.FPDFPage_GetAnnotCount(page) or raw.FPDFPage_HasTransparency(page):
            return None
        (image,) = seen
        if image.type != raw.FPDF_PAGEOBJ_IMAGE or image.get_filters(skip_simple=True) != ["DCTDecode"]:
            return None
        matrix = image.get_matrix()
        mirrored = matrix.a * matrix.d - matrix.b * matrix.c <= 0
        if mirrored or image.get_metadata().colorspace not in PLAIN_COLOURS:
            return None
        content = bytes(image.get_data(decode_simple=True))
    except pypdfium2.PdfiumError:
        return None
    return content if content.startswith(JPEG_MAGIC) else None
