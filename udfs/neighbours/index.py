"""The one door to faiss: nearest neighbours by inner product or Hamming distance, with fixed threads."""

from dataclasses import dataclass

import faiss
import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

FLAT_ROWS = 20_000  # below it an exact scan takes a second
PROBES = 32  # recall above .98 at 500 k rows
CANDIDATES = 4  # times k that IVF hands to the exact re-ranking
TRAINING_ROWS_PER_LIST = 64
DECIMALS = 6  # float32 sums differ in the seventh with the order of a BLAS kernel


@dataclass(frozen=True)
class Neighbours:
    """Nearest rows of a gallery.

    Attributes:
        rows: int64 [n, k], row in the gallery, nearest first; -1 where there are fewer than k.
        scores: float64 [n, k], inner product or Hamming distance; nan where there is none.
    """

    rows: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float64]


def by_cosine(gallery: Vectors, queries: Vectors, *, k: int, threads: int = 1) -> Neighbours:
    """The k rows of unit vectors [m, d] nearest to each of [n, d]: exact when few, else IVF with exact re-ranking."""
    faiss.omp_set_num_threads(threads)
    index = _flat(gallery) if len(gallery) <= FLAT_ROWS else _inverted(gallery)
    asked = min(len(gallery), k if len(gallery) <= FLAT_ROWS else CANDIDATES * k)
    _, rows = index.search(_contiguous(queries), asked)
    return _reranked(gallery, queries, rows, k)


def by_hamming(codes: npt.NDArray[np.uint8], *, k: int, threads: int = 1) -> Neighbours:
    """The k rows of packed bits [n, bytes] nearest to each, itself among them; equal distances by row."""
    faiss.omp_set_num_threads(threads)
    index = faiss.IndexBinaryFlat(8 * codes.shape[1])
    index.add(np.ascontiguousarray(codes))
    distances, rows = index.search(np.ascontiguousarray(codes), min(k, len(codes)))
    order = np.lexsort((rows, distances), axis=1)
    return Neighbours(
        rows=np.take_along_axis(rows, order, 1).astype(np.int64),
        scores=np.take_along_axis(distances, order, 1).astype(np.float64),
    )


def _flat(gallery: Vectors) -> faiss.Index:
    """An exact index."""
    index = faiss.IndexFlatIP(gallery.shape[1])
    index.add(_contiguous(gallery))
    return index


def _inverted(gallery: Vectors) -> faiss.Index:
    """An inverted file with about sqrt(n) lists, trained on an even sample of the rows as they come."""
    lists = int(4 * np.sqrt(len(gallery)))
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(gallery.shape[1]), gallery.shape[1], lists, faiss.METRIC_INNER_PRODUCT)
    step = max(1, len(gallery) // (TRAINING_ROWS_PER_LIST * lists))
    index.train(_contiguous(gallery[::step]))
    index.add(_contiguous(gallery))
    index.nprobe = PROBES
    return index


def _reranked(gallery: Vectors, queries: Vectors, rows: npt.NDArray[np.int64], k: int) -> Neighbours:
    """Candidate rows [n, c] by exact rounded inner product, ties by row, cut to k."""
    exact = np.full(rows.shape, -np.inf)
    for position, candidates in enumerate(rows):
        known = candidates >= 0
        exact[position, known] = gallery[candidates[known]].astype(np.float64) @ queries[position].astype(np.float64)
    exact = np.round(exact, DECIMALS)
    order = np.lexsort((rows, -exact), axis=1)[:, :k]
    scores = np.take_along_axis(exact, order, 1)
    return Neighbours(rows=np.take_along_axis(rows, order, 1), scores=np.where(np.isfinite(scores), scores, np.nan))


def _contiguous(vectors: Vectors) -> Vectors:
    """The same as faiss wants it."""
    return np.ascontiguousarray(vectors, dtype=np.float32)
