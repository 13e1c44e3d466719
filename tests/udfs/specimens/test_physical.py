"""Every presentation attack leaves the trace of its making, in the genuine page's light, and only where it was made."""

from datetime import date

import cv2
import numpy as np
import pytest

from udfs.specimens.attacks import ATTACKS, halftone, inkjet, pentile_screen, stripe_screen
from udfs.specimens.attacks.canvas import flat_canvas
from udfs.specimens.attacks.printing import FINENESS, INKS, laid_on, separated
from udfs.specimens.attacks.recapture import (
    CONTRAST_REST,
    MEAN_REST,
    SHARPNESS_REST,
    pixels_per_inch,
    recaptured,
    whole_page,
)
from udfs.specimens.attacks.screens import Mosaic, balanced, lit_subpixels
from udfs.specimens.issuers import DESIGNS
from udfs.specimens.people import draw_papers, draw_person
from udfs.specimens.render import render
from udfs.specimens.rendered import Rendered

PRINTS = ("halftone", "inkjet", "dye_sublimation", "grey_copy")
SCREENS = ("stripe_screen", "pentile_screen")
PIECES = ("pasted_photo", "cut_out")
SPECTRUM = 480


@pytest.fixture(scope="module")
def card() -> Rendered:
    design = next(design for design in DESIGNS if design.doc_type == "id_card" and design.side == "front")
    rng = np.random.default_rng(4)
    person = draw_person(rng, nationality=design.issuer)
    return render(design, person, draw_papers(person, design, date(2026, 2, 1), rng))


def coarse(image: np.ndarray, page: Rendered) -> np.ndarray:
    size = (page.image.shape[1] // 4, page.image.shape[0] // 4)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float64)


def roughness(image: np.ndarray) -> float:
    return float(cv2.Laplacian(cv2.cvtColor(image.astype(np.float32), cv2.COLOR_BGR2GRAY), cv2.CV_32F).var())


def power_spectrum(plane: np.ndarray) -> np.ndarray:
    """Power of the middle 480 x 480 samples of a plane; bin k is k / 480 cycles a sample."""
    top, left = ((size - SPECTRUM) // 2 for size in plane.shape)
    middle = plane[top : top + SPECTRUM, left : left + SPECTRUM].astype(np.float64)
    window = np.hanning(SPECTRUM)
    return np.abs(np.fft.fft2((middle - middle.mean()) * np.outer(window, window))) ** 2


def power_at(spectrum: np.ndarray, frequency: float, degrees: float) -> float:
    """Largest power within a bin of a wave of so many cycles a sample, turned by an angle."""
    turn = np.deg2rad(degrees)
    row, column = (round(frequency * SPECTRUM * each) for each in (np.sin(turn), np.cos(turn)))
    return max(float(spectrum[row + down, column + across]) for down in (-1, 0, 1) for across in (-1, 0, 1))


@pytest.mark.parametrize("name", [*PRINTS, *SCREENS, *PIECES])
def test_the_same_draws_give_the_same_forgery(card: Rendered, name: str) -> None:
    before = card.image.copy()
    first, again, other = (ATTACKS[name].apply(flat_canvas(card), np.random.default_rng(seed)) for seed in (8, 8, 9))
    assert np.array_equal(first.image, again.image)
    assert first.changed == again.changed
    assert not np.array_equal(first.image, other.image)
    assert np.array_equal(card.image, before)


@pytest.mark.parametrize("name", [*PRINTS, *SCREENS])
def test_whole_pages_keep_outline_and_light(card: Rendered, name: str) -> None:
    height, width = card.image.shape[:2]
    aim = coarse(card.image, card)
    for seed in range(2):
        attacked = ATTACKS[name].apply(flat_canvas(card), np.random.default_rng(seed))
        assert attacked.mask.shape == (height, width)
        assert attacked.mask.all()
        assert width < attacked.image.shape[1] <= 5_000
        assert attacked.image.shape[0] / attacked.image.shape[1] == pytest.approx(height / width, abs=0.003)
        seen = coarse(attacked.image, card)
        # The rest that is drawn, and as much again for what is clipped.
        assert seen.mean(axis=(0, 1)) == pytest.approx(aim.mean(axis=(0, 1)), rel=2 * MEAN_REST)
        contrasts = [each.std(axis=(0, 1)) for each in (seen, aim)]
        if name == "grey_copy":  # one toner has one contrast
            contrasts = [cv2.cvtColor(each.astype(np.float32), cv2.COLOR_BGR2GRAY).std() for each in (seen, aim)]
        assert contrasts[0] == pytest.approx(contrasts[1], rel=3 * CONTRAST_REST)
        assert roughness(seen) == pytest.approx(roughness(aim), rel=3 * SHARPNESS_REST)
        assert np.corrcoef(seen.ravel(), aim.ravel())[0, 1] > 0.8


@pytest.mark.parametrize("name", PIECES)
def test_pieces_lie_on_an_untouched_page(card: Rendered, name: str) -> None:
    touched = 0
    for seed in range(5):
        attacked = ATTACKS[name].apply(flat_canvas(card), np.random.default_rng(seed))
        if attacked.changed[0] == "page":
            assert name == "cut_out"
            assert attacked.mask.all()
            continue
        touched += 1
        differs = (attacked.image != card.image).any(axis=2)
        assert differs.any()
        assert not (differs & ~attacked.mask).any()
        far = np.ones(differs.shape, bool)
        for zone in attacked.changed:
            x0, y0, x1, y1 = (round(value) for value in card.zones[zone])
            far[max(0, y0 - 60) : y1 + 60, max(0, x0 - 60) : x1 + 60] = False
        assert not differs[far].any()
    assert touched >= 2


def test_a_dull_soft_reprint_is_brought_back_to_the_genuine_light(card: Rendered) -> None:
    dull = cv2.GaussianBlur(card.image, (0, 0), 1.2) * np.array([0.7, 0.6, 0.65]) + 20
    made = cv2.resize(dull.astype(np.uint8), None, fx=2, fy=2)
    aim, before = coarse(card.image, card), coarse(made, card)
    assert abs(before.mean() - aim.mean()) > 20
    assert roughness(before) < 0.5 * roughness(aim)
    after = coarse(recaptured(card.image, made, np.random.default_rng(1)), card)
    assert after.mean(axis=(0, 1)) == pytest.approx(aim.mean(axis=(0, 1)), rel=2 * MEAN_REST)
    assert after.std(axis=(0, 1)) == pytest.approx(aim.std(axis=(0, 1)), rel=2 * CONTRAST_REST)
    assert roughness(after) == pytest.approx(roughness(aim), rel=3 * SHARPNESS_REST)


def test_inks_make_the_colour_that_they_were_separated_from() -> None:
    colours = np.array([[[200, 180, 150], [120, 160, 210], [230, 225, 220], [60, 60, 60], [90, 140, 100]]], np.uint8)
    paper = np.full(colours.shape, 255, np.uint8)
    mixed = laid_on(paper, separated(colours, black=0.7, start=0.2, gain=0.0), INKS).astype(int)
    assert np.abs(mixed - colours).max() < 28
    assert np.abs(mixed - colours).mean() < 9


@pytest.mark.parametrize("shape", sorted(halftone.SHAPES))
@pytest.mark.parametrize("angle", [15.0, 45.0])
def test_dots_stand_on_their_turned_grid_and_cover_what_is_asked(shape: str, angle: float) -> None:
    cell, side = 6.0, 480
    press = halftone.Screening(cell, (angle,) * 4, shape, 0.8, 0.0)
    none = np.zeros((side, side), np.float32)
    for share in (0.1, 0.3, 0.7):
        layer = halftone.dots(np.full((side, side), round(255 * share), np.uint8), press, angle, none)
        assert layer.mean() / 255 == pytest.approx(share, abs=0.04)
        spectrum = power_spectrum(layer)
        # A line screen has one wave, the others two at a right angle; between them there is none.
        assert power_at(spectrum, 1 / cell, angle) > 100 * power_at(spectrum, 1 / cell, angle + 45)
    assert halftone.dots(np.zeros((side, side), np.uint8), press, angle, none).max() == 0


def test_a_halftone_shows_its_cell_in_the_flat_page(card: Rendered) -> None:
    rng = np.random.default_rng(5)
    printed = halftone.printed(card.image, pixels_per_inch(card), rng, lines_per_inch=(100.0, 100.0))
    attacked = whole_page(card, printed, rng)
    wave = 100.0 / (pixels_per_inch(card) * FINENESS)
    genuine = cv2.resize(card.image, None, fx=FINENESS, fy=FINENESS)
    made, own = (power_spectrum(image.mean(axis=2)) for image in (attacked.image, genuine))
    peaks = [max(power_at(each, wave, degrees) for degrees in range(180)) for each in (made, own)]
    assert peaks[0] > 20 * peaks[1]


def test_scattered_drops_have_no_grid_and_little_coarse_noise() -> None:
    drops = inkjet.drop_pattern(np.full((512, 512), 100, np.uint8), np.random.default_rng(0)).astype(np.float64)
    assert set(np.unique(drops)) == {0.0, 255.0}
    assert drops.mean() / 255 == pytest.approx(100 / 255, abs=0.01)
    white = np.random.default_rng(1).permutation(drops.ravel()).reshape(drops.shape)
    blocks = [each.reshape(64, 8, 64, 8).mean(axis=(1, 3)).std() for each in (drops, white)]
    assert blocks[0] < 0.35 * blocks[1]


def test_a_grey_copy_has_one_ink(card: Rendered) -> None:
    def chroma(image: np.ndarray) -> float:
        lab = cv2.cvtColor(image, cv2.COLOR_BGR2LAB).astype(np.float64)
        return float(lab[..., 1:].std(axis=(0, 1)).mean())

    small = cv2.resize(
        ATTACKS["grey_copy"].apply(flat_canvas(card), np.random.default_rng(2)).image, card.image.shape[1::-1]
    )
    assert chroma(cv2.blur(small, (9, 9))) < 0.5 * chroma(cv2.blur(card.image, (9, 9)))


@pytest.mark.parametrize("seed", range(3))
def test_a_ribbon_leaves_its_lines(card: Rendered, seed: int) -> None:
    attacked = ATTACKS["dye_sublimation"].apply(flat_canvas(card), np.random.default_rng(seed))
    rows = attacked.image.mean(axis=2).mean(axis=1)
    spectrum = np.abs(np.fft.rfft((rows - cv2.blur(rows[:, None], (1, 25))[:, 0]) * np.hanning(len(rows))))
    frequencies = np.fft.rfftfreq(len(rows))
    samples_per_inch = pixels_per_inch(card) * FINENESS
    peaks = []
    for dpi in (300, 600):
        folded = abs((dpi / samples_per_inch + 0.5) % 1 - 0.5)
        near = np.abs(frequencies - folded) < 0.004
        around = (np.abs(frequencies - folded) < 0.05) & ~near
        peaks.append(spectrum[near].max() / np.median(spectrum[around]))
    assert max(peaks) > 8


def test_stripes_stand_side_by_side_and_keep_the_pixel() -> None:
    shown = np.random.default_rng(0).integers(30, 230, (6, 8, 3)).astype(np.uint8)
    fine = lit_subpixels(shown, Mosaic(stripe_screen.stripes(0.3, reverse=False), 3, 0.6)).astype(float)
    pixels = fine.reshape(6, 3, 8, 3, 3)
    assert pixels.mean(axis=(1, 3)) == pytest.approx(shown.astype(float), abs=1.0)
    for column, channel in enumerate((2, 1, 0)):
        lit = pixels[:, 0, :, column, channel]
        assert (lit > pixels[:, 0, :, (column + 1) % 3, channel]).all()
        assert (lit > pixels[:, 2, :, column, channel]).all()


def test_diamonds_have_two_greens_for_a_red_and_a_blue() -> None:
    mosaic = pentile_screen.diamonds()
    assert mosaic.mean(axis=(0, 1)) == pytest.approx([1.0, 1.0, 1.0])
    spots = [cv2.connectedComponents((mosaic[..., channel] > 0).astype(np.uint8))[0] - 1 for channel in range(3)]
    assert spots == [2, 4, 2]
    assert not ((mosaic[..., 0] > 0) & (mosaic[..., 2] > 0)).any()
    assert balanced(mosaic) == pytest.approx(mosaic)


@pytest.mark.parametrize("name", SCREENS)
def test_a_screens_colours_are_beside_one_another(card: Rendered, name: str) -> None:
    image = ATTACKS[name].apply(flat_canvas(card), np.random.default_rng(1)).image
    plain = cv2.resize(card.image, image.shape[1::-1])
    shared = []
    for each in (image, plain):
        place = each[500:1100, 500:1100].astype(np.float32)
        detail = place - cv2.blur(place, (9, 9))
        shared.append(np.corrcoef(detail[..., 2].ravel(), detail[..., 1].ravel())[0, 1])
    assert shared[0] < 0.4
    assert shared[1] > 0.7


def test_a_pasted_photograph_shows_another_face_with_an_edge(card: Rendered) -> None:
    attacked = ATTACKS["pasted_photo"].apply(flat_canvas(card), np.random.default_rng(3))
    x0, y0, x1, y1 = (round(value) for value in card.zones["portrait"])
    inside = attacked.mask[y0:y1, x0:x1].mean()
    assert inside > 0.97
    assert attacked.mask.mean() < 2 * (x1 - x0) * (y1 - y0) / attacked.mask.size
    gap = np.abs(attacked.image.astype(int) - card.image).mean(axis=2)
    assert gap[y0:y1, x0:x1].mean() > 8
