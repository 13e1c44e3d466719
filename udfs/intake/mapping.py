"""Turns the rows of a foreign export into rows of the contract, before anything else looks at them."""

from collections.abc import Iterator, Sequence

from conf.errors import BadManifest
from conf.mapping import EACH, ExportMapping, FolderMapping
from udfs.intake.blocks import Block, Unnamed
from udfs.intake.files import is_sparse, read_blocks
from udfs.intake.json_rows import DECODER, as_text

MOST_CODES = 20  # without a word, told of one column
LOOKED_AT = 1_000  # records whose nested names are told
Element = tuple[object, ...]  # of each list on the way to a row, outermost first; the record itself before them


def contract_blocks(folder: str, uri: str, content: bytes, mapping: ExportMapping | None) -> Iterator[Block]:
    """Blocks of a file, its columns named as the contract does where a mapping says how; else as the file has them.

    Raises:
        BadManifest: nothing of the file can be read as what its name says.
    """
    blocks = read_blocks(uri, content)
    chosen = mapping.folders.get(folder) if mapping is not None else None
    if chosen is None:
        yield from blocks
        return
    start, sparse = 0, is_sparse(uri)
    for block in blocks:
        mapped = _mapped(block, chosen, start, sparse=sparse)
        yield mapped
        start += len(mapped)


def refuse_named_twice(uri: str, content: bytes, mapping: FolderMapping) -> None:
    """Stop where two columns of a file have a name that the mapping reads: nobody says which of them is meant.

    Raises:
        BadManifest: naming both places.
    """
    first = next(read_blocks(uri, content), None)
    names = first.names if first else ()
    for column, path in mapping.columns.items():
        source = path if path in names else _head(path)
        places = [f"{place}" for place, name in enumerate(names, start=1) if name == source]
        if len(places) > 1:
            raise BadManifest(
                f"{uri}: columns {' and '.join(places)} are both named {source}, from which the mapping reads "
                f"{column}. Keep one of them, or name them apart. Nothing was written."
            )


def unmapped(folder: str, uri: str, content: bytes, mapping: ExportMapping) -> tuple[str, ...]:
    """Columns of a file in its own drop folder, and paths below them, that nothing is read from; by its first rows."""
    readers = [found for name, found in mapping.folders.items() if (found.files or name) == folder]
    if folder not in mapping.folders or mapping.folders[folder].files not in (None, folder):
        return ()
    used = {path for reader in readers for path in reader.columns.values()}
    first = next(read_blocks(uri, content), None)
    columns = zip(first.names, first.columns, strict=True) if first else ()
    return tuple(dict.fromkeys(path for name, cells in columns for path in _unread(cells[:LOOKED_AT], name, used)))


def unnamed(folder: str, uri: str, content: bytes, mapping: ExportMapping) -> dict[str, list[str]]:
    """The contract's columns with codes that the mapping has no word for, and the first of these, each once."""
    found: dict[str, list[str]] = {}
    if not mapping.folders[folder].codes:
        return found
    for block in contract_blocks(folder, uri, content, mapping):
        for name, texts in zip(block.names, block.columns, strict=True):
            if odd := dict.fromkeys(str(text) for text in texts if isinstance(text, Unnamed)):
                found[name] = list(dict.fromkeys((*found.get(name, ()), *odd)))[:MOST_CODES]
    return found


def _unread(values: Sequence[object], path: str, used: set[str]) -> Iterator[str]:
    """The path, where none that is used leads on from it; else those below it in any of its values."""
    if path in used:
        return
    if not any(one.startswith((f"{path}.", f"{path}{EACH}")) for one in used):
        yield path
        return
    below: dict[str, list[object]] = {}
    for value in map(_seen, values):
        match value:
            case dict():
                for name, inner in value.items():
                    below.setdefault(f"{path}.{name}", []).append(inner)
            case list():
                below.setdefault(f"{path}{EACH}", []).extend(value)
    for deeper in sorted(below):
        yield from _unread(below[deeper], deeper, used)


def _seen(value: object) -> object:
    """A nested value; nothing where it cannot be read, which its row will say."""
    try:
        return _parsed(value)
    except (ValueError, RecursionError):
        return None


def _head(path: str) -> str:
    return path.split(".", maxsplit=1)[0].removesuffix(EACH)


def _mapped(block: Block, mapping: FolderMapping, start: int, *, sparse: bool) -> Block:
    """The block's rows by the contract's columns; a broken row stays one row.

    What lies under a list is there where columns are those that rows name: no record need have an element.
    """
    there = {
        column: path
        for column, path in mapping.columns.items()
        if path in block.names or _head(path) in block.names or (sparse and EACH in path)
    }
    names = (*there, *mapping.constants)
    opened = {_head(path) for path in there.values() if path not in block.names}
    rows: list[list[str | None]] = []
    broken: dict[int, str] = {}
    for place in range(len(block)):
        cells = {name: values[place] for name, values in zip(block.names, block.columns, strict=True)}
        trouble = block.broken.get(place)
        try:
            found = [] if trouble else list(_rows(cells, opened, there, mapping))
        except (ValueError, RecursionError) as error:
            trouble = f"a nested value cannot be read: {error}"
        if trouble:
            broken[len(rows)] = trouble
            found = [[None] * len(names)]
        rows += found
    columns = tuple([row[at] for row in rows] for at in range(len(names)))
    return Block(start, len(rows), names, columns, broken)


def _rows(
    cells: dict[str, str | None], opened: set[str], there: dict[str, str], mapping: FolderMapping
) -> Iterator[list[str | None]]:
    """The rows of one record; of its cells those are parsed that a path walks into."""
    record = {name: _parsed(text) if name in opened else text for name, text in cells.items()}
    for element in _elements(record, mapping.lists):
        texts = [_coded(_value(cells, element, path), mapping.codes.get(name)) for name, path in there.items()]
        yield [*texts, *mapping.constants.values()]


def _elements(record: dict[str, object], lists: str | None) -> list[Element]:
    """One element per row: the way through the lists that a path names; a record without the list gives no row."""
    ways: list[Element] = [(record,)]
    if lists is None:
        return ways
    for step in lists.removesuffix(EACH).split(f"{EACH}."):
        ways = [(*way, element) for way in ways for element in _list(_walk(way[-1], step, to_list=True), step)]
    return ways


def _value(cells: dict[str, str | None], element: Element, path: str) -> str | None:
    """The text at a path; a column whose own name holds dots is found by it."""
    if path in cells:
        return cells[path]
    if path.endswith(EACH):
        return as_text(element[path.count(EACH)])
    *lists, rest = path.split(f"{EACH}.")
    return as_text(_walk(element[len(lists)], rest))


def _walk(value: object, path: str, *, to_list: bool = False) -> object:
    """What a dotted path leads to, or nothing; on the way to a list no text or number stands for nothing.

    It could hold rows that nobody would miss.
    """
    for step in path.split("."):
        value = _parsed(value)
        if not isinstance(value, dict):
            if to_list and value not in (None, "", []):
                raise ValueError(f"{step} of {path} is looked for in what is no object")
            return None
        value = value.get(step)
    return value


def _list(value: object, step: str) -> list[object]:
    """Elements of a list; where there is none, none: what is no list could be rows that nobody would miss."""
    found = _parsed(value)
    if found is not None and not isinstance(found, list):
        raise ValueError(f"{step} is no list")
    return found or []


def _parsed(value: object) -> object:
    """A nested value, which a file's column holds as JSON text."""
    return DECODER.decode(value) if isinstance(value, str) and value[:1] in ("{", "[") else value


def _coded(text: str | None, codes: dict[str, str] | None) -> str | None:
    """The contract's word for a code; what is neither a code nor such a word is marked, so that it is refused."""
    said = text.strip() if text else ""
    if not codes or not said:
        return text
    if said in codes:
        return codes[said]
    return text if said in codes.values() else Unnamed(said)
