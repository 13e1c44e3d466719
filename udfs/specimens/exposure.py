"""From a planned document to the bytes of its file: print, forge, photograph, encode."""

from dataclasses import replace

import cv2
import numpy as np

from udfs.specimens.attacks import ATTACKS
from udfs.specimens.camera import draw_camera, photograph
from udfs.specimens.codecs import draw_codec, encode
from udfs.specimens.population import Planned
from udfs.specimens.portraits import draw_portrait
from udfs.specimens.render import render
from udfs.specimens.rendered import Image
from udfs.specimens.sensor import draw_device

SELFIE_SIZE = (720, 960)
OFFICE_SCANNER = 20_250  # the one scanner of all branches
NEAR_COPY_CROP = 0.015  # of each side, what a copied photograph loses at its edges


def expose(doc: Planned) -> bytes:
    """The bytes of one document's file; camera and codec are drawn without a look at the forgery."""
    if doc.attack == "same_file" and doc.source is not None:
        return expose(doc.source)
    codec = draw_codec(np.random.default_rng(doc.seeds[2]), taken_at=doc.submitted_at.replace(tzinfo=None))
    return encode(_picture(doc), codec)


def _picture(doc: Planned) -> Image:
    """The photograph or scan, before its file is written."""
    if doc.attack == "near_copy" and doc.source is not None:
        return _cropped(_picture(doc.source))
    rng = np.random.default_rng(doc.seeds[1])
    if doc.channel == "branch":
        camera = draw_camera(rng, mode="scan", device=draw_device(np.random.default_rng(OFFICE_SCANNER)))
    else:
        camera = draw_camera(rng)
    if doc.design is None:
        return _selfie(doc, rng)
    return photograph(_page(doc), camera).image


def _page(doc: Planned) -> Image:
    """The flat page, forged if it is."""
    if doc.design is None:
        raise ValueError(f"{doc.doc_id} is a selfie and has no page")
    papers = replace(doc.papers, photo_seed=doc.face[1])
    page = render(doc.design, doc.person, papers, blank=doc.blank)
    rng = np.random.default_rng(doc.seeds[0])
    for name in (doc.attack or "").split("+"):
        if name in ATTACKS:
            attacked = ATTACKS[name].apply(page, rng)
            page = replace(page, image=attacked.image)
    return page.image


def _selfie(doc: Planned, rng: np.random.Generator) -> Image:
    """The holder's face as a phone sees it."""
    face = draw_portrait(doc.face[0], doc.face[1], SELFIE_SIZE).astype(np.float32)
    noisy = face * float(rng.uniform(0.85, 1.1)) + rng.normal(0.0, 2.5, face.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _cropped(image: Image) -> Image:
    """The same photograph with its edges lost, at its former size."""
    height, width = image.shape[:2]
    x, y = round(NEAR_COPY_CROP * width), round(NEAR_COPY_CROP * height)
    part = image[y : height - y, x : width - x]
    return np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
