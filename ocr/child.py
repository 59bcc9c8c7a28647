"""The child process: opens documents that nobody has any reason to trust, under limits, and dies with its parent.

`python -m ocr.child LIMITS` reads requests from standard input and answers on standard output. It limits itself before
the first request: address space, open files, size of files, no core dump, no new privileges; processor time anew for
each request. Wall clock is the parent's to watch. Its environment holds nothing but what libraries need.
"""

import ctypes
import io
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PIL import Image

from ocr import protocol
from ocr.cutting import Cutting
from ocr.errors import Unreadable
from ocr.exposure import flaws_of
from ocr.model import Limits, Media
from ocr.pdf import Pdf
from ocr.pictures import Picture
from ocr.protocol import Layer, Message, Reading
from ocr.sniff import HEAD_BYTES, sniff

if TYPE_CHECKING:
    from ocr.engine import Engine

PAGE_SIDE = 2000
"""A page is read from a picture with this longer side: 170 dpi for A4."""
CUT_SIDE = 1600
"""Over a text layer seals and signatures are looked for on a part drawn to this scale: nothing is blurred there."""
LONGEST_DRAWING = 6000
WEBP_QUALITY = 75
KEPT_OPEN = 4
MOST_UNSEEN = 20_000
MOST_FILES = 128
LARGEST_FILE = 256 * 1024 * 1024
SET_PARENT_DEATH_SIGNAL, SET_NO_NEW_PRIVILEGES = 1, 38

Answer = tuple[Message, bytes]


class Paper(Protocol):
    """An open document of any kind."""

    media: Media
    page_count: int
    warnings: tuple[str, ...]

    def size(self, number: int) -> tuple[float, float]: ...
    def picture(self, number: int, side: int) -> Image.Image: ...
    def layer(self, number: int) -> Layer: ...
    def cut_out(self, number: int, reading: Reading, side: int) -> tuple[Cutting, Image.Image] | None: ...
    def close(self) -> None: ...


class Child:
    """The verbs of the child; the last documents stay open between requests, so pages may come one at a time."""

    def __init__(self, limits: Limits, threads: int) -> None:
        self._limits = limits
        self._threads = threads
        self._open: dict[tuple[str, int, int], Paper] = {}

    def inspect(self, path: str) -> Answer:
        """What a document is; everything that can be told without reading it is checked."""
        paper = self._paper(path)
        if isinstance(paper, Picture):
            paper.check()
        message = {"media": paper.media, "page_count": paper.page_count, "warnings": paper.warnings}
        return message, b""

    def words(self, path: str, number: int, marks: bool) -> Answer:
        """The text layer of a page, if it can be trusted, with a picture of where it may be sealed or signed."""
        paper = self._paper(path)
        layer = paper.layer(number)
        found = layer.reading
        cut = paper.cut_out(number, found, CUT_SIDE) if found and marks else None
        message: Message = {
            "reading": found and protocol.reading_out(found),
            "unseen": layer.unseen[:MOST_UNSEEN],
            "cutting": cut and protocol.cutting_out(cut[0]) | {"size": cut[1].size},
        }
        return message, cut[1].tobytes() if cut else b""

    def marks(self, cutting: Message, rows: list[Any], pixels: bytes) -> Answer:
        """The seals and signatures of a page whose text layer gave `rows` and the picture of a part of it."""
        picture = Image.frombytes("RGB", tuple(cutting["size"]), pixels)
        return protocol.marks_out(
            *self._engine.marks(picture, protocol.cutting_in(cutting), protocol.lines_in(rows))
        ), b""

    def read(self, path: str, number: int) -> Answer:
        """The words of a page as the engine sees them."""
        picture = self._paper(path).picture(number, PAGE_SIDE)
        found = self._engine.read(picture)
        found = replace(found, quality=(*flaws_of(picture), *found.quality))
        return {"reading": protocol.reading_out(found)}, b""

    def draw(self, path: str, number: int, width: int, turned: int, judged: bool = False) -> Answer:
        """The page set upright, `width` pixels wide, as WebP; `judged` also says what is wrong with the picture."""
        paper = self._paper(path)
        across, down = paper.size(number)
        if turned in (90, 270):
            across, down = down, across
        side = min(LONGEST_DRAWING, round(width * max(across, down) / across))
        image = paper.picture(number, max(1, side))
        quality = flaws_of(image) if judged else ()
        if turned:
            image = image.rotate(turned, expand=True)
        out = io.BytesIO()
        image.save(out, "WEBP", quality=WEBP_QUALITY, method=1)
        return {"quality": quality}, out.getvalue()

    @cached_property
    def _engine(self) -> "Engine":
        from ocr.engine import Engine  # only where it is needed: its libraries take half a second and 60 MB

        return Engine(threads=self._threads)

    def _paper(self, path: str) -> Paper:
        about = os.stat(path)
        key = path, about.st_mtime_ns, about.st_size
        if key not in self._open:
            while len(self._open) >= KEPT_OPEN:
                self._open.pop(next(iter(self._open))).close()
            self._open[key] = self._opened(Path(path), about.st_size)
        return self._open[key]

    def _opened(self, path: Path, size: int) -> Paper:
        if size > self._limits.max_bytes:
            raise Unreadable("too_big", f"{size} bytes")
        with path.open("rb") as file:
            media = sniff(file.read(HEAD_BYTES))
        return Pdf(path, self._limits) if media == "pdf" else Picture(path, media, self._limits)


def answer(child: Child, request: Message, lump: bytes = b"") -> Answer:
    """What the child says to a request; a reason instead of a result where there is none."""
    verbs: dict[str, Callable[..., Answer]] = {
        "inspect": child.inspect,
        "words": child.words,
        "read": child.read,
        "marks": partial(child.marks, pixels=lump),
        "draw": child.draw,
    }
    try:
        return verbs[request["verb"]](**request["about"])
    except Unreadable as reason:
        return {"unreadable": reason.code, "detail": reason.detail[:500]}, b""
    except MemoryError:
        return {"unreadable": "out_of_memory"}, b""
    except FileNotFoundError as error:
        return {"missing": str(error)}, b""
    except Exception as error:  # whatever a library thinks of: the parent logs it and replaces this process
        return {"unreadable": "crashed", "detail": f"{type(error).__name__}: {error}"[:500]}, b""


def serve(limits: Limits, threads: int) -> None:
    """Answer requests until the parent closes the pipe."""
    requests, answers = _private_pipes()
    child = Child(limits, threads)
    while (asked := protocol.read_frame(requests)) is not None:
        request, lump = asked
        _allow_processor_time(float(request["seconds"]) * threads)
        answers.write(protocol.pack(*answer(child, request, lump)))
        answers.flush()


def _private_pipes() -> tuple[Any, Any]:
    """The two pipes to the parent, moved away from where a library might print."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return requests, answers


def _allow_processor_time(seconds: float) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))


def _limit_self(limits: Limits, parent: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent is gone")
    memory = limits.memory_mb * 1024 * 1024
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, MOST_FILES),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def main() -> None:
    about = json.loads(sys.argv[1])
    limits = Limits(**about["limits"])
    _limit_self(limits, int(about["parent"]))
    serve(limits, int(about["threads"]))


if __name__ == "__main__":
    main()
