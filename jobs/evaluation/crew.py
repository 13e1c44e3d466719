"""Several processes that answer numbered questions, in order, and tell how far they are."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from jobs.evaluation.measures import Told

PROCESSES = 2

Answer = TypeVar("Answer")


def answered(ask: Callable[[int], Answer], number: int, what: str, tell: Told) -> Iterator[Answer]:
    """Answers to the questions 0 to `number` - 1, by processes of one thread each.

    Args:
        ask: what each process calls; it must be picklable.
        number: of questions.
        what: is counted, in words.
        tell: hears how far it is.
    """
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn"), initializer=_alone) as pool:
        for done, answer in enumerate(pool.map(ask, range(number)), start=1):
            tell(what, done, number)
            yield answer


def _alone() -> None:
    """One thread: the others are processes."""
    import cv2
    import torch

    torch.set_num_threads(1)
    cv2.setNumThreads(1)
