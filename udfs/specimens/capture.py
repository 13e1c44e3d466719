"""From a planned document to the bytes of its file, and to those of its genuine twin."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks import ATTACKS, portrait_swap
from udfs.specimens.attacks.attacked import Attacked, unaltered
from udfs.specimens.attacks.retype import retype_field
from udfs.specimens.camera import photograph
from udfs.specimens.encoding import decoded_scale, encode
from udfs.specimens.issuers import find_design
from udfs.specimens.portraits import Faces, draw_portrait
from udfs.specimens.render import portrait_size, render
from udfs.specimens.rendered import Image, Rendered
from udfs.specimens.sensor import develop
from udfs.specimens.world import Document

SELFIE_PX = (960, 1280)
NO_CORNERS = np.zeros((0, 2), np.float32)


@dataclass(frozen=True)
class Captured:
    """One file: its bytes, the corners float32 [4, 2] in its decoded pixels (none of a selfie), what was altered."""

    data: bytes
    corners: npt.NDArray[np.float32]
    changed: tuple[str, ...]


def capture(document: Document, faces: Faces = draw_portrait) -> Captured:
    """The document's file; the same plan and faces give the same bytes."""
    if document.copy_of is not None:
        return _near_copy(document, document.copy_of, faces)
    if document.design_id is None:
        return Captured(encode(_selfie(document, faces), document.codec), NO_CORNERS, ())
    page = attacked_page(document, faces)
    photo = photograph(page.image, document.camera)
    corners = _in_file(photo.corners, photo.image, document)
    return Captured(encode(photo.image, document.codec), corners, page.changed)


def genuine_twin(document: Document) -> Document:
    """The same document, honestly made: one camera, codec and person, no forgery."""
    return replace(document, forgery=None, copy_of=None)


def twins(document: Document) -> tuple[Captured, Captured]:
    """The forged file and its genuine twin's, through one camera and codec draw."""
    return capture(document), capture(genuine_twin(document))


def flat_page(document: Document, faces: Faces = draw_portrait) -> Rendered:
    """The page as printed, on the issuer's blank or the forger's, before anything was altered on it."""
    blank = document.forgery.blank if document.forgery is not None else None
    design, person, papers = find_design(document.design_id or ""), document.person, document.papers
    portrait = faces(person.face_seed, papers.photo_seed, portrait_size(design)) if design.layout.portrait else None
    return render(design, person, papers, blank=blank, portrait=portrait)


def attacked_page(document: Document, faces: Faces = draw_portrait) -> Attacked:
    """The flat page with what its forgery alters."""
    page, forgery = flat_page(document, faces), document.forgery
    if forgery is None:
        return unaltered(page)
    rng = np.random.default_rng(forgery.seed)
    if forgery.retyped is not None:
        return retype_field(page, forgery.retyped, rng)
    if forgery.attack == "portrait_swap":
        return portrait_swap.apply(page, rng, faces)
    return ATTACKS[forgery.attack].apply(page, rng) if forgery.attack in ATTACKS else unaltered(page)


def _selfie(document: Document, faces: Faces) -> Image:
    """The holder before the phone's own lens, BGR [1280, 960, 3]."""
    photo_seed = document.camera.seed % 2**31
    face = faces(document.person.face_seed, photo_seed, SELFIE_PX)
    soft = np.asarray(cv2.GaussianBlur(face, (0, 0), document.camera.defocus), dtype=np.uint8)
    return develop(soft, document.camera.device, document.camera.light, np.random.default_rng(document.camera.seed))


def _near_copy(document: Document, source: Document, faces: Faces) -> Captured:
    """The source's file decoded, a few per cent cropped from its rim, written by the copier's own codec."""
    original = capture(source, faces)
    upright = np.asarray(cv2.imdecode(np.frombuffer(original.data, np.uint8), cv2.IMREAD_COLOR), dtype=np.uint8)
    rng = np.random.default_rng(document.forgery.seed if document.forgery is not None else 0)
    left, top, right, bottom = (int(share * upright.shape[1]) for share in rng.uniform(0.0, 0.012, 4))
    cropped = np.ascontiguousarray(upright[top : upright.shape[0] - bottom, left : upright.shape[1] - right])
    corners = original.corners - np.array([left, top], np.float32)
    return Captured(encode(cropped, document.codec), _in_file(corners, cropped, document), ("page",))


def _in_file(corners: npt.NDArray[np.float32], image: Image, document: Document) -> npt.NDArray[np.float32]:
    """Corners of the photograph in the pixels of its decoded file."""
    return ((corners + 0.5) * decoded_scale(image.shape, document.codec) - 0.5).astype(np.float32)
