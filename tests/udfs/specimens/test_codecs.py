"""Files are deterministic, decode to the picture that went in, and carry only what their draw says."""

import dataclasses
import io
from datetime import UTC, datetime

import numpy as np
from PIL import Image, ImageOps

from udfs.specimens.encoding import (
    CodecDraw,
    DesktopDraw,
    HopDraw,
    draw_codec,
    encode,
    file_shape,
    opened,
    saved,
    to_file,
)
from udfs.specimens.encoding import decoded as pixels

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
    assert file_shape(big.shape, draw) == picture.size[::-1]
    assert to_file(big.shape, draw)[0, 0] == 1280 / 1920
    assert len(picture.getexif()) == 0


def test_formats_are_what_they_say() -> None:
    for name, magic in (("jpeg", b"\xff\xd8"), ("png", b"\x89PNG"), ("webp", b"RIFF")):
        assert encode(ramp(), dataclasses.replace(PLAIN, format=name)).startswith(magic)


def test_a_file_opened_and_saved_again_is_trimmed_and_compressed_twice() -> None:
    spotted = np.full((400, 600, 3), 60, np.uint8)
    spotted[200:204, 300:304] = 255
    for trim, scale, hop in (((5, 3), 1.0, None), ((0, 0), 0.8, None), ((5, 3), 0.8, HopDraw(320, 75))):
        draw = dataclasses.replace(PLAIN, desktop=DesktopDraw(90, "4:4:4", trim, scale), hop=hop)
        seen = opened(spotted, draw)
        assert seen.shape == spotted.shape
        assert (seen != spotted).any()
        picture = pixels(saved(seen, draw))
        assert picture.shape[:2] == file_shape(spotted.shape, draw)
        assert np.array_equal(picture, pixels(encode(spotted, draw)))
        rows, columns = np.nonzero(picture.max(axis=2) > 0.9 * picture.max())
        x, y, _ = to_file(spotted.shape, draw) @ (301.5, 201.5, 1)
        assert abs(columns.mean() - x) < 0.5
        assert abs(rows.mean() - y) < 0.5


def test_what_nobody_opened_is_the_picture_itself() -> None:
    assert np.array_equal(opened(ramp(), PLAIN), ramp())


def test_a_third_of_all_files_were_opened_and_saved_again_upright() -> None:
    draws = [draw_codec(np.random.default_rng(seed)) for seed in range(400)]
    again = [draw for draw in draws if draw.desktop is not None]
    assert 0.3 < len(again) / len(draws) < 0.42
    assert all(draw.format == "jpeg" and draw.orientation == 1 for draw in again)
