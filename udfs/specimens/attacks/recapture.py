"""A page printed or shown anew, in the genuine one's light: no reprint is told by being duller, softer or darker."""

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks.attacked import Attacked
from udfs.specimens.optics import CARD_RATIO
from udfs.specimens.rendered import Image, Rendered

Plane = npt.NDArray[np.float32]
Table = npt.NDArray[np.float64]

CARD_INCHES, PAGE_INCHES = 3.37, 4.92
COARSE = 4
# What a matched reprint may still be off, each way: shares of the mean, of the contrast and of the sharpness.
MEAN_REST, CONTRAST_REST, SHARPNESS_REST = 0.012, 0.02, 0.04
# A camera makes less of the fine detail of a finer page, which it reduces before it sees it: so much more it needs.
FINE_LIFT = 1.2
MOST_DETAIL = 1.2
DETAIL = 0.9  # pixels of the reduced picture; more would draw halos
STEPS = 3
SPREAD = np.array([1, 6, 1]) / 8


def pixels_per_inch(page: Rendered) -> float:
    """Pixels of the flat page per inch of the real document: an ID-1 card or a passport page."""
    height, width = page.image.shape[:2]
    return float(width / (CARD_INCHES if width / height > CARD_RATIO else PAGE_INCHES))


def whole_page(page: Rendered, made: Image, rng: np.random.Generator, *, neutral: bool = False) -> Attacked:
    """The page recaptured as a whole: `made` [H, W, 3], of any fineness, in the genuine page's light."""
    matched = recaptured(page.image, made, rng, neutral=neutral)
    return Attacked(matched, np.ones(page.image.shape[:2], dtype=np.bool_), ("page",))


def recaptured(genuine: Image, made: Image, rng: np.random.Generator, *, neutral: bool = False) -> Image:
    """`made` [H, W, 3] with mean, contrast and coarse sharpness of `genuine` [h, w, 3], up to a small random rest.

    Both show the same and may differ in fineness. What is matched is what a quarter of the genuine page's resolution
    shows, and detail that the making lost at half of it: dots, stripes and grain stay as they were made. A `neutral`
    one keeps one contrast for all channels, so that black stays black, and has the genuine page's mean colour as paper
    or light would give it.
    """
    aim = _reduced(genuine, genuine.shape, COARSE)
    rests = 1 + rng.uniform(-1, 1, 3) * (MEAN_REST, CONTRAST_REST, SHARPNESS_REST)
    mean = aim.mean(axis=(0, 1)) * rests[0]
    contrast = mean / mean.mean() * _grey(aim).std() if neutral else aim.std(axis=(0, 1))
    return _lit(_sharpened(made, genuine, float(rests[2])), genuine.shape, mean, contrast * rests[1])


def _reduced(image: Image | Plane, shape: tuple[int, ...], times: int) -> Plane:
    """The picture at so many times less than the given height and width, float32 BGR."""
    size = (max(2, shape[1] // times), max(2, shape[0] // times))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.float32)


def _grey(image: Plane) -> Plane:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.float32)


def _lit(image: Image, shape: tuple[int, ...], mean: Table, contrast: Table) -> Image:
    """Each channel scaled and moved to the mean and contrast [3] asked for; again, since what is clipped moves both."""
    gain, offset, lit = np.ones(3), np.zeros(3), image
    for _ in range(STEPS):
        coarse = _reduced(lit, shape, COARSE)
        step = contrast / np.maximum(coarse.std(axis=(0, 1)), 1e-3)
        gain, offset = gain * step, offset * step + mean - coarse.mean(axis=(0, 1)) * step
        table = np.arange(256, dtype=np.float64)[:, None] * gain + offset
        lit = np.asarray(cv2.LUT(image, np.clip(np.rint(table), 0, 255).astype(np.uint8)[None]), dtype=np.uint8)
    return lit


def _sharpened(image: Image, genuine: Image, rest: float) -> Image:
    """The picture with as much detail added as the making lost, and coarse detail taken away where it gained some.

    Detail at half the genuine page's resolution is only ever added: what dots and grain have of it is theirs.
    """
    half, aim = _reduced(image, genuine.shape, 2), _reduced(genuine, genuine.shape, 2)
    size = (half.shape[1], half.shape[0])
    added = np.zeros_like(half)
    for times, lift, least in ((1, FINE_LIFT, 0.0), (COARSE // 2, 1.0, -MOST_DETAIL)):
        missing = _missing_detail(
            _reduced(half + added, half.shape, times), _reduced(aim, half.shape, times), rest * lift, least
        )
        added += cv2.resize(missing, size, interpolation=cv2.INTER_LINEAR)
    size = (image.shape[1], image.shape[0])
    fine = cv2.resize(added, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.add(image, fine, dtype=cv2.CV_8U), dtype=np.uint8)


def _missing_detail(image: Plane, aim: Plane, rest: float, least: float) -> Plane:
    """What to add to the picture for `rest` times the aim's sharpness, at least `least` of the detail that it has.

    Sharpness is the Laplacian's variance over the picture's own, which no gain changes. Of picture + k * detail both
    variances are parabolas in k, and so is their difference, solved for k.
    """
    detail: Plane = image - np.asarray(cv2.GaussianBlur(image, (0, 0), DETAIL), dtype=np.float32)
    # What is left of it once it was enlarged by lines and reduced by areas again.
    left = np.asarray(cv2.sepFilter2D(detail, -1, SPREAD, SPREAD), dtype=np.float32)
    here, more, asked = _grey(image), _grey(left), _grey(aim)
    sought = rest * float(_laplacian(asked).var() / max(float(asked.var()), 1e-6))
    parabola = _variances(_laplacian(here), _laplacian(more)) - sought * _variances(here, more)
    return np.asarray(detail * np.float32(np.clip(_nearest_root(parabola), least, MOST_DETAIL)), dtype=np.float32)


def _laplacian(plane: Plane) -> Plane:
    return np.asarray(cv2.Laplacian(plane, cv2.CV_32F), dtype=np.float32)


def _variances(plane: Plane, added: Plane) -> Table:
    """Coefficients [3] of 1, k and k squared in the variance of plane + k * added."""
    both = np.cov(plane.ravel(), added.ravel())
    return np.array([both[0, 0], 2 * both[0, 1], both[1, 1]])


def _nearest_root(parabola: Table) -> float:
    """The root of a + b k + c k squared nearest to zero, or the vertex where there is none; 0 for a flat one."""
    constant, linear, square = (float(each) for each in parabola)
    if abs(square) < 1e-9:
        return 0.0
    # No less than 0, which gives the vertex.
    inside = float(np.sqrt(max(linear**2 - 4 * square * constant, 0.0)))
    return min(((-linear + sign * inside) / (2 * square) for sign in (1, -1)), key=abs)
