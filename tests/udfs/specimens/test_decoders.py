"""Every decoder gives back the same picture, as true and as rich in detail as its source, and leaves its trace."""

import numpy as np
import pytest

from udfs.specimens.attacks.decoders import DECODERS
from udfs.specimens.attacks.decoders.fidelity import LEAST_PSNR, psnr, whole_psnr
from udfs.specimens.attacks.decoders.reconstruct import LEAST_WHOLE_PSNR
from udfs.specimens.attacks.decoders.spectrum import ring_energies
from udfs.specimens.portraits import draw_portrait
from udfs.specimens.rendered import Image

SIZE = (210, 262)


@pytest.fixture(scope="module")
def portraits() -> list[Image]:
    return [draw_portrait(seed, seed + 1, SIZE) for seed in (2, 9)]


@pytest.mark.parametrize("name", DECODERS)
def test_reconstructions_are_true_and_as_light_and_rich_as_their_source(name: str, portraits: list[Image]) -> None:
    for seed, portrait in enumerate(portraits):
        before = portrait.copy()
        decoded = DECODERS[name](portrait, np.random.default_rng(seed))
        assert np.array_equal(portrait, before)
        assert decoded.shape == portrait.shape
        assert decoded.dtype == np.uint8
        assert (decoded != portrait).mean() > 0.2
        assert psnr(portrait, decoded) >= LEAST_PSNR
        assert whole_psnr(portrait, decoded) >= LEAST_WHOLE_PSNR
        assert decoded.mean() == pytest.approx(portrait.mean(), abs=0.5)
        assert decoded.std() == pytest.approx(portrait.std(), rel=0.02)
        own, wanted = (ring_energies(image.astype(np.float32))[2:-8].sum(axis=1) for image in (decoded, portrait))
        assert own == pytest.approx(wanted, rel=0.15)


@pytest.mark.parametrize("name", DECODERS)
def test_the_same_generator_state_gives_the_same_picture(name: str, portraits: list[Image]) -> None:
    first, again, other = (DECODERS[name](portraits[0], np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("name", DECODERS)
def test_any_size_is_kept(name: str, portraits: list[Image]) -> None:
    for height, width in ((61, 47), (16, 33), (9, 5)):
        cut = portraits[0][:height, :width]
        assert DECODERS[name](cut, np.random.default_rng(1)).shape == cut.shape
