"""Files are deterministic, decode to the picture that went in, and carry only what their draw says."""

import dataclasses
import io
from datetime import UTC, datetime

import numpy as np
from PIL import Image, ImageOps

from udfs.specimens.encoding import CodecDraw, HopDraw, decoded_scale, draw_codec, encode

PLAIN = CodecDraw("jpeg", 95, "4:4:4", False, 1, None, None, None, None)


def ramp() -> np.ndarray:
    across = np.linspace(0, 255, 96)[None, :, None]
    down = np.linspace(0, 255, 64)[:, None, None]
    return np.broadcast_to((across + down) / 2, (64, 96, 3)).astype(np.uint8)


def decoded(data: bytes) -> np.ndarray:
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    return np.asarray(upright.convert("RGB"))[..., ::-1]


def test_draws_are_deterministic_and_so_are_the_bytes() -> None:
    for seed in range(20):
        first, again = (draw_codec(np.random.default_rng(seed)) for _ in range(2))
        assert first == again
        assert encode(ramp(), first) == encode(ramp(), again)


def test_every_orientation_decodes_upright() -> None:
    for orientation in (1, 3, 6, 8):
        draw = dataclasses.replace(PLAIN, orientation=orientation, make="Orlanda", model="Orlanda Mini")
        data = encode(ramp(), draw)
        assert Image.open(io.BytesIO(data)).getexif()[0x0112] == orientation
        assert np.abs(decoded(data).astype(int) - ramp()).mean() < 3


def test_exif_is_there_only_where_drawn() -> None:
    tagged = dataclasses.replace(
        PLAIN, make="Kestria", model="Kestria K20", taken_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    )
    exif = Image.open(io.BytesIO(encode(ramp(), tagged))).getexif()
    assert (exif[0x010F], exif[0x0132]) == ("Kestria", "2026:03:01 09:30:00")
    assert len(Image.open(io.BytesIO(encode(ramp(), PLAIN))).getexif()) == 0


def test_a_messenger_shrinks_and_strips() -> None:
    big = np.repeat(np.repeat(ramp(), 20, axis=0), 20, axis=1)
    draw = dataclasses.replace(PLAIN, make="Bromo", model="Bromo One", hop=HopDraw(1280, 75))
    picture = Image.open(io.BytesIO(encode(big, draw)))
    assert max(picture.size) == 1280
    assert decoded_scale(big.shape, draw) == 1280 / 1920
    assert len(picture.getexif()) == 0


def test_formats_are_what_they_say() -> None:
    for name, magic in (("jpeg", b"\xff\xd8"), ("png", b"\x89PNG"), ("webp", b"RIFF")):
        assert encode(ramp(), dataclasses.replace(PLAIN, format=name)).startswith(magic)
