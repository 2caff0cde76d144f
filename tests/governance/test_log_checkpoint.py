"""Signed notes, checkpoints and cosignatures, byte for byte as C2SP writes them."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.log.checkpoint import (
    Checkpoint,
    cosign,
    cosigned_at,
    is_signed,
    origin_of,
    read_checkpoint,
    sign_checkpoint,
)
from governance.log.note import ED25519, NoteNotUnderstood, holds, line_id, read_line, read_note

#: The example in the documentation of Go's package sumdb/note: its text, its key and its signature.
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
GO_KEY = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
#: The example of C2SP tlog-cosignature v1, signature lines included.
C2SP_NOTE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC, WITNESS_PUBLIC = (key.public_key().public_bytes_raw() for key in (KEY, WITNESS))
SEEN = Checkpoint(origin_of("hautes-combes"), 7, hashlib.sha256(b"root").digest())


def test_another_programs_note_is_read_and_its_signature_holds() -> None:
    note = read_note(GO_NOTE)
    line = note.line_of("PeterNeumann", ED25519, GO_KEY)
    assert line is not None
    assert line.id.hex() == "c74f20a3"
    assert holds(GO_KEY, line.signature, note.text.encode())
    assert not holds(GO_KEY, line.signature, note.text.encode() + b"\n")
    assert str(note) == GO_NOTE


def test_the_example_of_the_specification_is_read_and_written_again() -> None:
    checkpoint, note = read_checkpoint(C2SP_NOTE)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert str(note) == C2SP_NOTE
    assert [len(line.signature) for line in note.lines] == [64, 8 + 64]
    assert int.from_bytes(note.lines[1].signature[:8], "big") == 1_679_315_147


def test_a_checkpoint_is_three_lines_and_a_signature_under_the_origins_name() -> None:
    whole = str(sign_checkpoint(SEEN, KEY))
    text, _, line = whole.partition("\n\n")
    assert text == f"mobility-commons/hautes-combes\n7\n{base64.b64encode(SEEN.root).decode()}"
    name, blob = line.removeprefix("— ").split(" ")
    raw = base64.b64decode(blob)
    assert name == "mobility-commons/hautes-combes"
    assert raw[:4] == hashlib.sha256(name.encode() + b"\n\x01" + PUBLIC).digest()[:4]
    KEY.public_key().verify(raw[4:], text.encode() + b"\n")
    checkpoint, note = read_checkpoint(whole)
    assert checkpoint == SEEN
    assert is_signed(note, SEEN.origin, PUBLIC)
    assert not is_signed(note, SEEN.origin, WITNESS_PUBLIC)
    assert not is_signed(note, "mobility-commons/elsewhere", PUBLIC)


def test_a_cosignature_covers_the_time_and_the_checkpoint() -> None:
    line = cosign(SEEN, "trottix", WITNESS, time_s=1_679_315_147)
    name = "mobility-commons/hautes-combes/trottix"
    assert (line.name, line.id) == (name, hashlib.sha256(name.encode() + b"\n\x04" + WITNESS_PUBLIC).digest()[:4])
    message = b"cosignature/v1\ntime 1679315147\n" + SEEN.text().encode()
    assert line.signature[:8] == (1_679_315_147).to_bytes(8, "big")
    WITNESS.public_key().verify(line.signature[8:], message)
    assert cosigned_at(SEEN, read_line(str(line)), "trottix", WITNESS_PUBLIC) == 1_679_315_147


def test_a_cosignature_of_anything_else_is_none() -> None:
    line = cosign(SEEN, "trottix", WITNESS, time_s=5)
    another = Checkpoint(SEEN.origin, 8, SEEN.root)
    assert cosigned_at(another, line, "trottix", WITNESS_PUBLIC) is None
    assert cosigned_at(SEEN, line, "bolide", WITNESS_PUBLIC) is None
    assert cosigned_at(SEEN, line, "trottix", PUBLIC) is None
    signed = sign_checkpoint(SEEN, WITNESS).lines[0]  # the same key's signature of the other kind
    assert cosigned_at(SEEN, signed, "trottix", WITNESS_PUBLIC) is None
    assert line_id(line.name, 1, WITNESS_PUBLIC) != line.id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\nb\nc",
        "a\n1\nAAAA\n\n— a AAAAAAAA\n",  # a root of three bytes
        f"a\n01\n{'A' * 43}=\n\n— a AAAAAAAA\n",  # another spelling of the size
        f"a\n-1\n{'A' * 43}=\n\n— a AAAAAAAA\n",
        f"\n1\n{'A' * 43}=\n\n— a AAAAAAAA\n",
        f"a\n1\n{'A' * 42}B=\n\n— a AAAAAAAA\n",  # another spelling of the root
        f"a\n1\n{'A' * 43}=\nmore\n\n— a AAAAAAAA\n",
        f"a\n1\n{'A' * 43}=\n\n",
        f"a\n1\n{'A' * 43}=\n\n— a AAAAAAAA",
        f"a\n1\n{'A' * 43}=\n\n- a AAAAAAAA\n",
        f"a\n1\n{'A' * 43}=\n\n— a b AAAAAAAA\n",
        f"a\n1\n{'A' * 43}=\n\n— a AAAA\n",  # four bytes of name and no signature
        f"a\n1\n{'A' * 43}=\n\n— a AAAAAAB=\n",  # another spelling of five bytes
        f"a\r\n1\n{'A' * 43}=\n\n— a AAAAAAAA\n",
        "a" * 70_000 + f"\n1\n{'A' * 43}=\n\n— a AAAAAAAA\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteNotUnderstood):
        read_checkpoint(text)
