"""Reads YAML files in which no key stands twice: nobody says which of the two is meant."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml

from conf.errors import BadSettings


def read_yaml(path: Path, what: str) -> object:
    """The content of a file, named in errors as what it is.

    Raises:
        BadSettings: it is no YAML in UTF-8, or a key stands in it twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
        twice = next(_twice(yaml.compose(text, yaml.SafeLoader)), None)
        if twice is not None:
            raise BadSettings(f"{what} {path}: the key {twice} stands twice in one place. Keep one of them")
        content: object = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadSettings(f"{what} {path}: is not YAML: {error}") from error
    return content


def _twice(root: yaml.Node | None) -> Iterator[str]:
    """Keys that stand twice in one mapping, with the line of the second."""
    left, seen = [root], set[int]()
    while left:
        node = left.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            left += node.value
        elif isinstance(node, yaml.MappingNode):
            left += [part for pair in node.value for part in pair]
            names = Counter((key.tag, key.value) for key, _ in node.value if isinstance(key, yaml.ScalarNode))
            for key, _ in reversed(node.value):
                if isinstance(key, yaml.ScalarNode) and names[key.tag, key.value] > 1:
                    yield f"{key.value} (line {key.start_mark.line + 1})"
