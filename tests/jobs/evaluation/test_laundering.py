import cv2
import numpy as np

from jobs.evaluation.laundering import CHAINS, sent_on
from udfs.specimens.encoding import decoded


def picture(height: int, width: int) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return bytes(cv2.imencode(".png", pixels)[1])


def test_what_is_sent_as_it_is_stays_its_bytes() -> None:
    assert sent_on(b"anything", CHAINS["as sent"], np.random.default_rng(1)) == b"anything"


def test_a_messenger_lets_no_long_side_pass() -> None:
    sent = decoded(sent_on(picture(2000, 1000), CHAINS["messenger"], np.random.default_rng(1)))
    assert max(sent.shape) in (1280, 1600)
    kept = decoded(sent_on(picture(600, 800), CHAINS["messenger"], np.random.default_rng(1)))
    assert kept.shape == (600, 800, 3)


def test_both_twins_of_one_draw_go_through_the_same_hop() -> None:
    one, other = (sent_on(picture(2000, 1000), CHAINS["messenger"], np.random.default_rng(4)) for _ in range(2))
    assert one == other


def test_three_quarters_are_three_quarters() -> None:
    assert decoded(sent_on(picture(400, 800), CHAINS["q75 at .75"], np.random.default_rng(1))).shape == (300, 600, 3)
