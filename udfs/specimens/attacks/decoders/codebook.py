"""A decoder that knows a picture as words of a codebook."""

from collections.abc import Iterator, Sequence
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks.decoders.convolution import convolve, fit, with_constant
from udfs.specimens.attacks.decoders.latents import from_blocks, sampled_patches, to_blocks
from udfs.specimens.attacks.decoders.reconstruct import Autoencoder

Colour = npt.NDArray[np.float32]

SIDE = 4
WORDS = 96
ROUNDS = 6
BOOKS = 8


def codebook(source: Colour, rng: np.random.Generator) -> Iterator[Autoencoder]:
    """Soft means and words of patches: each further book is for what the last ones missed; a last layer smooths."""
    missed = sampled_patches(source - _means(source), SIDE, rng)
    books: list[Colour] = []
    for _ in range(BOOKS):
        books.append(_centres(missed, rng))
        missed = missed - books[-1][_nearest(missed, books[-1])]
        spelt = _spelt(books, source)
        kernel = fit(with_constant(spelt), source, rng)
        yield partial(_smoothed, tuple(books), kernel)


def _smoothed(books: Sequence[Colour], kernel: Colour, picture: Colour) -> Colour:
    return convolve(with_constant(_spelt(books, picture)), kernel)


def _spelt(books: Sequence[Colour], picture: Colour) -> Colour:
    """A picture [h, w, c] in the words of the books."""
    base = _means(picture)
    missed = to_blocks(picture - base, SIDE)
    words = np.zeros_like(missed)
    for book in books:
        words += book[_nearest(missed - words, book)]
    return base + from_blocks(words, SIDE, picture.shape)


def _means(picture: Colour) -> Colour:
    """The means of blocks, drawn out smoothly."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (-(-width // SIDE), -(-height // SIDE)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _centres(vectors: Colour, rng: np.random.Generator) -> Colour:
    """Centres [WORDS, d] of clusters of vectors [n, d]."""
    centres = vectors[rng.permutation(len(vectors))[:WORDS]]
    for _ in range(ROUNDS):
        nearest = _nearest(vectors, centres)
        member = np.asarray(nearest[:, None] == np.arange(len(centres)), np.float32)
        size = member.sum(axis=0)[:, None]
        centres = np.where(size > 0, member.T @ vectors / np.maximum(size, 1), centres)
    return np.asarray(centres, dtype=np.float32)


def _nearest(vectors: Colour, centres: Colour) -> npt.NDArray[np.int64]:
    """Number [...] of the centre next to each vector [..., d]."""
    return np.asarray(((centres**2).sum(axis=1) - 2 * vectors @ centres.T).argmin(axis=-1))
