"""Where the document lies in a photograph: four corners, which way up it is, and how sure we are."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from udfs.nets.blocks import Conv, Floats, Image, Residual, device_of, run_padded
from udfs.nets.quads import Frame, best_quad, frame_of, letterbox, unit_square

INPUT = 192  # a document that fills half of the frame is 90 px wide; the second look has twice that
BATCH = 4
UPRIGHT_INPUT = 96
SECOND_LOOK_MARGIN = 0.12  # of the document's size: enough to hold the first look's error
FOUND_AT = 0.25


@dataclass(frozen=True)
class Corners:
    """A document found in an image.

    Attributes:
        points: float32 [4, 2], clockwise from the holder's top left, pixels of the image given.
        confidence: 0..1, falls with weak corners, with a quad that does not cover the document's mask.
        found: whether the confidence carries everything that depends on rectification.
    """

    points: Floats
    confidence: float
    found: bool


class CornerNet(nn.Module):
    """A small encoder-decoder: [n, 3, 192, 192] to corner heat, document mask and presence.

    The heat has one channel for all four corners, because which corner is the holder's top left is a global question
    that the second part (`upright`, on the rectified document) answers better.
    """

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        levels = (width, 2 * width, 3 * width, 4 * width, 4 * width)
        self.stem = Conv(3, levels[0], stride=2)
        self.down = nn.ModuleList(
            nn.Sequential(Conv(inside, outside, stride=2), Residual(outside)) for inside, outside in pairwise(levels)
        )
        self.side = nn.ModuleList(nn.Conv2d(inside, levels[1], 1) for inside in levels[1:])
        self.merge = nn.ModuleList(Conv(levels[1], levels[1]) for _ in levels[2:])
        self.maps = nn.Conv2d(levels[1], 2, 1)
        nn.init.constant_(self.maps.get_parameter("bias"), -3.0)  # corners are rare: begin by expecting none
        self.present = nn.Linear(levels[-1], 1)
        self.upright = nn.Sequential(
            Conv(3, 16, stride=2),
            Conv(16, 32, stride=2),
            Conv(32, 48, stride=2),
            Conv(48, 64, stride=2),
            nn.AdaptiveAvgPool2d(3),
            nn.Flatten(),
            nn.Linear(9 * 64, 4),
        )

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of [n, 2, 48, 48] (corner heat, document mask) and of presence [n]."""
        features = self.stem(images)
        scales = []
        for stage in self.down:
            features = stage(features)
            scales.append(features)
        present = self.present(features.amax(dim=(2, 3))).squeeze(1)
        joined = self.side[-1](scales[-1])
        for index in range(len(scales) - 2, -1, -1):
            finer = self.side[index](scales[index])
            joined = self.merge[index](finer + nn.functional.interpolate(joined, scale_factor=2.0, mode="nearest"))
        return self.maps(joined), present

    def look(self, images: Tensor) -> Tensor:
        """Probabilities in one tensor [n, 3, 48, 48]: heat, mask, and presence spread over its plane."""
        maps, present = self(images)
        spread = present[:, None, None, None].expand(-1, 1, *maps.shape[2:])
        return torch.sigmoid(torch.cat([maps, spread], dim=1))


def find_corners(net: CornerNet, images: Sequence[Image]) -> list[Corners]:
    """Find one document per image: a look at the whole frame, a second one at the place found, then which way up."""
    if not images:
        return []
    first = _look(net, images, [frame_of(image.shape[:2], INPUT) for image in images])
    frames = [_around(quad, image.shape[:2]) for (quad, _), image in zip(first, images, strict=True)]
    second = _look(net, images, frames)
    chosen = [_better(wide, close) for wide, close in zip(first, second, strict=True)]
    turns = _quarter_turns(net, images, [quad for quad, _ in chosen])
    return [
        Corners(np.roll(quad, -turn, axis=0).astype(np.float32), confidence, confidence >= FOUND_AT)
        for (quad, confidence), turn in zip(chosen, turns, strict=True)
    ]


def _look(net: CornerNet, images: Sequence[Image], frames: Sequence[Frame]) -> list[tuple[Floats, float]]:
    """One pass of the net over a frame of each image: a quad in image pixels and its confidence."""
    small = [letterbox(image, frame, INPUT) for image, frame in zip(images, frames, strict=True)]
    seen = run_padded(net.look, small, BATCH, device_of(net))
    found = []
    for maps, frame in zip(seen, frames, strict=True):
        quad, agreement = best_quad(maps[0], maps[1])
        found.append((frame.to_image((quad + 0.5) * (INPUT / maps.shape[1]) - 0.5), float(agreement * maps[2, 0, 0])))
    return found


def _around(quad: Floats, shape: tuple[int, int]) -> Frame:
    """The frame of a second look: the quad's bounding box with a margin, cut at the image."""
    low, high = quad.min(axis=0), quad.max(axis=0)
    margin = SECOND_LOOK_MARGIN * float((high - low).max())
    return frame_of(shape, INPUT, (low - margin, high + margin))


def _better(wide: tuple[Floats, float], close: tuple[Floats, float]) -> tuple[Floats, float]:
    """The second look has more pixels to the corner; it is believed unless it lost the document."""
    return (close[0], max(close[1], wide[1])) if close[1] >= 0.6 * wide[1] else wide


def _quarter_turns(net: CornerNet, images: Sequence[Image], quads: Sequence[Floats]) -> list[int]:
    """Which corner of each clockwise quad is the holder's top left, 0..3."""
    squares = [upright_square(image, quad) for image, quad in zip(images, quads, strict=True)]
    logits = run_padded(net.upright, squares, BATCH, device_of(net))
    return [int(row.argmax()) for row in logits]


def upright_square(image: Image, quad: Floats) -> Image:
    """The document inside `quad` as a square of 96 px, shrunk by area so that text does not alias."""
    work = 3 * UPRIGHT_INPUT
    longest = max(float(np.linalg.norm(quad - np.roll(quad, 1, axis=0), axis=1).max()), 1.0)
    scale = min(1.0, work / longest)
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    ratio = np.array([size[0] / image.shape[1], size[1] / image.shape[0]], np.float32)
    warp = cv2.getPerspectiveTransform((quad * ratio).astype(np.float32), unit_square(work))
    flat = cv2.warpPerspective(small, warp, (work, work), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(flat, (UPRIGHT_INPUT, UPRIGHT_INPUT), interpolation=cv2.INTER_AREA), np.uint8)
