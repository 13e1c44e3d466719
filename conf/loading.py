"""Builds the settings: defaults, then the environment's YAML, then LOOKBACK__ variables, then --set."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from conf.errors import BadSettings
from conf.settings import How, Settings, What
from conf.yaml_files import read_yaml

FOLDER = Path(__file__).parent
PREFIX = "LOOKBACK__"

Tree = dict[str, Any]


def load_settings(env: str, *, overrides: Iterable[str] = (), environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of an environment with its overrides.

    Args:
        env: `local`, `cluster`, or the path of a YAML file.
        overrides: `key=value` pairs; the value is YAML, the key a dotted path with or without its half.
        environ: variables; LOOKBACK__WHAT__LINK__NEIGHBOURS=30 sets what.link.neighbours.

    Raises:
        BadSettings: with every path that is wrong.
    """
    tree = _read(env)
    for name, text in sorted((environ or {}).items()):
        if name.startswith(PREFIX):
            _plant(tree, name.removeprefix(PREFIX).lower().split("__"), text)
    for pair in overrides:
        key, equals, text = pair.partition("=")
        if not equals:
            raise BadSettings(f"--set {pair}: write it as key=value, such as --set link.neighbours=30")
        _plant(tree, key.strip().split("."), text)
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, e['loc']))}: {e['msg']} (got {e.get('input')!r})" for e in error.errors()]
        raise BadSettings("\n".join(["these settings cannot be used:", *lines])) from error


def _read(env: str) -> Tree:
    """The YAML of an environment."""
    path = FOLDER / f"{env}.yaml" if env.isidentifier() else Path(env)
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in FOLDER.glob("*.yaml") if "what" in p.read_text()))
        raise BadSettings(f"--env {env}: there is no {path}. Give {known}, or the path of a YAML file")
    loaded = read_yaml(path, "settings") or {}
    if not isinstance(loaded, dict):
        raise BadSettings(f"{path}: settings are a mapping with the keys what and how")
    return _beside(path, loaded)


def _beside(path: Path, tree: Tree) -> Tree:
    """The tree, the mapping that it names by a relative path found beside its own file, wherever the command runs."""
    what = tree.get("what")
    ingest = what.get("ingest") if isinstance(what, dict) else None
    if isinstance(ingest, dict) and isinstance(named := ingest.get("mapping"), str) and not named.isidentifier():
        ingest["mapping"] = str(path.parent / named)
    return tree


def _plant(tree: Tree, path: list[str], text: str) -> None:
    """Set one leaf; a path that begins with neither half is looked up in both."""
    if path[0] not in {"what", "how"}:
        path = ["what" if path[0] in What.model_fields or path[0] not in How.model_fields else "how", *path]
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadSettings(f"{'.'.join(path)}={text}: the value is not YAML") from error
    for step in path[:-1]:
        branch = tree.setdefault(step, {})
        if not isinstance(branch, dict):
            raise BadSettings(f"{'.'.join(path)}: {step} is a value, not a branch")
        tree = branch
    tree[path[-1]] = value
