"""字词: Chinese full text without a dictionary.

A run of Chinese characters is kept as its bigrams, one position each, and closed by its last character alone; a run
of Latin letters or digits is one word. A query is the same stream with its end left open, asked for as a phrase. So
every substring of two characters is found (产权), no word list decides what a word is, and `tsvector` keeps the
positions that make a phrase exact. Punctuation, spaces between Chinese characters and line breaks do not count.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr.words import clean

LONGEST = 16_000
"""Positions a tsvector tells apart; what a page has beyond them is not indexed (a dense A4 page has 2,000)."""
LONGEST_WORD = 60

_HAN = re.compile(r"[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(frozen=True, kw_only=True)
class Stream:
    """The characters of a text that count, each with its index in the text; `breaks` begin a new Latin word."""

    characters: str
    places: tuple[int, ...]
    breaks: frozenset[int]


def stream(text: str) -> Stream:
    """NFKC, small letters, only letters and digits."""
    characters: list[str] = []
    places: list[int] = []
    breaks: set[int] = set()
    gap = False
    for place, raw in enumerate(text):
        for character in unicodedata.normalize("NFKC", raw).casefold():
            if not character.isalnum():
                gap = True
                continue
            if gap:
                breaks.add(len(characters))
                gap = False
            characters.append(character)
            places.append(place)
    return Stream(characters="".join(characters), places=tuple(places), breaks=frozenset(breaks))


def vector(text: str) -> str:
    """The text as the literal of a `tsvector`."""
    positions: dict[str, list[int]] = {}
    for position, word in enumerate(_tokens(stream(text)), start=1):
        if position > LONGEST:
            break
        positions.setdefault(word, []).append(position)
    return " ".join(f"'{word}':{','.join(map(str, places))}" for word, places in positions.items())


def query(text: str) -> str | None:
    """What was typed as the literal of a `tsquery`: terms between spaces, each a phrase; None if nothing is asked."""
    phrases = [phrase for term in terms(text) if (phrase := _phrase(term))]
    return " & ".join(f"({phrase})" for phrase in phrases) or None


def terms(text: str) -> list[str]:
    """The terms of a query: what stands between spaces and bears a letter or a digit, radicals mended."""
    return [clean(term) for term in text.split() if stream(term).characters][:8]


def occurrences(text: str, term: str) -> Iterator[tuple[int, int]]:
    """Where a term stands in a text: first and last index, however it is spaced or broken into lines there."""
    wanted = stream(term).characters
    within = stream(text)
    start = within.characters.find(wanted) if wanted else -1
    while start >= 0:
        yield within.places[start], within.places[start + len(wanted) - 1]
        start = within.characters.find(wanted, start + len(wanted))


def _runs(found: Stream) -> Iterator[tuple[str, bool]]:
    """Runs of one sort, Chinese (True) or not; a gap divides Latin words but not Chinese characters."""
    run = ""
    chinese = False
    for index, character in enumerate(found.characters):
        is_chinese = bool(_HAN.match(character))
        if run and (is_chinese != chinese or (not is_chinese and index in found.breaks)):
            yield run, chinese
            run = ""
        run += character
        chinese = is_chinese
    if run:
        yield run, chinese


def _tokens(found: Stream) -> Iterator[str]:
    for run, chinese in _runs(found):
        if chinese:
            yield from _bigrams(run)
            yield run[-1]
        else:
            yield run[:LONGEST_WORD]


def _bigrams(run: str) -> Sequence[str]:
    return [run[index : index + 2] for index in range(len(run) - 1)]


def _phrase(term: str) -> str:
    """The term's tokens in a row; its end is open: a single character or a Latin word may be the start of a token."""
    runs = list(_runs(stream(term)))
    tokens: list[str] = []
    for index, (run, chinese) in enumerate(runs):
        last = index == len(runs) - 1
        if not chinese:
            tokens.append(f"'{run[:LONGEST_WORD]}'{':*' if last else ''}")
            continue
        tokens += [f"'{pair}'" for pair in _bigrams(run)]
        if not last:
            tokens.append(f"'{run[-1]}'")
        elif len(run) == 1:
            tokens.append(f"'{run}':*")
    return " <-> ".join(tokens)
