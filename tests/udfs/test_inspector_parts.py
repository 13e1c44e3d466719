import ast
from pathlib import Path

import pytest

from udfs.observing.order import ORDER
from udfs.parts import HERE, RECIPES

# What every part shares without being decided by it: the state that it writes into, and the words of refusals.
SHARED = {"observing/look.py", "images/refusals.py"}


def imported(path: Path) -> set[str]:
    """Files under udfs/ that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("udfs."):
            place = HERE / (node.module or "").removeprefix("udfs.").replace(".", "/")
            names = [place.with_suffix(".py"), *(place / f"{alias.name}.py" for alias in node.names)]
            found |= {name.relative_to(HERE).as_posix() for name in names if name.exists()}
    return found


def reached(start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in seen and name not in SHARED:
            seen.add(name)
            waiting.extend(imported(HERE / name))
    return seen


def covered(part: str) -> set[str]:
    """Files that a part's fingerprint depends on, by its own recipe or those of the parts before it."""
    files = {name for after in RECIPES[part].after for name in covered(after)}
    for name in RECIPES[part].code:
        place = HERE / name
        found = place.rglob("*.py") if place.is_dir() else [place]
        files |= {path.relative_to(HERE).as_posix() for path in found}
    return files


@pytest.mark.parametrize("part", sorted(RECIPES))
def test_a_fingerprint_covers_all_code_that_its_part_runs(part: str) -> None:
    (own,) = [name for name in RECIPES[part].code if name.startswith("observing/") and name.endswith("_part.py")]
    assert reached(own) - covered(part) == set()


def test_recipes_stand_after_those_they_are_made_from_and_name_every_part() -> None:
    names = list(RECIPES)
    assert set(names) == set(ORDER)
    for name, recipe in RECIPES.items():
        assert all(names.index(after) < names.index(name) for after in recipe.after)
        assert all((HERE / place).exists() for place in recipe.code)
