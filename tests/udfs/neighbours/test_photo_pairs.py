from collections import Counter

import cv2
import numpy as np
import pandas as pd
import pytest

from conf.settings import LinkSettings
from tests.fakes_linking import png, sha
from udfs.images.rectify import homography
from udfs.neighbours.campaigns import Bounds, find_groups, pair_ties
from udfs.neighbours.examination import examine_portraits, with_patches
from udfs.neighbours.photo_pairs import nearest_pairs, photo_pairs
from udfs.neighbours.portrait_agreement import FULLY, agreements, between, closer
from udfs.neighbours.portrait_patches import SIZE, open_patches, portrait_patch, rectangle_on_plate
from udfs.neighbours.portrait_registration import registered
from udfs.neighbours.thresholds import mixed_threshold
from udfs.neighbours.ties import tie
from udfs.reading.lines import moved_box
from udfs.specimens.portraits import draw_portrait

PRINTED = (108, 136)
STRANGERS, COPIES = 30, 3


def photo(face: int, shot: int) -> np.ndarray:
    return np.asarray(cv2.cvtColor(draw_portrait(face, shot, PRINTED), cv2.COLOR_BGR2GRAY), np.uint8)


def copy(picture: np.ndarray, rng: np.random.Generator) -> bytes:
    """The photograph printed and captured again: cropped by another box, in other light, softer, with noise."""
    width, height = PRINTED
    left, top, right, bottom = rng.uniform(-0.06, 0.08, 4) * [width, height, width, height]
    source = np.float32([[left, top], [width - right, top], [width - right, height - bottom], [left, height - bottom]])
    target = np.float32([[0, 0], [SIZE[0], 0], SIZE, [0, SIZE[1]]])
    soft = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.8, 1.6))
    warp = cv2.getPerspectiveTransform(source, target)
    cut = cv2.warpPerspective(soft, warp, SIZE, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE).astype(float)
    light = rng.uniform(0.75, 1.05) * (1 + rng.uniform(-0.12, 0.12) * np.linspace(-1, 1, SIZE[0]))
    return np.clip(np.rint(cut * light + rng.normal(0, 1.2, cut.shape)), 0, 255).astype(np.uint8).tobytes()


@pytest.fixture(scope="module")
def gallery() -> list[bytes]:
    """Three copies of one photograph, another photograph of that face, then strangers."""
    rng = np.random.default_rng(11)
    patches = [copy(photo(500, 1), rng) for _ in range(COPIES)] + [copy(photo(500, 2), rng)]
    return patches + [copy(photo(1000 + face, face), rng) for face in range(STRANGERS)]


def stripes() -> bytes:
    """What a barcode leaves in a patch."""
    row = np.where(np.random.default_rng(3).random(SIZE[0]) < 0.5, 20, 240)
    return np.tile(row, (SIZE[1], 1)).astype(np.uint8).tobytes()


def test_only_copies_of_one_photograph_are_tied(gallery: list[bytes]) -> None:
    found = photo_pairs(gallery, least=0.995, rate=1e-5, neighbours=20)
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2)]
    assert found.threshold >= 0.995
    assert found.agreement.min() >= found.threshold
    assert found.shown.all()


def test_two_portraits_alone_are_compared_by_the_least_agreement(gallery: list[bytes]) -> None:
    found = photo_pairs(gallery[:2], least=0.995, rate=1e-5, neighbours=20)
    assert (found.left.tolist(), found.right.tolist(), found.threshold) == ([0], [1], 0.995)
    assert photo_pairs(gallery[:1], least=0.995, rate=1e-5, neighbours=20).compared == 0


def test_what_shows_no_face_is_not_compared(gallery: list[bytes]) -> None:
    found = photo_pairs([*gallery, stripes(), stripes()], least=0.995, rate=1e-5, neighbours=20)
    assert found.shown.tolist() == [True] * len(gallery) + [False, False]
    assert found.right.max() < len(gallery)


def test_one_photograph_on_three_persons_accounts_is_a_campaign_and_on_one_persons_is_none(
    gallery: list[bytes],
) -> None:
    found = photo_pairs(gallery, least=0.995, rate=1e-5, neighbours=20)
    rows = [
        (f"d{one:02d}", f"d{other:02d}", "portrait_photo", tie("portrait_photo", agreed, found.threshold))
        for one, other, agreed in zip(found.left.tolist(), found.right.tolist(), found.agreement.tolist(), strict=True)
    ]
    pairs = pair_ties(pd.DataFrame(rows, columns=["left_doc", "right_doc", "kind", "tie"]))
    owners = {f"d{number:02d}": f"p{number}" for number in range(len(gallery))}
    bounds = Bounds(documents=3, accounts=2, tie=0.5)
    assert find_groups(pairs, owners, bounds) == (frozenset({"d00", "d01", "d02"}),)
    assert find_groups(pairs, dict.fromkeys(owners, "p"), bounds) == ()


def test_empty_ground_is_compared_with_nothing() -> None:
    flat = np.full(SIZE[0] * SIZE[1], 120, np.uint8).tobytes()
    found = photo_pairs([flat, flat, stripes()], least=0.995, rate=1e-5, neighbours=20)
    assert len(found.left) == 0


def test_another_photograph_of_the_face_agrees_less_than_a_copy(gallery: list[bytes]) -> None:
    patches = open_patches(gallery)
    warps = registered(patches).warps
    left, right = np.array([0, 0]), np.array([1, 3])
    starts = between(warps[left], warps[right])
    laid = np.stack([closer(patches[0], patches[at], start, FULLY) for at, start in zip((1, 3), starts, strict=True)])
    copies, other = agreements(patches, left, right, laid).tolist()
    assert copies > 0.995 > other
    assert 1 - other > 2 * (1 - copies)


def explained(by: np.ndarray, of: np.ndarray) -> float:
    """The slow twin of a pair that lies on one another: light projected out by least squares, then a ridge."""
    fields = [by, *np.gradient(by)]
    across, down = np.meshgrid(np.linspace(-1, 1, SIZE[0]), np.linspace(-1, 1, SIZE[1]))
    terms = [np.ones_like(across), across, down]
    told = [field * term for field in fields for term in terms] + [cv2.Laplacian(by, -1)]
    light = np.stack([term[4:-4, 4:-4].ravel() for term in (*terms, across**2, across * down, down**2)], axis=1)
    rows = np.stack([each[4:-4, 4:-4].ravel() for each in (of, *told)], axis=1).astype(float)
    rows -= light @ np.linalg.lstsq(light, rows)[0]
    wanted, columns = rows[:, 0], rows[:, 1:]
    ridge = 1e-3 * np.mean((columns**2).sum(axis=0)) + 1e-9
    rest = wanted - columns @ np.linalg.solve(columns.T @ columns + ridge * np.eye(10), columns.T @ wanted)
    return float(np.sqrt(1 - rest @ rest / (wanted @ wanted)))


def test_agreement_is_that_of_its_slow_twin(gallery: list[bytes]) -> None:
    patches = open_patches(gallery[:6])
    left, right = np.triu_indices(len(patches), 1)
    asis = np.tile(np.eye(2, 3, dtype=np.float32), (len(left), 1, 1))
    soft = [cv2.GaussianBlur(patch, (0, 0), 1.0) for patch in patches]
    fast = [each - cv2.GaussianBlur(each, (0, 0), 4.0) for each in soft]
    fast = [each / each.std() for each in fast]
    plain = [
        min(explained(fast[one], fast[other]), explained(fast[other], fast[one]))
        for one, other in zip(left.tolist(), right.tolist(), strict=True)
    ]
    assert agreements(patches, left, right, asis) == pytest.approx(plain, abs=1e-5)


def test_two_that_hardly_overlap_do_not_agree(gallery: list[bytes]) -> None:
    patches = open_patches(gallery[:1])
    aside = np.array([[[1, 0, 36], [0, 1, 0]]], np.float32)
    assert agreements(patches, np.array([0]), np.array([0]), aside).tolist() == [0.0]


def test_every_portrait_is_paired_with_its_nearest_whoever_asks() -> None:
    angles = np.array([0.0, 0.1, 0.2, 2.0])
    left, right = nearest_pairs(np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32), 1)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (1, 2), (2, 3)]


@pytest.mark.parametrize("degrees", [0.0, 7.0, 25.0, 90.0, 183.0])
def test_a_turned_portraits_box_gives_its_rectangle_back(degrees: float) -> None:
    turn, frame = np.deg2rad(degrees), np.array([[0, 0], [856, 0], [856, 540], [0, 540]], float)
    corners = (frame @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + 900).astype(np.float32)
    to_image = homography(corners, (192, 121))
    place = rectangle_on_plate(to_image, moved_box((10.0, 30.0, 62.0, 95.0), to_image))
    assert place == pytest.approx((10.0, 30.0, 62.0, 95.0), abs=0.05)


def test_a_card_turned_by_half_a_right_angle_does_not_tell_its_portraits_sides() -> None:
    square = np.array([[0, -400], [400, 0], [0, 400], [-400, 0]], np.float32) + 500
    to_image = homography(square, (192, 192))
    assert rectangle_on_plate(to_image, moved_box((10.0, 30.0, 62.0, 95.0), to_image)) is None


def test_a_patch_is_the_portrait_on_the_plate() -> None:
    plate = np.full((121, 192), 200, np.uint8)
    plate[30:90, 10:58] = cv2.resize(photo(7, 7), SIZE, interpolation=cv2.INTER_AREA)
    frame = [-0.5, -0.5, 191.5, -0.5, 191.5, 120.5, -0.5, 120.5]
    patch = portrait_patch(png(plate), frame, (9.5, 29.5, 57.5, 89.5))
    assert patch is not None
    assert np.abs(open_patches([patch])[0] - plate[30:90, 10:58]).mean() < 1.0
    assert portrait_patch(png(plate), frame, (9.5, 29.5, 19.5, 41.5)) is None
    assert portrait_patch(png(plate), [0.0] * 8, (9.5, 29.5, 57.5, 89.5)) is None


def test_a_few_related_pairs_do_not_move_the_threshold() -> None:
    rng = np.random.default_rng(8)
    strangers = rng.normal(2.7, 0.75, 600)
    clean, dirty = (
        mixed_threshold(scores, 1e-4) for scores in (strangers, np.concatenate([strangers, rng.normal(6.8, 0.8, 50)]))
    )
    assert clean == pytest.approx(2.7 + 3.72 * 0.75, abs=0.35)
    assert dirty == pytest.approx(clean, abs=0.35)
    assert mixed_threshold(strangers[:10], 1e-4) == float("inf")


def examined(patches: list[bytes | None], vectors: np.ndarray) -> list[tuple[str, str, str]]:
    names = [sha(number) for number in range(len(patches))]
    contents = pd.DataFrame({"sha256": names, "portrait": list(vectors), "patch": patches})
    found = examine_portraits(LinkSettings())(contents.sample(frac=1.0, random_state=1))
    ways = ["pixels" if "pixels" in evidence else "vectors" for evidence in found["evidence"]]
    return sorted(zip(found["left_sha"], found["right_sha"], ways, strict=True))


def test_pixels_decide_where_both_portraits_have_them_and_vectors_elsewhere(gallery: list[bytes]) -> None:
    rng = np.random.default_rng(4)
    vectors = rng.normal(size=(len(gallery), 64)).astype(np.float32)
    vectors[5] = vectors[4]  # the vectors agree and the pixels do not
    vectors[7] = vectors[6]  # one of these has no plate
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    patches: list[bytes | None] = list(gallery)
    patches[7] = None
    pixels = {(sha(0), sha(1), "pixels"), (sha(0), sha(2), "pixels"), (sha(1), sha(2), "pixels")}
    assert set(examined(patches, vectors)) == pixels | {(sha(6), sha(7), "vectors")}
    assert Counter(way for _, _, way in examined([None] * len(gallery), vectors)) == {"vectors": 2}


def test_a_portrait_without_plate_or_place_travels_without_patch() -> None:
    frame, box = [-0.5, -0.5, 191.5, -0.5, 191.5, 120.5, -0.5, 120.5], [9.5, 29.5, 57.5, 89.5]
    plate = png(np.full((121, 192), 90, np.uint8))
    contents = pd.DataFrame(
        {
            "sha256": ["a", "b", "c"],
            "portrait": [[1.0], [1.0], [1.0]],
            "luma": [plate, None, plate],
            "corners": [frame, frame, frame],
            "portrait_box": [box, box, None],
        }
    )
    assert with_patches(contents)["patch"].notna().tolist() == [True, False, False]
