"""签名: one key, made once, kept to its owner."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from zhusuo.signing import KeyUnusable, Signer, verify


def test_the_key_is_made_on_first_use_and_kept_to_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "var" / "key.pem"
    signer = Signer.open(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Signer.open(path).key_id == signer.key_id
    assert [each.name for each in path.parent.iterdir()] == ["key.pem"]


def test_processes_that_start_at_once_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        signers = list(pool.map(lambda _: Signer.open(tmp_path / "key.pem"), range(32)))
    assert len({each.key_id for each in signers}) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["key.pem"]


def test_a_signature_holds_for_its_content_and_its_key_alone(tmp_path: Path) -> None:
    signer, other = Signer.open(tmp_path / "key.pem"), Signer.open(tmp_path / "other.pem")
    signature = signer.sign("凭证".encode())
    assert signer.verify("凭证".encode(), signature)
    assert verify(signer.public_key, "凭证".encode(), signature)
    assert not signer.verify("凭证。".encode(), signature)
    assert not signer.verify("凭证".encode(), signature[:-1])
    assert not other.verify("凭证".encode(), signature)


def test_a_file_that_is_no_such_key_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("not a key")
    rsa = generate_private_key(65537, 2048)
    (tmp_path / "rsa.pem").write_bytes(rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    for name in ("text.pem", "rsa.pem"):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(KeyUnusable, match="不可用"):
            Signer.open(tmp_path / name)
        assert (tmp_path / name).read_bytes() == before


def test_a_place_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyUnusable):
        Signer.open(tmp_path / "file" / "key.pem")
