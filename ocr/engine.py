"""Words of a picture by RapidOCR, which way up it is, and Tesseract's second opinion on doubtful lines.

Bare RapidOCR leaves a page turned by 90 degrees sideways. Here the page is set upright on the way, for almost nothing:
lines that stand taller than wide say "sideways" (found on the boxes that are needed anyway), and the engine's own
line classifier, asked about the longest lines only, says "upside down"; boxes turn with the page. Only sideways pages
pay for a second detection. Used in the child process alone.
"""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr.cutting import Cutting
from ocr.handwriting import find_signatures
from ocr.layout import Piece, rows, two_up
from ocr.look import look_of
from ocr.model import Box, Line, Seal
from ocr.protocol import Reading
from ocr.quality import lost_of
from ocr.seals import Part, find_seals
from ocr.words import clean

Picture = NDArray[np.uint8]  # blue, green, red: what the models were trained on
Quads = NDArray[np.float32]
Word = tuple[str, float]

DETECTION_SIDE = 1440
"""Lines are looked for on a picture of at most this many pixels, and cut out of the full one."""
VOTERS = 12
DOUBTFUL = 0.72
"""A line read with less confidence than this is shown to Tesseract too, where it is installed."""
DROPPED = 0.5
LINES_AT_ONCE = 3
"""Lines of a batch are padded to the longest: three at once are a little faster than six, in 130 MB less."""
SECOND_OPINIONS = 20
FEWEST_FOR_TILT = 8
TESSERACT_SECONDS = 10


class Engine:
    """One loaded RapidOCR; loading costs some seconds and half a gigabyte, so it is kept."""

    def __init__(self, *, threads: int) -> None:
        self._threads = threads

    @cached_property
    def _rapid(self) -> Any:
        from rapidocr import RapidOCR

        cv2.setNumThreads(self._threads)
        return RapidOCR(
            params={
                "Global.log_level": "critical",
                "Rec.rec_batch_num": LINES_AT_ONCE,
                "EngineConfig.onnxruntime.intra_op_num_threads": self._threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, image: Image.Image) -> Reading:
        """The words of an RGB image, whichever way up it is."""
        picture, quads, sideways = self._find_lines(np.ascontiguousarray(np.asarray(image)[:, :, ::-1]))
        crops = self._cut(picture, quads)
        upside_down = self._is_upside_down(crops)
        if upside_down:
            picture, quads = _turn(picture, quads, 180)
            crops = [_half_turn(crop) for crop in crops]
        words, used_tesseract = self._words(crops)
        found, is_two_up = _rows(words, quads, picture)
        seals = find_seals(picture, self._read_lines)
        look = look_of(Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1])))
        height, width = picture.shape[:2]
        turned = (270 if sideways else 0) + (180 if upside_down else 0)
        return Reading(
            rows=found,
            turned=turned % 360,
            width_px=width,
            height_px=height,
            method=("tesseract" if used_tesseract else "rapidocr") if found else "none",
            quality=(
                *lost_of(len(words), sum(len(row) for row in found), inked=bool(look)),
                *(("two_up",) if is_two_up else ()),
            ),
            look=look,
            seals=tuple(seals),
            signatures=tuple(find_signatures(picture, [line for row in found for line in row], seals)),
        )

    def marks(self, image: Image.Image, cutting: Cutting, lines: Sequence[Line]) -> tuple[list[Seal], list[Box]]:
        """The seals and signatures of a page whose words are known, on a picture of the part that may have any."""
        picture = np.ascontiguousarray(np.asarray(image)[:, :, ::-1])
        box = cutting.box
        seals = find_seals(picture, self._read_lines, Part(cutting.page, [spot.within(box) for spot in cutting.spots]))
        there = [replace(line, box=line.box.within(box)) for line in lines if line.box.meets(box)]
        signatures = find_signatures(picture, there, seals, cutting.page)
        return [replace(seal, box=seal.box.out_of(box)) for seal in seals], [each.out_of(box) for each in signatures]

    def _read_lines(self, crops: list[Picture]) -> list[Word]:
        read = self._rapid.recognize_txt(crops)
        return [(str(text), float(score)) for text, score in zip(read.txts, read.scores, strict=True)]

    def _find_lines(self, picture: Picture) -> tuple[Picture, Quads, bool]:
        quads = self._detect(picture)
        if not _stand_tall(quads):
            return picture, quads, False
        picture, _ = _turn(picture, quads, 90)
        return picture, self._detect(picture), True

    def _detect(self, picture: Picture) -> Quads:
        scale = min(1.0, DETECTION_SIDE / max(picture.shape[:2]))
        small = picture if scale == 1.0 else cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found = self._rapid(small, use_det=True, use_cls=False, use_rec=False)
        if found.boxes is None:
            return np.zeros((0, 4, 2), np.float32)
        return np.asarray(found.boxes, np.float32) / np.float32(scale)

    def _cut(self, picture: Picture, quads: Quads) -> list[Picture]:
        crops: list[Picture] = self._rapid.crop_text_regions(picture, quads)
        return crops

    def _is_upside_down(self, crops: list[Picture]) -> bool:
        voters = sorted((crop for crop in crops if _ratio(crop) > 2), key=_ratio, reverse=True)[:VOTERS]
        if not voters:
            return False
        _, votes = self._rapid.cls_and_rotate(voters)
        against = sum(score if label == "180" else -score for label, score in votes.cls_res)
        if abs(against) > 0.5 * len(voters):
            return bool(against > 0)
        return self._confidence(voters) < self._confidence([_half_turn(crop) for crop in voters])

    def _confidence(self, crops: list[Picture]) -> float:
        return float(np.mean(self._rapid.recognize_txt(crops).scores))

    def _words(self, crops: list[Picture]) -> tuple[list[Word], bool]:
        """The words of each crop with their confidence, and whether Tesseract had a better word for any."""
        if not crops:
            return [], False
        read = self._rapid.recognize_txt(crops)
        words = [(clean(text), float(score)) for text, score in zip(read.txts, read.scores, strict=True)]
        return words, self._ask_tesseract(words, crops)

    def _ask_tesseract(self, words: list[Word], crops: list[Picture]) -> bool:
        """Replace doubtful words by Tesseract's where it is surer; whether it changed any."""
        doubtful = [index for index, (_, score) in enumerate(words) if score < DOUBTFUL]
        if not doubtful or shutil.which("tesseract") is None:
            return False
        changed = False
        for index in doubtful[:SECOND_OPINIONS]:
            second = _tesseract(crops[index])
            if second is not None and second[1] > words[index][1]:
                words[index] = second
                changed = True
        return changed


def _tesseract(crop: Picture) -> Word | None:
    import pytesseract

    try:
        found = pytesseract.image_to_data(
            crop,
            lang="chi_sim+eng",
            config="--psm 7",
            timeout=TESSERACT_SECONDS,
            output_type=pytesseract.Output.DICT,
        )
    except (pytesseract.TesseractError, RuntimeError, OSError, ValueError, SystemExit):
        return None  # an opinion less; pytesseract even leaves the process over a version that it cannot read
    words = [(text, float(sure)) for text, sure in zip(found["text"], found["conf"], strict=True) if text.strip()]
    if not words:
        return None
    return clean(" ".join(text for text, _ in words)), sum(sure for _, sure in words) / len(words) / 100


def _ratio(crop: Picture) -> float:
    return float(crop.shape[1] / max(1, crop.shape[0]))


def _half_turn(crop: Picture) -> Picture:
    return np.ascontiguousarray(crop[::-1, ::-1])


def _sides(quads: Quads) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    along = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
    across = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
    return along, across


def _stand_tall(quads: Quads) -> bool:
    """Whether most of the length of the lines runs up and down."""
    along, across = _sides(quads)
    lying = along[along > 1.5 * across].sum()
    standing = across[across > 1.5 * along].sum()
    return bool(standing > lying)


def _turn(picture: Picture, quads: Quads, degrees: int) -> tuple[Picture, Quads]:
    """The picture and its quads turned clockwise by 90 or 180 degrees."""
    height, width = picture.shape[:2]
    if degrees == 180:
        flipped = np.array([width, height], np.float32) - quads
        return np.ascontiguousarray(picture[::-1, ::-1]), np.roll(flipped, 2, axis=1)
    moved = np.stack([height - quads[:, :, 1], quads[:, :, 0]], axis=2)
    return np.ascontiguousarray(np.rot90(picture, k=-1)), moved.astype(np.float32)


def _rows(words: list[Word], quads: Quads, picture: Picture) -> tuple[tuple[tuple[Line, ...], ...], bool]:
    """The rows of a page, and whether it is two pages side by side: then the left one is read first."""
    kept = [index for index, (text, score) in enumerate(words) if text and score >= DROPPED]
    quads = quads[kept]
    lines = [
        Line(text=words[index][0], box=_box(quad, picture), confidence=round(words[index][1], 4))
        for index, quad in zip(kept, quads, strict=True)
    ]
    fold = two_up([line.box for line in lines], picture.shape[1] / picture.shape[0])
    sides = [[index for index, line in enumerate(lines) if (line.box.x0 > (fold or 0.0)) == right] for right in (0, 1)]
    if fold is None:
        sides = [list(range(len(lines)))]
    return tuple(tuple(row) for side in sides for row in _rows_of(lines, quads, side)), fold is not None


def _rows_of(lines: list[Line], quads: Quads, side: list[int]) -> list[list[Line]]:
    own = quads[side]
    return [[lines[side[index]] for index in row] for row in rows(_pieces(own), *_slope(own))]


def _box(quad: NDArray[np.float32], picture: Picture) -> Box:
    height, width = picture.shape[:2]
    (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
    return Box(_share(x0, width), _share(y0, height), _share(x1, width), _share(y1, height))


def _share(value: float, whole: int) -> float:
    return round(min(1.0, max(0.0, float(value) / whole)), 5)


def _pieces(quads: Quads) -> list[Piece]:
    _, across = _sides(quads)
    centres = quads.mean(axis=1)
    return [Piece(float(x), float(y), float(h)) for (x, y), h in zip(centres, across, strict=True)]


def _slope(quads: Quads) -> tuple[float, float]:
    """By how much the long lines fall per pixel to the right, and by how much more per pixel further down."""
    along, across = _sides(quads)
    long = along > 3 * across
    if not long.any():
        return 0.0, 0.0
    steps = (quads[:, 1] - quads[:, 0])[long]
    falls, heights = steps[:, 1] / steps[:, 0], quads[long].mean(axis=1)[:, 1]
    slope = float(np.median(falls))
    if len(falls) < FEWEST_FOR_TILT or np.ptp(heights) <= 0:
        return slope, 0.0
    near = np.abs(falls - slope) < 0.05 + 2 * np.median(np.abs(falls - slope))
    tilt, level = np.polyfit(heights[near], falls[near], 1)
    return float(level), float(tilt)
