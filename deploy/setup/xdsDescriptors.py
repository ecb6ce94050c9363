"""Prints the serialized descriptors inside the wheel's *_pb2.py files as one FileDescriptorSet.

The files are read as text, so neither protobuf nor grpcio has to be installed.
"""

import ast
import pathlib
import re
import sys

CALL = re.compile(r"AddSerializedFile\((b'.*')\)$", re.MULTILINE)


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


for path in sorted(pathlib.Path(sys.argv[1]).rglob("*_pb2.py")):
    found = CALL.search(path.read_text(encoding="utf-8"))
    if found:
        descriptor = ast.literal_eval(found.group(1))
        # Field 1 of FileDescriptorSet, length-delimited.
        sys.stdout.buffer.write(b"\x0a" + varint(len(descriptor)) + descriptor)
