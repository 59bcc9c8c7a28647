"""The tree of RFC 6962, against the vectors of its reference implementation (certificate-transparency)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhusuo import merkle
from zhusuo.merkle import Frontier

CONTENTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
LEAVES = [merkle.leaf_hash(bytes.fromhex(each)) for each in CONTENTS]
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
INCLUSION = (
    (0, 1, ()),
    (
        0,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    (
        5,
        8,
        (
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
    (2, 3, ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",)),
    (
        1,
        5,
        (
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ),
    ),
)
CONSISTENCY = (
    (1, 1, ()),
    (
        1,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    (
        6,
        8,
        (
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
    (
        2,
        5,
        (
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ),
    ),
)


def unhex(hashes: tuple[str, ...]) -> list[bytes]:
    return [bytes.fromhex(each) for each in hashes]


@pytest.mark.parametrize("size", range(9))
def test_the_root_is_the_one_of_the_reference_implementation(size: int) -> None:
    assert merkle.root_hash(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_an_inclusion_proof_is_the_one_of_the_reference_implementation(
    index: int, size: int, proof: tuple[str, ...]
) -> None:
    assert merkle.inclusion_proof(LEAVES[:size], index) == unhex(proof)
    assert merkle.verify_inclusion(LEAVES[index], index, size, unhex(proof), bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old_size", "size", "proof"), CONSISTENCY)
def test_a_consistency_proof_is_the_one_of_the_reference_implementation(
    old_size: int, size: int, proof: tuple[str, ...]
) -> None:
    assert merkle.consistency_proof(LEAVES[:size], old_size) == unhex(proof)
    old_root, root = bytes.fromhex(ROOTS[old_size]), bytes.fromhex(ROOTS[size])
    assert merkle.verify_consistency(old_size, old_root, size, root, unhex(proof))


@given(size=st.integers(1, 70), data=st.data())
def test_a_proof_holds_for_its_own_leaf_alone(size: int, data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(bytes([each])) for each in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof, root = merkle.inclusion_proof(leaves, index), merkle.root_hash(leaves)
    assert merkle.verify_inclusion(leaves[index], index, size, proof, root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"other"), index, size, proof, root)
    assert not merkle.verify_inclusion(leaves[index], index, size, [*proof, root], root)
    assert not merkle.verify_inclusion(leaves[index], size, size, proof, root)
    if proof:
        assert not merkle.verify_inclusion(leaves[index], index, size, proof[:-1], root)
    for other in {0, size // 2, size - 1} - {index}:
        assert not merkle.verify_inclusion(leaves[index], other, size, proof, root)


@given(size=st.integers(1, 70), data=st.data())
def test_a_tree_that_grew_proves_it_and_one_that_was_rewritten_cannot(size: int, data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(bytes([each])) for each in range(size)]
    old_size = data.draw(st.integers(1, size))
    proof, root = merkle.consistency_proof(leaves, old_size), merkle.root_hash(leaves)
    old_root = merkle.root_hash(leaves[:old_size])
    assert merkle.verify_consistency(old_size, old_root, size, root, proof)
    rewritten = [merkle.leaf_hash(b"rewritten"), *leaves[1:]]
    forged = merkle.consistency_proof(rewritten, old_size)
    assert not merkle.verify_consistency(old_size, old_root, size, merkle.root_hash(rewritten), forged)
    assert not merkle.verify_consistency(old_size, old_root, size, root, [*proof, root])


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_tree_goes_on_from_its_frontier(kept: int, added: int) -> None:
    leaves = [merkle.leaf_hash(each.to_bytes(2)) for each in range(kept + added)]
    first = Frontier()
    for leaf in leaves[:kept]:
        first.append(leaf)
    again = Frontier(first.size, first.hashes)
    for leaf in leaves[kept:]:
        again.append(leaf)
    assert again.size == kept + added
    assert again.root() == merkle.root_hash(leaves)


def test_a_frontier_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="3 leaves"):
        Frontier(3, [LEAVES[0]])
