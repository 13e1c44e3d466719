"""The one door to the reader of faces, which is an extra: pictures of one person lie close, whatever photograph."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from conf.errors import BadModel
from udfs.nets.blocks import Floats, Image

# Both are in the public domain (CC0); the package's third file, of 68 landmarks, forbids commercial use.
LANDMARKS, WEIGHTS = "shape_predictor_5_face_landmarks.dat", "dlib_face_recognition_resnet_model_v1.dat"
ENLARGED = 1  # times that the finder doubles a picture: a face of 40 px is then found


@dataclass(frozen=True)
class PersonReader:
    """Finds the largest face of a picture and describes it (dlib's ResNet).

    Attributes:
        find: dlib's frontal face finder.
        landmarks: its five-point shape predictor.
        describe: its face recognition model.
    """

    find: Any
    landmarks: Any
    describe: Any

    def __call__(self, picture: Image) -> Floats | None:
        """A vector [128] of a BGR picture's largest face, None where none is found; one person's are within 0.6."""
        colours = np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
        faces = sorted(self.find(colours, ENLARGED), key=lambda face: face.area())
        if not faces:
            return None
        return np.asarray(
            self.describe.compute_face_descriptor(colours, self.landmarks(colours, faces[-1])), np.float32
        )


def open_persons() -> PersonReader:
    """Open the reader.

    Raises:
        BadModel: the extra `faces` is not installed, or lacks a file.
    """
    try:
        import dlib
    except ImportError as error:
        raise BadModel("the extra faces is not installed: pip install 'lookback[faces]'") from error
    package = find_spec("face_recognition_models")  # found, not imported: its code is of no use here
    places = list(package.submodule_search_locations or ()) if package is not None else []
    folder = Path(places[0]) / "models" if places else Path()
    missing = [name for name in (LANDMARKS, WEIGHTS) if not (folder / name).is_file()]
    if missing:
        raise BadModel(f"the extra faces lacks {', '.join(missing)}: pip install --force-reinstall 'lookback[faces]'")
    return PersonReader(
        dlib.get_frontal_face_detector(),
        dlib.shape_predictor(str(folder / LANDMARKS)),
        dlib.face_recognition_model_v1(str(folder / WEIGHTS)),
    )
