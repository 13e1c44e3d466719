"""Is a portrait photograph found again after print and recapture, and not another one of the same face?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jobs.evaluation.copy_pairs import Pairs, all_pairs, difference
from jobs.evaluation.designs import dhash, hamming, thumbnail
from jobs.evaluation.measures import EvaluationSettings, Measure, hit_at, resampled, share
from jobs.evaluation.persons import of_persons
from jobs.evaluation.portrait_copies import COPIES, Copy, edited, recaptured
from jobs.evaluation.portrait_photos import FAMILY, Photo, drawn_photos, folder_photos
from udfs.images.copies import copy_hash
from udfs.nets.embedding import EmbeddingNet, embed_portraits
from udfs.nets.opening import open_corners, open_portrait
from udfs.specimens.rendered import Image

PICTURES = 576  # 64 families of three photographs, each copied three times
FALSE_ALARMS = 0.001
BOX_FOUND = 0.7  # of intersection over union
UAP, GAP = "portrait_uap", "portrait_uap_gap"
TRAITS = {"sex": ("F", "M"), "age": ("younger", "older"), "skin": ("light", "dark")}


@dataclass(frozen=True)
class Gallery:
    """Copies whose portrait was found, of how many, and their pairs by the net and by each baseline."""

    copies: list[Copy]
    drawn: list[Copy]
    pairs: Pairs
    baselines: dict[str, Pairs]
    photos: Sequence[Photo]

    def rows(self, way: str) -> npt.NDArray[np.bool_]:
        """Which copies [n] came this way."""
        return np.array([way in copy.ways for copy in self.copies])

    def showing(self, trait: str, value: str) -> npt.NDArray[np.bool_]:
        """Which copies [n] show a face with this trait."""
        return np.array([self.photos[copy.photo].traits.get(trait) == value for copy in self.copies])

    def measure(self, segment: str, kept: npt.NDArray[np.bool_] | None = None) -> Measure:
        """Micro average precision of the pairs kept [m], the baselines over all pairs beside it where all are kept."""
        pictures = len(self.copies) if kept is None else len(np.unique([self.pairs.one[kept], self.pairs.two[kept]]))
        baselines = {name: pairs.precision() for name, pairs in self.baselines.items()} if kept is None else {}
        return Measure(UAP, segment, *self.pairs.estimate(kept), pictures, baselines)


def evaluate(settings: EvaluationSettings) -> list[Measure]:
    """Micro average precision of finding copies among all portraits, after edits and after print and recapture."""
    net = open_portrait(settings.folder)
    photos = drawn_photos(max(2, settings.samples // (FAMILY * COPIES)), settings.seed)
    printed = gallery(net, photos, _recaptured(settings, photos, "portraits"))
    drawn_over = gallery(net, photos, edited(photos, settings.seed))
    answers = [*_of_prints(printed, settings.seed), *_of_edits(drawn_over)]
    answers += of_persons(photos, printed.drawn, "all", settings.seed)
    if settings.portraits is not None:
        answers += _of_folder(settings, settings.portraits, net, (printed, drawn_over))
    return answers


def gallery(net: EmbeddingNet, photos: Sequence[Photo], drawn: list[Copy]) -> Gallery:
    """Every pair of the copies that were found, by the cosine of the net and by three baselines."""
    copies = [copy for copy in drawn if copy.picture is not None]
    pictures = [copy.picture for copy in copies if copy.picture is not None]
    shown = np.array([copy.photo for copy in copies], np.int64)
    families = np.array([photos[copy.photo].family for copy in copies], np.int64)
    small = np.stack([thumbnail(picture) for picture in pictures])
    likeness = {
        "dhash": -hamming(np.stack([dhash(picture) for picture in pictures])),
        "pdq": -hamming(np.stack([_pdq(picture) for picture in pictures])),
        "thumbnail": small @ small.T,
    }
    vectors = embed_portraits(net, pictures)
    baselines = {name: all_pairs(values, shown, families) for name, values in likeness.items()}
    return Gallery(copies, drawn, all_pairs(vectors @ vectors.T, shown, families), baselines, photos)


def _recaptured(settings: EvaluationSettings, photos: Sequence[Photo], what: str) -> list[Copy]:
    corners = open_corners(settings.folder)
    return recaptured(photos, settings.seed, corners, lambda done, total: settings.tell(what, done, total))


def _of_prints(printed: Gallery, seed: int) -> Iterator[Measure]:
    """Figures on printed and recaptured copies: all, abstentions, by chain, by trait."""
    whole = printed.measure("all")
    yield whole
    found, pairs = _share_of_pairs(printed), printed.pairs
    value, low, high = (each * found for each in (whole.value, whole.low, whole.high))
    yield Measure(UAP, "abstentions=errors", value, low, high, len(printed.drawn))
    yield _hits(printed, seed)
    yield from _finding(printed, "all")
    for way in sorted({way for copy in printed.copies for way in copy.ways}):
        yield printed.measure(f"chain={way}", pairs.either(printed.rows(way)))
    for trait, values in TRAITS.items():
        figures = [printed.measure(f"{trait}={value}", pairs.either(printed.showing(trait, value))) for value in values]
        yield from figures
        yield _gap(trait, *figures)


def _of_edits(drawn_over: Gallery) -> Iterator[Measure]:
    """Figures on edited copies: all, and pairs of which one is mirrored and the other is not."""
    yield replace(drawn_over.measure("all"), segment="chain=edited")
    mirrored, pairs = drawn_over.rows("mirrored"), drawn_over.pairs
    turned = mirrored[pairs.one] != mirrored[pairs.two]
    yield drawn_over.measure("edit=mirrored", turned)
    yield drawn_over.measure("edit=not mirrored", ~turned)


def _of_folder(
    settings: EvaluationSettings, folder: Path, net: EmbeddingNet, drawn: tuple[Gallery, Gallery]
) -> Iterator[Measure]:
    """The same questions of a folder's photographs, and the gap to as many drawn ones, each face shown once in both."""
    faces = sum(photo.shot == 0 for photo in drawn[0].photos)
    photos, bad = folder_photos(folder, faces, settings.seed)
    yield share("portraits_unusable", [True] * bad + [False] * len(photos), segment="portraits=folder")
    copies = _recaptured(settings, photos, "folder"), edited(photos, settings.seed)
    theirs = [gallery(net, photos, each) for each in copies]
    yield from _finding(theirs[0], "portraits=folder")
    yield from of_persons(photos, theirs[0].drawn, "portraits=folder", settings.seed)
    for segment, ours, other in zip(("portraits", "portraits chain=edited"), drawn, theirs, strict=True):
        single = gallery(net, ours.photos, [copy for copy in ours.drawn if ours.photos[copy.photo].shot == 0])
        figures = [
            replace(single.measure("all"), segment=segment.replace("portraits", "portraits=drawn, one a face")),
            replace(other.measure("all"), segment=segment.replace("portraits", "portraits=folder")),
        ]
        yield from figures
        yield _gap(segment, *figures)


def _hits(printed: Gallery, seed: int) -> Measure:
    """Share of copies' pairs above the cosine that one in a thousand pairs of strangers reaches."""
    rate = hit_at(FALSE_ALARMS)
    split = {name: (each.values[each.same], each.values[~each.same]) for name, each in printed.baselines.items()}
    same, other = printed.pairs.values[printed.pairs.same], printed.pairs.values[~printed.pairs.same]
    baselines = {name: rate(*both) for name, both in split.items()}
    low, high = resampled(rate, same, other, seed)
    return Measure("portrait_tpr_fpr001", "all", rate(same, other), low, high, len(printed.copies), baselines)


def _finding(printed: Gallery, segment: str) -> Iterator[Measure]:
    """How often the inspector found no portrait, and how often its box was the portrait's."""
    yield share("portrait_abstention", [copy.picture is None for copy in printed.drawn], segment=segment)
    yield share("portrait_box_iou70", [copy.overlap > BOX_FOUND for copy in printed.copies], segment=segment)


def _share_of_pairs(printed: Gallery) -> float:
    """Share of the pairs of one photograph of which both ends were found."""
    whole = np.bincount([copy.photo for copy in printed.drawn])
    return float(printed.pairs.same.sum() / max((whole * (whole - 1) / 2).sum(), 1))


def _gap(segment: str, one: Measure, two: Measure) -> Measure:
    """The first figure less the second."""
    spans = [(each.value, each.low, each.high) for each in (one, two)]
    return Measure(GAP, segment, *difference(*spans), one.n + two.n)


def _pdq(picture: Image) -> npt.NDArray[np.bool_]:
    """The 256 bits of a portrait's PDQ."""
    return np.unpackbits(np.frombuffer(bytes.fromhex(copy_hash(picture).pdq), np.uint8)).astype(bool)
