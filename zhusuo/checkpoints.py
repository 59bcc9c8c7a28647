"""检查点: what a signed root of the audit tree looks like, and the append-only file of them outside the database.

The file holds one signed note after another, each as in C2SP tlog-checkpoint and signed-note: origin, tree size and
root in Base64, an empty line, the signature line; here an empty line follows. Whoever has the public key can read it
without us. The database commits first, the file follows: a checkpoint that stands in the file and not in the database
means that the database was put back to an earlier moment, or was replaced.
"""

import fcntl
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from zhusuo.errors import Refusal

ORIGIN = "zhusuo/audit"
FILE = "audit.checkpoints"
ED25519 = b"\x01"
NOTE = re.compile(
    rf"{ORIGIN}\n(0|[1-9][0-9]{{0,18}})\n([A-Za-z0-9+/]{{43}}=)\n\n— {ORIGIN} ([A-Za-z0-9+/=]{{92}})\n\n".encode()
)
# Longer than any note: the end of the file is read to find the last one.
END = 4096


class OutsideBroken(Refusal):
    code = "outside_broken"
    sentence = "留痕检查点的库外副本 {file} 末尾不完整或被改动，已停止续写。请保留该文件并核查。"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """检查点: so many entries are sealed, and this is the root over them."""

    tree_size: int
    root_hash: bytes
    signature: bytes

    @property
    def body(self) -> bytes:
        return body(self.tree_size, self.root_hash)

    def note(self, public_key: bytes) -> bytes:
        """The signed note as it stands in the file."""
        signature = b64encode(note_key(public_key) + self.signature).decode()
        return self.body + f"\n— {ORIGIN} {signature}\n\n".encode()


@dataclass(frozen=True, kw_only=True)
class Noted:
    """A checkpoint read from the file, and which key its signature line names."""

    checkpoint: Checkpoint
    key: bytes


def body(tree_size: int, root_hash: bytes) -> bytes:
    """What is signed."""
    return f"{ORIGIN}\n{tree_size}\n{b64encode(root_hash).decode()}\n".encode()


def note_key(public_key: bytes) -> bytes:
    """The four bytes by which a signature line names its key (C2SP signed-note)."""
    return sha256(ORIGIN.encode() + b"\n" + ED25519 + public_key).digest()[:4]


def read(folder: Path) -> Iterator[Noted | int]:
    """Every checkpoint of the file in its order; in place of what is no note, the number of the line it begins at."""
    try:
        file = (folder / FILE).open("rb")
    except FileNotFoundError:
        return
    with file:
        lines: list[bytes] = []
        begin = 1
        for number, line in enumerate(file, start=1):
            if not lines:
                begin = number
            lines.append(line)
            if len(lines) == 6:
                yield _noted(b"".join(lines)) or begin
                lines = []
        if lines:
            yield begin


def last(folder: Path) -> Checkpoint | None:
    """The last complete checkpoint of the file. Raises OutsideBroken."""
    try:
        file = (folder / FILE).open("rb")
    except FileNotFoundError:
        return None
    with file:
        return _end(file, folder / FILE)[0]


def append(folder: Path, checkpoints: Sequence[Checkpoint], public_key: bytes) -> None:
    """Write those that are newer than the last one, on the disk when this returns. Raises OutsideBroken, OSError.

    A note that a crash cut in two is completed, never rewritten: the file may lie on a medium that only appends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known, torn = _end(file, path)
        text = b"".join(
            each.note(public_key) for each in checkpoints if known is None or each.tree_size > known.tree_size
        )
        if not text.startswith(torn):
            raise OutsideBroken(file=str(path))
        if text:
            file.write(text[len(torn) :])
            file.flush()
            os.fsync(file.fileno())
    if known is None:
        _sync_folder(folder)


def _end(file: IO[bytes], path: Path) -> tuple[Checkpoint | None, bytes]:
    """The last complete note, and what stands behind it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - END))
    text = file.read()
    found = None
    for match in NOTE.finditer(text):
        found = match
    if found is None:
        if size >= END:
            raise OutsideBroken(file=str(path))
        return None, text
    noted = _noted(found[0])
    if noted is None:
        raise OutsideBroken(file=str(path))
    return noted.checkpoint, text[found.end() :]


def _noted(text: bytes) -> Noted | None:
    match = NOTE.fullmatch(text)
    if match is None:
        return None
    signature = b64decode(match[3])
    if len(signature) != 68:
        return None
    checkpoint = Checkpoint(tree_size=int(match[1]), root_hash=b64decode(match[2]), signature=signature[4:])
    return Noted(checkpoint=checkpoint, key=signature[:4])


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
