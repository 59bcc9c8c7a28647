"""Two halves of an address, each remembered by its own words, say what the whole says."""

from hypothesis import given, settings

from tests.rules.test_addresses_any_text import TEXTS
from tests.rules.test_addresses_table import LEXICON, rows
from zhusuo.addresses.characters import arabic, normal
from zhusuo.addresses.halves import in_halves, read, read_whole


def plain_of(text: str) -> str:
    return arabic(*normal(text))[0]


@settings(max_examples=1500, deadline=None)
@given(TEXTS)
def test_any_text_reads_as_a_whole_would(text: str) -> None:
    plain = plain_of(text)
    assert read(plain, LEXICON) == read_whole(plain, LEXICON)


def test_every_first_half_with_every_second_half() -> None:
    known = [plain_of(row[0]) for row in rows()]
    firsts = {plain[: plain.find("号") + 1] for plain in known} | {"", "号", "某某路号", "1号"}
    seconds = {plain[plain.find("号") + 1 :] for plain in known} | {
        "1",
        "101室(双)",
        "101、103号202室",
        "2号楼1号",
        "组2",
    }
    told_apart = 0
    for first in sorted(firsts):
        for second in sorted(seconds):
            plain = first + second
            told_apart += in_halves(plain, LEXICON) is not None
            assert read(plain, LEXICON) == read_whole(plain, LEXICON), plain
    assert told_apart > len(firsts) * len(seconds) / 10


def test_what_a_second_half_says_of_the_number_is_read_with_it() -> None:
    plain = plain_of("宜山路152号(双)")
    assert in_halves(plain, LEXICON) is None
    assert read(plain, LEXICON).address.number == "152双"
