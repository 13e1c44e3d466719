import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from conf.settings import ImageLimits
from udfs.forensics.file_facts import file_facts
from udfs.images.decode import Image, decode, upright
from udfs.images.guard import guard
from udfs.images.refusals import Refused

LIMITS = ImageLimits()


def picture(height: int = 120, width: int = 200) -> Image:
    rng = np.random.default_rng(0)
    rough = rng.integers(0, 255, (height // 10, width // 10, 3), dtype=np.uint8)
    return cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)


def saved(kind: str, image: Image | None = None, mode: str = "RGB", **options: object) -> bytes:
    pil = Pillow.fromarray(picture()[:, :, ::-1] if image is None else image).convert(mode)
    sink = io.BytesIO()
    pil.save(sink, kind, **options)
    return sink.getvalue()


def refusal(content: bytes, limits: ImageLimits = LIMITS) -> str:
    with pytest.raises(Refused) as refused:
        decode(content, guard(content, limits))
    return refused.value.reason


def distance(content: bytes, reference: Image) -> float:
    return float(np.abs(decode(content, guard(content, LIMITS)).astype(float) - reference).mean())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (saved("JPEG", quality=95), ("jpeg", "ycc", 8, False, False)),
        (saved("JPEG", quality=95, progressive=True), ("jpeg", "ycc", 8, False, True)),
        (saved("JPEG", mode="L"), ("jpeg", "grey", 8, False, False)),
        (saved("JPEG", mode="CMYK"), ("jpeg", "cmyk", 8, False, False)),
        (saved("PNG"), ("png", "rgb", 8, False, False)),
        (saved("PNG", mode="P"), ("png", "palette", 8, False, False)),
        (saved("PNG", mode="RGBA"), ("png", "rgb", 8, True, False)),
        (saved("PNG", mode="1"), ("png", "grey", 1, False, False)),
        (saved("WEBP", quality=95), ("webp", "ycc", 8, False, False)),
        (saved("WEBP", lossless=True), ("webp", "rgb", 8, False, False)),
    ],
)
def test_headers_say_what_the_file_is(content: bytes, expected: tuple[object, ...]) -> None:
    header = guard(content, LIMITS)
    assert (header.format, header.colour, header.bits, header.alpha, header.progressive) == expected
    assert (header.width, header.height, header.end) == (200, 120, len(content))
    assert decode(content, header).shape == (120, 200, 3)


def test_cmyk_is_converted_with_adobes_inverted_inks() -> None:
    assert distance(saved("JPEG", mode="CMYK", quality=98), picture()) < 6


def test_sixteen_bits_become_eight_by_their_257th_part() -> None:
    deep = np.minimum(picture(), 254).astype(np.uint16) * 257
    assert distance(cv2.imencode(".png", deep)[1].tobytes(), np.minimum(picture(), 254)) == 0
    assert distance(cv2.imencode(".png", deep + 128)[1].tobytes(), np.minimum(picture(), 254)) == 0


def test_transparency_is_laid_over_white() -> None:
    image = np.zeros((20, 30, 4), np.uint8)
    image[:, :10, 3], image[:, 10:20, 3], image[:, 20:, 3] = 0, 255, 128
    for suffix in (".png", ".webp"):
        options = [cv2.IMWRITE_WEBP_QUALITY, 101] if suffix == ".webp" else []
        content = cv2.imencode(suffix, image, options)[1].tobytes()
        row = decode(content, guard(content, LIMITS))[5, :, 0]
        assert list(row[[5, 15, 25]]) == [255, 0, 127]


@pytest.mark.parametrize(
    ("samples", "clear", "seen"),
    [
        (np.array([[100, 3]], np.uint8), 100, [255, 3]),
        (np.array([[40_000, 257]], np.uint16), 40_000, [255, 1]),
        (np.array([[False, True]]), 0, [255, 255]),
        (np.array([[False, True]]), 1, [0, 255]),
    ],
)
def test_the_one_clear_grey_of_a_png_is_laid_over_white_too(samples: Image, clear: int, seen: list[int]) -> None:
    sink = io.BytesIO()
    Pillow.fromarray(np.repeat(samples, 8, axis=1)).save(sink, "PNG", transparency=clear)
    drawn = decode(sink.getvalue(), guard(sink.getvalue(), LIMITS))
    assert drawn.shape == (1, 16, 3)
    assert drawn[0, ::8].tolist() == [[grey] * 3 for grey in seen]


@pytest.mark.parametrize("odd", ["behind the pixels", "empty", "too long"])
def test_a_clear_grey_that_is_not_written_as_one_is_none_as_libpng_has_it(odd: str) -> None:
    sink = io.BytesIO()
    Pillow.fromarray(np.array([[0, 200]], np.uint8)).save(sink, "PNG")
    content, pixels = sink.getvalue(), sink.getvalue().index(b"IDAT") - 4
    grey = {"empty": b"", "too long": bytes(4)}.get(odd, bytes(2))
    chunk = len(grey).to_bytes(4) + b"tRNS" + grey + zlib.crc32(b"tRNS" + grey).to_bytes(4)
    at = content.index(b"IEND") - 4 if odd == "behind the pixels" else pixels
    content = content[:at] + chunk + content[at:]
    assert decode(content, guard(content, LIMITS))[0].tolist() == [[0] * 3, [200] * 3]


def test_grey_becomes_three_equal_channels() -> None:
    image = decode(saved("PNG", mode="L"), guard(saved("PNG", mode="L"), LIMITS))
    assert np.array_equal(image[:, :, 0], image[:, :, 2])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_as_opencv_would(orientation: int) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    content = saved("JPEG", exif=exif)
    reference = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(decode(content, guard(content, LIMITS)), reference)
    for kind in ("PNG", "WEBP"):
        turned = decode(saved(kind, exif=exif, lossless=True), guard(saved(kind, exif=exif, lossless=True), LIMITS))
        assert np.array_equal(turned, upright(picture(), orientation))


def test_bad_files_each_have_their_reason() -> None:
    jpeg, png, webp = saved("JPEG"), saved("PNG"), saved("WEBP")
    assert refusal(b"") == "empty"
    assert refusal(jpeg[:-50]) == "truncated"
    assert refusal(jpeg[:100]) == "undecodable"  # it ends before its size is known
    assert refusal(png[:-20]) == "truncated"
    assert refusal(webp[:-20]) == "truncated"
    assert refusal(b"a text named .jpg, long enough to look at") == "unknown_format"
    assert refusal(np.random.default_rng(1).bytes(4_000)) == "unknown_format"
    assert refusal(saved("GIF")) == "unsupported_format"
    assert refusal(saved("TIFF")) == "unsupported_format"
    assert refusal(saved("BMP")) == "unsupported_format"
    assert refusal(b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00") == "unsupported_format"
    assert refusal(b"%PDF-1.7\n") == "unsupported_format"
    assert refusal(saved("WEBP", save_all=True, append_images=[Pillow.new("RGB", (200, 120))])) == "unsupported_format"
    assert refusal(saved("PNG", save_all=True, append_images=[Pillow.new("RGB", (200, 120))])) == "unsupported_format"
    assert refusal(jpeg, LIMITS.model_copy(update={"max_bytes": 100})) == "too_large"
    assert refusal(png[:2_000] + bytes([png[2_000] ^ 255]) + png[2_001:]) == "undecodable"


def bomb(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * ((width + 1) * min(height, 64)), 9)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    parts = [struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
             for name, data in chunks]  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.fault("F7")
def test_bombs_are_refused_by_their_header() -> None:
    assert refusal(bomb(20_000, 20_000)) == "bomb"
    assert refusal(bomb(7_000, 7_000)) == "bomb"  # within the sides, but thousands of pixels a byte


@pytest.mark.fault("F7")
def test_bombs_of_wide_samples_or_of_many_scans_are_refused_by_their_header() -> None:
    limits = LIMITS.model_copy(update={"max_pixels": 200 * 120})
    deep = cv2.imencode(".png", np.zeros((120, 200, 4), np.uint16))[1].tobytes()
    assert refusal(deep, limits) == "bomb"  # eight bytes a pixel
    assert guard(saved("PNG", mode="RGBA"), limits).sample_bytes == 4 * 200 * 120
    jpeg = saved("JPEG", progressive=True)
    scan, end = jpeg.rindex(b"\xff\xda"), len(jpeg) - 2
    again = jpeg[:end] + jpeg[scan:end] * 20 + jpeg[end:]
    assert refusal(again, limits) == "bomb"
    assert guard(again, LIMITS).progressive  # a small picture may have so many


@pytest.mark.fault("F7")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_crowd_of_segments_or_chunks_is_refused(kind: str) -> None:
    content = saved(kind)
    empty, at = {
        "JPEG": (b"\xff\xfe\x00\x02", 2),
        "PNG": (b"\x00\x00\x00\x00abCd" + zlib.crc32(b"abCd").to_bytes(4), 33),
        "WEBP": (b"abcd\x00\x00\x00\x00", 12),
    }[kind]
    crowded = content[:at] + empty * 65_536 + content[at:]
    if kind == "WEBP":
        crowded = crowded[:4] + (len(crowded) - 8).to_bytes(4, "little") + crowded[8:]
    assert refusal(crowded) == "undecodable"


def test_fill_before_a_marker_is_passed_over_and_markers_without_end_are_refused() -> None:
    content = saved("JPEG")
    filled = content[:2] + b"\xff" * 100_000 + content[2:]
    assert guard(filled, LIMITS).complete
    assert refusal(content[:2] + b"\xff\x01" * 70_000 + content[2:]) == "undecodable"


def test_pictures_of_more_than_one_strip_are_converted_alike() -> None:
    deep = np.random.default_rng(3).integers(0, 65_536, (1_100, 1_000, 4), np.uint16)
    content = cv2.imencode(".png", deep, [cv2.IMWRITE_PNG_COMPRESSION, 0])[1].tobytes()
    eight = np.round(deep.astype(np.float32) / 257)
    share = eight[:, :, 3:] / 255
    over_white = np.round(eight[:, :, :3] * share + 255 * (1 - share))
    assert np.array_equal(decode(content, guard(content, LIMITS)), over_white)


def test_what_follows_the_picture_never_reaches_a_codec() -> None:
    content = saved("JPEG")
    header = guard(content + b"PK\x03\x04 an archive", LIMITS)
    assert header.end == len(content)
    assert np.array_equal(decode(content + b"PK\x03\x04 an archive", header), decode(content, guard(content, LIMITS)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_cut_or_flipped_file_does_more_than_being_refused(kind: str) -> None:
    content, rng = saved(kind), np.random.default_rng(2)
    for _ in range(60):
        broken = bytearray(content[: int(rng.integers(1, len(content)))] if rng.random() < 0.5 else content)
        for place in rng.integers(0, len(broken), 3):
            broken[place] = int(rng.integers(0, 256))
        try:
            image = decode(bytes(broken), guard(bytes(broken), LIMITS))
        except Refused:
            continue
        assert image.ndim == 3
        assert image.dtype == np.uint8


def test_file_facts_tell_the_encoder_and_not_the_person() -> None:
    exif = Pillow.Exif()
    exif[0x0131], exif[0x010F], exif[0x0110], exif[0x013B] = "Editor 3", "Make", "Model", "Jane Holder"
    content = saved("JPEG", quality=82, subsampling=2, exif=exif)
    facts = file_facts(content, guard(content, LIMITS))
    assert (facts.jpeg_quality, facts.subsampling, facts.has_exif) == (82, "4:2:0", True)
    assert (facts.software, facts.camera) == ("Editor 3", "Make Model")
    assert "Jane" not in repr(facts)
    other = saved("JPEG", quality=60)
    assert file_facts(other, guard(other, LIMITS)).quant_digest != facts.quant_digest
    plain = file_facts(saved("PNG"), guard(saved("PNG"), LIMITS))
    assert (plain.jpeg_quality, plain.quant_digest, plain.has_exif, plain.has_c2pa) == (None, None, False, False)


def test_provenance_marks_are_seen() -> None:
    content = saved("JPEG")
    segment = b"JP\x00\x01\x00\x00\x00\x01....jumb....c2pa"
    marked = content[:2] + b"\xff\xeb" + struct.pack(">H", len(segment) + 2) + segment + content[2:]
    assert file_facts(marked, guard(marked, LIMITS)).has_c2pa
