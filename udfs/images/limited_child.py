"""The child of `udfs.images.limited`: one order and one file on stdin, one answer on stdout, then the end."""

import json
import os
import sys
from typing import Any

from udfs.images.heif_pixels import heif_pixels
from udfs.images.pdf_pages import describe_pages, page_of
from udfs.images.refusals import Refused
from udfs.memory_limit import OUT_OF_MEMORY, limit_memory
from udfs.orphans import end_with_parent, limit_seconds

Answer = tuple[dict[str, Any], bytes]


def main() -> None:
    """Read, obey, answer."""
    end_with_parent()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    order: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    limit_seconds(order["cpu_seconds"])
    limit_memory(order["memory"])
    try:
        head, payload = _obey(order, content)
    except Refused as refused:
        head, payload = {"refused": [refused.reason, refused.detail]}, b""
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    answers.write(json.dumps(head).encode() + b"\n" + payload)
    answers.flush()


def _obey(order: dict[str, Any], content: bytes) -> Answer:
    match order["do"]:
        case "describe":
            return {"pages": describe_pages(content, order["most"])}, b""
        case "page":
            return page_of(content, order["number"], order["most"])
        case "heif":
            return heif_pixels(content, order["most"])
        case _:
            raise ValueError(order["do"])


if __name__ == "__main__":
    main()
