"""Fingerprints of the inspector's parts: code, weights, settings and library versions, never the machine."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from udfs.task import InspectTask

HERE = Path(__file__).parent
PICTURES = ("numpy", "opencv-python-headless", "pypdfium2", "pi-heif")
Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True)
class Recipe:
    """What decides a part's answers.

    Attributes:
        code: files and folders under `udfs/`.
        nets: nets of the model folder.
        settings: names of inspect settings.
        libraries: packages whose version counts.
        after: parts whose answers it is made from.
    """

    code: tuple[str, ...]
    nets: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    libraries: tuple[str, ...] = PICTURES
    after: tuple[str, ...] = ()


PIXELS = (
    "images/headers.py", "images/jpeg_header.py", "images/png_header.py", "images/webp_header.py", "images/exif.py",
    "images/heif_header.py", "images/guard.py", "images/decode.py", "images/heif_pixels.py", "images/pages.py",
    "images/pdf_pages.py", "images/limited.py", "memory_limit.py", "observing/look.py",
)  # fmt: skip
NET = ("nets/blocks.py", "nets/weights_file.py", "nets/opening.py")
TORCH = (*PICTURES, "torch")
READERS = ("numpy", "opencv-python-headless", "rapidocr", "openvino", "zxing-cpp", "torch")

RECIPES: dict[str, Recipe] = {
    "file": Recipe((*PIXELS, "observing/file_part.py", "forensics/file_facts.py", "forensics/quantization.py")),
    "quality": Recipe((*PIXELS, "observing/quality_part.py", "images/quality.py")),
    "card": Recipe(
        (*PIXELS, *NET, "observing/card_part.py", "images/rectify.py", "nets/corners.py", "nets/quads.py"),
        nets=("corners",),
        settings=("card_width",),
        libraries=TORCH,
    ),
    "reading": Recipe(
        ("observing/reading_part.py", "reading", *NET, "nets/mrz.py"),
        nets=("mrz",),
        settings=("reading",),
        libraries=READERS,
        after=("card",),
    ),
    "forensics": Recipe(
        (
            "observing/forensics_part.py",
            "forensics",
            *NET,
            "nets/cosines.py",
            "nets/residuals.py",
            "nets/trunk.py",
            "nets/pixels.py",
        ),
        nets=("forensic",),
        libraries=TORCH,
        after=("card", "reading"),
    ),
    "portrait": Recipe(
        ("observing/portrait_part.py", "images/portraits.py", "images/portrait_frames.py"), after=("card", "reading")
    ),
    "vectors": Recipe(
        ("observing/vectors_part.py", "images/vectors.py", *NET, "nets/embedding.py"),
        nets=("design", "portrait"),
        libraries=TORCH,
        after=("card", "reading", "portrait"),
    ),
    "copy": Recipe(("observing/copy_part.py", "images/copies.py"), libraries=("numpy", "pdqhash"), after=("card",)),
    "plate": Recipe(
        ("observing/plate_part.py", "images/rectify.py"), settings=("plate_width",), after=("card", "reading")
    ),
    "zones": Recipe(("observing/zones_part.py", "forensics/zone_marks.py"), after=("card", "reading", "portrait")),
}


def part_fingerprints(task: InspectTask) -> dict[str, str]:
    """Fingerprint of each part that the task asks for, 16 hex digits."""
    nets = _net_digests(task.weights)
    settings = task.settings.model_dump(mode="json")
    made: dict[str, str] = {}
    for name, recipe in RECIPES.items():  # parts stand after those that they are made from
        made[name] = _fingerprint(recipe, settings, nets, made)
    return {name: made[name] for name in task.settings.parts}


def inspector_fingerprint(task: InspectTask) -> str:
    """Fingerprint of the whole inspector, 16 hex digits: its parts, and the limits that decide what they are given."""
    limits = task.settings.limits.model_dump(mode="json")
    return _digest({"parts": part_fingerprints(task), "limits": limits})


def parts_to_look(ours: Mapping[str, str], theirs: Mapping[str, str]) -> tuple[str, ...]:
    """Parts that have to look anew: those whose fingerprint changed, and what they are made from; in order.

    The others say of every content what they said before, so that their answers may be copied.
    """
    wanted: set[str] = set()
    for name in reversed(RECIPES):  # parts stand after those that they are made from
        if name in wanted or (name in ours and ours[name] != theirs.get(name)):
            wanted |= {name, *RECIPES[name].after}
    return tuple(name for name in RECIPES if name in wanted)


def _fingerprint(recipe: Recipe, settings: Mapping[str, Json], nets: Mapping[str, str], made: Mapping[str, str]) -> str:
    return _digest(
        {
            "code": code_digest(recipe.code),
            "nets": {name: nets.get(name) for name in recipe.nets},
            "settings": {name: settings[name] for name in recipe.settings},
            "libraries": {name: _version(name) for name in recipe.libraries},
            "after": {name: made[name] for name in recipe.after},
        }
    )


def _version(name: str) -> str | None:
    """Version of a package; null without it, as for an extra."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _digest(content: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


@cache
def code_digest(names: tuple[str, ...], root: Path = HERE) -> str:
    """Digest of the Python sources of files and folders under a root, by their names there; 64 hex digits."""
    digest = hashlib.sha256()
    for name in sorted(set(names)):
        place = root / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _net_digests(folder: str) -> dict[str, str]:
    """Digest of each net's weights as the manifest states it; opening a net verifies it."""
    manifest = json.loads((Path(folder) / "manifest.json").read_text(encoding="utf-8"))
    return {name: str(entry["sha256"]) for name, entry in manifest["nets"].items()}
