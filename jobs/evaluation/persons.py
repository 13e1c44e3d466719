"""Is a person known again in another photograph, printed and recaptured? Measured where the extra `faces` is there."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from conf.errors import BadModel
from jobs.evaluation.measures import Measure, hit_rate, resampled, share
from jobs.evaluation.portrait_copies import Copy
from jobs.evaluation.portrait_photos import Photo
from udfs.nets.persons import open_persons
from udfs.specimens.rendered import Image

FALSE_MATCHES = 0.001
TPR = "person_tpr_fpr001"
Reader = Callable[[Image], npt.NDArray[np.float32] | None]


def of_persons(photos: Sequence[Photo], copies: Sequence[Copy], segment: str, seed: int) -> Iterator[Measure]:
    """Share of pairs of one person that are closer than all but one in a thousand pairs of strangers.

    A face with several photographs is judged between them; where no face has two, between copies of the one.
    Without the extra, one row says why nothing was measured: of no pairs, with an interval from 0 to 1.
    """
    try:
        reader = open_persons()
    except BadModel as error:
        yield Measure(TPR, f"{segment}, not measured: {error}", 0.0, 0.0, 1.0, 0)
        return
    yield from judged(reader, photos, copies, segment=segment, seed=seed)


def judged(
    reader: Reader, photos: Sequence[Photo], copies: Sequence[Copy], *, segment: str, seed: int
) -> Iterator[Measure]:
    """The same by an opened reader, and how often it found no face."""
    found = [copy for copy in copies if copy.picture is not None]
    read = [None if copy.picture is None else reader(copy.picture) for copy in found]
    yield share("person_abstention", [vector is None for vector in read], segment=segment)
    known = [(copy.photo, vector) for copy, vector in zip(found, read, strict=True) if vector is not None]
    shown = np.array([number for number, _ in known], np.int64)
    faces = np.array([photos[number].face for number in shown.tolist()])
    one, two = np.triu_indices(len(known), 1)
    same, copied = faces[one] == faces[two], shown[one] == shown[two]
    again = same & ~copied
    wanted = again if again.any() else same
    if not wanted.any() or same.all():
        yield Measure(TPR, f"{segment}, not measured: too few faces were found", 0.0, 0.0, 1.0, 0)
        return
    vectors = np.stack([vector for _, vector in known])
    near = -np.linalg.norm(vectors[one] - vectors[two], axis=1)
    rate = hit_rate(near[wanted], near[~same], FALSE_MATCHES)
    low, high = resampled(lambda mine, others: hit_rate(mine, others, FALSE_MATCHES), near[wanted], near[~same], seed)
    what = segment if again.any() else f"{segment}, copies of one photo"
    yield Measure(TPR, what, rate, low, high, int(wanted.sum()))
