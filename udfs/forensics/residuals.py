"""Baseline signals of the pixels, each a pure function of a luma or colour plane; finite for every picture."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from udfs.images.decode import Image

Plane = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]
ELA_QUALITY = 90
BLOCK = 8
FIRST_HARMONICS = ((0, 1), (1, 0), (1, 1))  # low frequencies keep many non-zero coefficients
HISTOGRAM = 128
SMOOTHING = 9
LEAST_ZONE = 256  # px: a smaller zone has no statistics


def luma_of(image: Image) -> Plane:
    """Luma float32 [h, w], 0 to 255."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.float32)


def recompression(image: Image) -> tuple[float, float]:
    """Error level analysis: mean, and spread over blocks of 8, of what a JPEG of quality 90 changes (grey levels)."""
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, ELA_QUALITY])
    again = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)
    blue, green, red = cv2.split(cv2.absdiff(image, again))
    change = np.asarray(cv2.max(cv2.max(blue, green), red), np.float32)
    blocks = _block_means(change)
    return float(change.mean(dtype=np.float64)), float(blocks.std(dtype=np.float64))


def block_cosines(luma: Plane) -> Plane:
    """The 8x8 DCT of every whole block on the picture's own grid: float32 [rows, columns, 8, 8]."""
    rows, columns = luma.shape[0] // BLOCK, luma.shape[1] // BLOCK
    blocks = luma[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK).transpose(0, 2, 1, 3) - 128
    order, place = np.arange(BLOCK)[:, None], np.arange(BLOCK)[None, :]
    basis = (np.cos(np.pi * (2 * place + 1) * order / (2 * BLOCK)) * 0.5).astype(np.float32)
    basis[0] /= np.float32(np.sqrt(2))
    return np.asarray(np.einsum("ux,rcxy,vy->rcuv", basis, blocks, basis, optimize=True), np.float32)


def double_compression(cosines: Plane, steps: Sequence[float]) -> float:
    """Strongest period in the histograms of three low frequencies, as a share of their spectrum (Popescu 2004); 0 to 1.

    An earlier, coarser quantization leaves empty or doubled bins at regular distances, which stand out as a peak of
    the histogram's own spectrum.

    Args:
        cosines: float32 [rows, columns, 8, 8] on the file's own grid.
        steps: the file's own quantization steps at `FIRST_HARMONICS`, so that its own comb is not counted.
    """
    strongest = 0.0
    for (row, column), step in zip(FIRST_HARMONICS, steps, strict=True):
        levels = np.round(cosines[:, :, row, column].ravel() / max(step, 1.0)).astype(np.int64)
        inside = levels[(np.abs(levels) < HISTOGRAM) & (levels != 0)]  # flat blocks say nothing of a comb
        counts = np.bincount(inside + HISTOGRAM, minlength=2 * HISTOGRAM).astype(np.float64)
        rough = counts - np.convolve(counts, np.ones(SMOOTHING) / SMOOTHING, mode="same")
        spectrum = np.abs(np.fft.rfft(rough))[SMOOTHING:]
        total = float(spectrum.sum())
        strongest = max(strongest, float(spectrum.max()) / total if total > 0 else 0.0)
    return strongest


def blockiness(luma: Plane) -> float:
    """How much larger steps across the borders of 8x8 blocks are than within, as a logarithm; 0 without a grid."""
    steps = np.abs(np.diff(luma, axis=1)).mean(axis=0, dtype=np.float64)
    if len(steps) < 2 * BLOCK:
        return 0.0
    at_border = np.arange(len(steps)) % BLOCK == BLOCK - 1
    return float(np.log((steps[at_border].mean() + 0.01) / (steps[~at_border].mean() + 0.01)))


def residual_over_activity(luma: Plane) -> Plane:
    """Logarithm of noise energy over local activity per block of 8: float32 [h / 8, w / 8]."""
    fine = luma - np.asarray(cv2.medianBlur(luma.astype(np.uint8), 3), np.float32)
    mean = np.asarray(cv2.blur(luma, (BLOCK, BLOCK)), np.float32)
    activity = np.asarray(cv2.blur((luma - mean) ** 2, (BLOCK, BLOCK)), np.float32)
    return np.log((_block_means(fine**2) + 0.1) / (_block_means(activity) + 1.0)).astype(np.float32)


def zone_contrast(ratio: Plane, zones: list[Box]) -> tuple[float, float]:
    """How far the oddest zone's residual stands from the other zones': robust standard deviations, and how many zones.

    Args:
        ratio: what `residual_over_activity` gave.
        zones: boxes in pixels of the picture.
    """
    means = []
    for x0, y0, x1, y1 in zones:
        if (x1 - x0) * (y1 - y0) < LEAST_ZONE:
            continue
        part = ratio[max(0, int(y0) // BLOCK) : int(y1) // BLOCK + 1, max(0, int(x0) // BLOCK) : int(x1) // BLOCK + 1]
        if part.size:
            means.append(float(np.median(part)))
    if len(means) < 3:
        return 0.0, float(len(means))
    values = np.asarray(means)
    middle = np.median(values)
    spread = 1.4826 * float(np.median(np.abs(values - middle))) + 0.05  # 0.05: below that zones differ by content alone
    return float(np.abs(values - middle).max() / spread), float(len(means))


def chroma(image: Image) -> tuple[float, float]:
    """Spread of colour in grey levels, and chroma noise over luma noise; a copy in grey has neither."""
    planes = cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2YCrCb))
    spread = float(np.hypot(*(cv2.meanStdDev(plane)[1][0, 0] for plane in planes[1:])))
    rough = [cv2.mean(cv2.absdiff(plane[:, 1:], plane[:, :-1]))[0] for plane in planes]
    return spread, (rough[1] + rough[2]) / (rough[0] + 0.1)


def _block_means(plane: Plane) -> Plane:
    rows, columns = max(1, plane.shape[0] // BLOCK), max(1, plane.shape[1] // BLOCK)
    part = plane[: rows * BLOCK, : columns * BLOCK]
    size = (columns, rows)
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.float32)
