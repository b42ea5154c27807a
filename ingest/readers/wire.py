"""What a reading child and the process that it reads for say to each other, over two pipes.

A request is a line of JSON. A reply is a kind (one byte), a length (eight bytes) and that many bytes: JSON, or for a
document a pickle, from which nothing but the classes of ``kb.model`` can be loaded.
"""

from __future__ import annotations

import io
import json
import pickle
import struct
from typing import IO, Any

import kb.model
from kb.model import Document

READY, BEGUN, PAGE, DOCUMENT, KNOWN, REFUSED, DONE = b"S", b"B", b"P", b"D", b"K", b"R", b"E"
HEAD = struct.Struct(">cQ")
MAX_REPLY_BYTES = 2 * 1024**3


def write_request(stream: IO[bytes], request: dict[str, Any]) -> None:
    stream.write(json.dumps(request).encode("ascii") + b"\n")
    stream.flush()


def write_reply(stream: IO[bytes], kind: bytes, payload: bytes) -> None:
    stream.write(HEAD.pack(kind, len(payload)))
    stream.write(payload)
    stream.flush()


def write_json_reply(stream: IO[bytes], kind: bytes, **fields: Any) -> None:
    write_reply(stream, kind, json.dumps(fields).encode("ascii"))


def document_to_bytes(document: Document) -> bytes:
    return pickle.dumps(document, protocol=pickle.HIGHEST_PROTOCOL)


def bytes_to_document(data: bytes) -> Document:
    """The document of a pickle; UnpicklingError where it holds anything but the parts of a document."""
    made = ModelUnpickler(io.BytesIO(data)).load()
    if not isinstance(made, Document):
        raise pickle.UnpicklingError(f"a {type(made).__name__} is no document")
    return made


class ModelUnpickler(pickle.Unpickler):
    """Loads the data classes of ``kb.model`` and nothing else: a file may have got the better of its reader."""

    def find_class(self, module: str, name: str) -> Any:
        found = getattr(kb.model, name, None) if module == kb.model.__name__ else None
        if not isinstance(found, type) or not hasattr(found, "__dataclass_fields__"):
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a document")
        return found
