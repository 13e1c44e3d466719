"""One design's contents compared with one another, as a worker does it: its template, near copies, template ties."""

import json
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from conf.settings import LinkSettings
from udfs.neighbours.near_copies import BITS, MIN_QUALITY, near_copies
from udfs.neighbours.photo_pairs import photo_pairs
from udfs.neighbours.plates import ALIGN_SIZE, aligned_plates, for_scoring, template
from udfs.neighbours.portrait_patches import portrait_patch
from udfs.neighbours.portraits import portrait_pairs
from udfs.neighbours.template_pairs import template_pairs

PAIR_DDL = "kind string, left_sha string, right_sha string, similarity double, evidence string"
PAIR_COLUMNS = ["kind", "left_sha", "right_sha", "similarity", "evidence"]
FOUND_DDL = f"design string, documents int, median array<float>, spread array<float>, {PAIR_DDL}"
PATCHED_DDL = "sha256 string, portrait array<float>, patch binary"
FOUND_COLUMNS = ["design", "documents", "median", "spread", *PAIR_COLUMNS]
DECIMALS = 4  # what a pinned BLAS repeats on every partitioning
NO_DESIGN = "-"

Examine = Callable[[pd.DataFrame], pd.DataFrame]


def examine_design(settings: LinkSettings) -> Examine:
    """Worker function over the contents of one design: a row without pair for its template, then a row a pair.

    Contents have sha256, design, pdq, pdq_quality, portrait and luma; the template's row has `kind` null.
    """

    def examine(contents: pd.DataFrame) -> pd.DataFrame:
        ordered = contents.sort_values("sha256", ignore_index=True)
        design = str(ordered["design"].iloc[0])
        found = [_near_copies(ordered, settings)]
        if design != NO_DESIGN:
            found += _template(ordered, settings)
        return _complete([part for part in found if len(part)], design)

    return examine


def examine_portraits(settings: LinkSettings) -> Examine:
    """Worker function over all contents with a portrait (sha256, portrait, patch): pairs of one photo.

    Where both have a patch that shows a face its pixels decide, elsewhere (a selfie, a small card) the vectors do.
    """

    def examine(contents: pd.DataFrame) -> pd.DataFrame:
        ordered = contents.sort_values("sha256", ignore_index=True)
        by_pixels, shown = _photos(ordered, settings)
        by_vectors = _embedded_photos(ordered, shown, settings)
        return pd.concat([by_pixels, by_vectors], ignore_index=True) if len(by_pixels) else by_vectors

    return examine


def with_patches(contents: pd.DataFrame) -> pd.DataFrame:
    """Contents (sha256, portrait, luma, corners, portrait_box) as sha256, portrait and patch, null where none is."""
    patches = [
        None if luma is None or corners is None or box is None else portrait_patch(luma, corners, box)
        for luma, corners, box in zip(contents["luma"], contents["corners"], contents["portrait_box"], strict=True)
    ]
    return pd.DataFrame(
        {"sha256": contents["sha256"], "portrait": contents["portrait"], "patch": pd.Series(patches, dtype=object)}
    )


def _photos(contents: pd.DataFrame, settings: LinkSettings) -> tuple[pd.DataFrame, npt.NDArray[np.bool_]]:
    """Pairs whose patches agree, and which contents [n] have a patch that shows a face."""
    rows = np.flatnonzero(contents["patch"].notna())
    shown = np.zeros(len(contents), dtype=bool)
    if not len(rows):
        return pd.DataFrame(columns=PAIR_COLUMNS), shown
    found = photo_pairs(
        list(contents["patch"].iloc[rows]),
        least=settings.portrait_agreement,
        rate=settings.false_match_rate,
        neighbours=settings.neighbours,
    )
    shown[rows] = found.shown
    facts: dict[str, object] = {"threshold": round(found.threshold, DECIMALS), "compared": found.compared}
    ends = (rows[found.left], rows[found.right])
    return _pairs("portrait_photo", contents, ends, (found.agreement, facts | {"by": "pixels"})), shown


def _embedded_photos(contents: pd.DataFrame, shown: npt.NDArray[np.bool_], settings: LinkSettings) -> pd.DataFrame:
    """Pairs whose vectors agree, where not both patches show a face."""
    vectors = np.stack([np.asarray(vector, np.float32) for vector in contents["portrait"]])
    found = portrait_pairs(
        vectors, least=settings.portrait_similarity, rate=settings.false_match_rate, neighbours=settings.neighbours
    )
    facts: dict[str, object] = {"threshold": round(found.threshold, DECIMALS), "unrelated_pairs": found.unrelated}
    alone = ~(shown[found.left] & shown[found.right])
    ends = (found.left[alone], found.right[alone])
    return _pairs("portrait_photo", contents, ends, (found.cosine[alone], facts | {"by": "vectors"}))


def _complete(parts: list[pd.DataFrame], design: str) -> pd.DataFrame:
    """Rows of all parts with every column, null where a part has none."""
    frame = pd.concat([pd.DataFrame(columns=FOUND_COLUMNS, dtype=object), *(part.astype(object) for part in parts)])
    frame["design"] = design
    return frame[FOUND_COLUMNS].where(frame[FOUND_COLUMNS].notna(), None)


def _template(contents: pd.DataFrame, settings: LinkSettings) -> list[pd.DataFrame]:
    """The design's own row, and its template ties where it has documents enough for a median."""
    plated = contents[contents["luma"].notna()].reset_index(drop=True)
    if len(plated) < settings.min_design_documents:
        return [pd.DataFrame({"documents": [len(contents)], "median": [None], "spread": [None]})]
    aligned = aligned_plates(list(plated["luma"]))
    picture = template(aligned)
    own = pd.DataFrame({"documents": [len(contents)], "median": [picture.median], "spread": [picture.spread]})
    found = template_pairs(for_scoring(aligned), rate=settings.false_match_rate, least_z=settings.template_z)
    facts = {
        "threshold": round(found.threshold, DECIMALS),
        "fitted_on": found.fitted,
        "compared": len(plated),
        "size": list(ALIGN_SIZE),
    }
    return [own, _pairs("template", plated, (found.left, found.right), (np.round(found.z, 2), facts))]


def _near_copies(contents: pd.DataFrame, settings: LinkSettings) -> pd.DataFrame:
    """Near copies among contents with a hash that can be trusted; another portrait photo in it refutes one."""
    hashed = contents[contents["pdq"].notna() & (contents["pdq_quality"] >= MIN_QUALITY)].reset_index(drop=True)
    if len(hashed) < 2:
        return pd.DataFrame(columns=PAIR_COLUMNS)
    found = near_copies(list(hashed["pdq"]), most_bits=settings.near_copy_bits, neighbours=settings.neighbours)
    agree = np.array(
        [
            _same_portrait(hashed["portrait"].iloc[left], hashed["portrait"].iloc[right], settings.portrait_similarity)
            for left, right in zip(found.left.tolist(), found.right.tolist(), strict=True)
        ],
        dtype=bool,
    )
    facts: dict[str, object] = {"threshold": round(1.0 - found.limit / BITS, DECIMALS), "limit_bits": found.limit}
    similarity = 1.0 - found.bits / BITS
    return _pairs("near_copy", hashed, (found.left[agree], found.right[agree]), (similarity[agree], facts))


def _same_portrait(left: object, right: object, least: float) -> bool:
    """Whether two portrait vectors may be of one photo; an unknown one does not refute."""
    if left is None or right is None:
        return True
    return float(np.dot(np.asarray(left, np.float64), np.asarray(right, np.float64))) >= least


def _pairs(
    kind: str,
    contents: pd.DataFrame,
    ends: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    found: tuple[npt.NDArray[np.float64], dict[str, object]],
) -> pd.DataFrame:
    """Rows of pairs from row numbers, similarities and the facts that hold for all of them."""
    digests = contents["sha256"].to_numpy(dtype=object)
    similarity, facts = found
    return pd.DataFrame(
        {
            "kind": kind,
            "left_sha": digests[ends[0]],
            "right_sha": digests[ends[1]],
            "similarity": np.round(similarity, DECIMALS).astype(np.float64),
            "evidence": json.dumps(facts, sort_keys=True),
        }
    )
