"""PDFs for tests, written by hand."""

CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] %s >>"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
WIDTH, HEIGHT = 300, 200  # of the JPEGs, pixels; of the pages, points
UPRIGHT = (WIDTH, 0, 0, HEIGHT, 0, 0)
DRAWN = b"q 300 0 0 200 0 0 cm /Im Do Q"


def by_hand(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, the first its catalogue, the second its pages."""
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, start = len(objects) + 1, len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return content + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)


def stream(content: bytes, head: bytes = b"") -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (head, len(content), content)


def pdf_of(*pages: bytes | str, hidden: str = "", matrix: tuple[float, ...] = UPRIGHT) -> bytes:
    """One page for each JPEG or text; `hidden` lies over the JPEGs unseen, as a scanner's reader lays it."""
    objects = [CATALOGUE, b"", FONT]
    kids = []
    for content in pages:
        at = len(objects) + 1
        kids.append(b"%d 0 R" % (at + 2))
        if isinstance(content, str):
            drawn, picture = text(content), b"null"
        else:
            drawn = b"q %s cm /Im Do Q " % b" ".join(b"%g" % value for value in matrix) + text(hidden, mode=3)
            size = b"/Width %d /Height %d" % (WIDTH, HEIGHT)
            head = b"/Type /XObject /Subtype /Image %s /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode"
            picture = stream(content, head % size)
        resources = b"/Resources << /Font << /F 3 0 R >> /XObject << /Im %d 0 R >> >>" % at
        objects += [picture, stream(drawn), PAGE % (b"%s /Contents %d 0 R" % (resources, at + 1))]
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return by_hand(*objects)


def lone(jpeg: bytes, *, draw: bytes = DRAWN, image: bytes = b"", page: bytes = b"", beside: bytes = b"null") -> bytes:
    """One page with one JPEG: how it is drawn, what its image and page say besides, and object 6, the state `/G`."""
    size = b"/Width %d /Height %d" % (WIDTH, HEIGHT)
    colours = b"" if b"/ColorSpace" in image else b"/ColorSpace /DeviceRGB"
    head = b"/Type /XObject /Subtype /Image /BitsPerComponent 8 /Filter /DCTDecode %s %s %s" % (size, colours, image)
    resources = b"/Resources << /XObject << /Im 4 0 R >> /ExtGState << /G 6 0 R >> >> /Contents 5 0 R"
    return by_hand(CATALOGUE, ONE_PAGE, PAGE % (resources + page), stream(jpeg, head), stream(draw), beside)


def in_form(jpeg: bytes) -> bytes:
    """One page with one form that halves what lies in it, drawn twice as wide."""
    head = b"/Subtype /Form /BBox [0 0 300 200] /Matrix [.5 0 0 1 0 0] /Resources << /XObject << /Im 4 0 R >> >>"
    form = stream(DRAWN, b"/Type /XObject " + head)
    return lone(jpeg, draw=b"2 0 0 1 0 0 cm /Fm Do", beside=form).replace(
        b"/XObject << /Im", b"/XObject << /Fm 6 0 R /Im", 1
    )


def soft_mask(shares: bytes) -> bytes:
    """A mask of so many rows of ten equal shares, 0 to 255."""
    size = b"/Width 10 /Height %d /ColorSpace /DeviceGray" % (len(shares) // 10)
    return stream(shares, b"/Type /XObject /Subtype /Image /BitsPerComponent 8 %s" % size)


def text(line: str, mode: int = 0) -> bytes:
    return b"BT /F 24 Tf %d Tr 20 80 Td (%s) Tj ET" % (mode, line.encode()) if line else b""


LOCK = b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % (b"41" * 32, b"42" * 32)
IDS = b"/Encrypt 4 0 R /ID [<%s> <%s>]" % (b"43" * 16, b"43" * 16)
LOCKED = by_hand(CATALOGUE, ONE_PAGE, PAGE % b"", LOCK, trailer=IDS)
PAGELESS = by_hand(CATALOGUE, b"<< /Type /Pages /Kids [] /Count 0 >>")
ANNOTATED = by_hand(
    CATALOGUE,
    ONE_PAGE,
    PAGE % b"/Annots [4 0 R]",
    b"<< /Type /Annot /Subtype /Square /Rect [40 40 120 120] /C [1 0 0] /Border [0 0 6] >>",
)
