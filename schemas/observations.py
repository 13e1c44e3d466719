"""What a look at the pixels found: facts, keyed by content, split by sensitivity."""

from schemas.table import NIGHT, RUN_ID, Column, Table, choice, share
from schemas.words import FIELD_NAMES, FIELD_SOURCES, VECTOR_KINDS

SHA256 = Column("sha256", "string", "Digest of the image's bytes.", required=True)
FINGERPRINT = Column("fingerprint", "string", "Fingerprint of the inspector's part that made it.", required=True)

PARTS = {
    "file": "struct<format: string, bytes: bigint, width: int, height: int, orientation: int, colour: string,"
    " bits: int, jpeg_quality: int, quant_digest: string, subsampling: string, progressive: boolean,"
    " software: string, camera: string, has_exif: boolean, has_thumbnail: boolean, has_c2pa: boolean>",
    "quality": "struct<sharpness: double, exposure: double, clipped: double, glare: double, noise: double>",
    "card": "struct<found: boolean, confidence: double, corners: array<double>, width_px: double, quarter_turns: int>",
    "reading": "struct<lines: int, confidence: double, mrz_format: string,"
    " checks: struct<number: boolean, birth: boolean, expiry: boolean, optional: boolean, composite: boolean>,"
    " barcode: string>",
    "forensics": "struct<signals: map<string, double>, map_rows: int, map_cols: int, map: array<float>,"
    " boxes: array<array<double>>>",
    "portrait": "struct<found: boolean, confidence: double, box: array<double>>",
    "copy": "struct<pdq: string, quality: int>",
    "zones": "struct<marks: map<string, array<double>>>",
}
PART_DOCS = {
    "file": "What the file says of itself: format, size, quantization tables, software.",
    "quality": "How well the picture can be seen: sharpness, mean luma and shares of 0 to 1, noise in grey levels.",
    "card": "Where the card lies: corners x0 y0 .. x3 y3 clockwise from the holder's top left, in decoded pixels.",
    "reading": "How much could be read; the text itself is in fields.",
    "forensics": "Raw signals by name and a coarse map over the card, 0 to 1.",
    "portrait": "Where the portrait is, in decoded pixels.",
    "copy": "Perceptual hash of the card (PDQ, 64 hex digits) and its quality, 0 to 100.",
    "zones": "Of each read place and the portrait: six logarithms of residual energy over activity.",
}

OBSERVATIONS = Table(
    name="observations",
    doc="One row per content and inspector: what was seen, without personal data.",
    key=("sha256", "inspector"),
    scope="content",
    columns=(
        SHA256,
        Column("inspector", "string", "Fingerprint of the whole inspector.", required=True),
        Column("parts", "map<string, string>", "Fingerprint of each part.", required=True),
        *(Column(name, ddl, PART_DOCS[name]) for name, ddl in PARTS.items()),
        Column("skipped", "map<string, string>", "Parts that could not look, each with its reason."),
        RUN_ID,
        NIGHT,
    ),
)

FIELDS = Table(
    name="fields",
    doc="One row per text that was read: personal data.",
    key=("sha256", "fingerprint", "source", "name", "position"),
    scope="content",
    personal=True,
    columns=(
        SHA256,
        FINGERPRINT,
        choice("source", "Where it was read.", FIELD_SOURCES),
        choice("name", "Which field.", FIELD_NAMES),
        Column("position", "int", "Counts equal names of one source, from 0.", required=True),
        Column("value", "string", "The value in its canonical form: ISO dates, three-letter states."),
        Column("raw", "string", "The text as read."),
        share("confidence", "Chance that the value was read as it stands."),
        Column("box", "array<double>", "x0, y0, x1, y1 in decoded pixels."),
        RUN_ID,
        NIGHT,
    ),
)

VECTORS = Table(
    name="vectors",
    doc="One row per content and kind of vector: biometric data.",
    key=("sha256", "fingerprint", "kind"),
    scope="content",
    personal=True,
    columns=(
        SHA256,
        FINGERPRINT,
        choice("kind", "What the vector describes.", VECTOR_KINDS),
        Column("vector", "array<float>", "The vector; length one where its kind is compared by cosine.", required=True),
        RUN_ID,
        NIGHT,
    ),
)

PLATES = Table(
    name="plates",
    doc="One row per content: the rectified card as a small lossless picture, to subtract its design from.",
    key=("sha256", "fingerprint"),
    scope="content",
    personal=True,
    columns=(
        SHA256,
        FINGERPRINT,
        Column("width", "int", "Pixels.", required=True),
        Column("height", "int", "Pixels.", required=True),
        Column("luma", "binary", "Luma 0 to 255, row by row, as PNG.", required=True),
        Column("reference", "string", "Design and version it was aligned to; null where by its corners alone."),
        RUN_ID,
        NIGHT,
    ),
)

DESIGNS = Table(
    name="designs",
    doc="One row per design and version: what genuine documents of one issue look like.",
    key=("design", "version"),
    scope="lineage",
    columns=(
        Column("design", "string", "Name of the design, stable over nights.", required=True),
        Column("version", "int", "Counts the times that its median moved.", required=True),
        Column("documents", "int", "Contents it was made from.", required=True),
        Column("centroid", "array<float>", "Mean design vector, length one.", required=True),
        Column("width", "int", "Pixels of median and spread."),
        Column("height", "int", "Pixels of median and spread."),
        Column("median", "array<float>", "Median plate, grey levels, row by row; null with too few documents."),
        Column("spread", "array<float>", "Median absolute deviation, grey levels, row by row."),
        RUN_ID,
        NIGHT,
    ),
)

DESIGN_MEMBERS = Table(
    name="design_members",
    doc="One row per content: the design it shows, as of the night.",
    key=("sha256",),
    scope="night",
    columns=(
        SHA256,
        Column("design", "string", "The design.", required=True),
        Column("version", "int", "Its version.", required=True),
        Column("similarity", "double", "Cosine to the design's centroid.", required=True),
        RUN_ID,
        NIGHT,
    ),
)
