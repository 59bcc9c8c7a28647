"""签名: the installation's Ed25519 key, which signs receipts and audit checkpoints."""

import os
import secrets
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from zhusuo.errors import Refusal


class KeyUnusable(Refusal):
    code = "key_unusable"
    sentence = "签名私钥文件不可用：{file}。请放回原来的密钥文件；换用新密钥后，以前签发的凭证将无法验证。"


class Signer:
    """签名者: signs with the private key and verifies with its public half.

    `public_key` is the raw 32 bytes of RFC 8032; `key_id` names it in sixteen hex digits and is kept beside every
    signature, so that one made with another key is told apart from a forged one.
    """

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key_id = key_id(self.public_key)

    @classmethod
    def open(cls, path: Path, *, create: bool = True) -> "Signer":
        """The key in a PEM file, made on first use, readable by its owner alone. Raises KeyUnusable.

        Several processes may start at once: whoever links the file first has made the key, the others read it.
        Whoever only wants to verify does not `create`.
        """
        try:
            if create and not path.exists():
                _create(path)
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as error:
            raise KeyUnusable(file=str(path)) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyUnusable(file=str(path))
        return cls(key)

    def sign(self, content: bytes) -> bytes:
        """The 64 bytes of the signature; the same content always gives the same ones."""
        return self._key.sign(content)

    def verify(self, content: bytes, signature: bytes) -> bool:
        return verify(self.public_key, content, signature)


def key_id(public_key: bytes) -> str:
    return sha256(public_key).hexdigest()[:16]


def verify(public_key: bytes, content: bytes, signature: bytes) -> bool:
    """Whether the signature over the content was made by the owner of this public key."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # somebody else was quicker: theirs is the key
    finally:
        draft.unlink()
