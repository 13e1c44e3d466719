"""One undisturbed night for all tests of faults."""

import pytest

from tests.faults.harness import Undisturbed, quiet_night


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """A small lake, and what one quiet night makes of it."""
    return quiet_night(tmp_path_factory.mktemp("faults"))
