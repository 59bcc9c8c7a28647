"""What the address box completes: every name and address of a carrier, in characters, in pinyin and in initials."""

from collections.abc import Iterable

from zhusuo.addresses.keys import search_terms


def terms_of(shown: Iterable[str]) -> list[tuple[str, str, int]]:
    """(term, what is shown for it, weight), every term once with its greatest weight."""
    found: dict[str, tuple[str, int]] = {}
    for each in shown:
        for term, weight in search_terms(each):
            if term not in found or found[term][1] < weight:
                found[term] = (each, weight)
    return [(term, each, weight) for term, (each, weight) in found.items()]
