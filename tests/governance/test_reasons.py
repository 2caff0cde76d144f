import re
from pathlib import Path

import governance
from governance.reasons import REASONS

SOURCE = Path(governance.__file__).parent


def source_text() -> str:
    paths = [path for path in SOURCE.rglob("*.py") if path.parent != SOURCE / "reasons"]
    paths += (SOURCE.parent / "hub").rglob("*.py")
    return "".join(path.read_text("utf-8") for path in paths)


def test_every_sentence_is_used() -> None:
    text = source_text()
    assert [code for code in REASONS if f'"{code}"' not in text] == []


def test_every_code_that_is_used_has_its_sentences() -> None:
    used = re.findall(r'\b(?:denied|act_refused)\(\s*"([a-z_]+\.[a-z_]+)"', source_text())
    assert len(used) > 20
    assert sorted(set(used) - set(REASONS)) == []


def test_every_reason_is_in_two_languages_with_the_same_marks() -> None:
    for code, reason in REASONS.items():
        for sentence in (reason.sentence, reason.next_step):
            assert sentence.fr.strip(), code
            assert sentence.fr != sentence.en, code
            assert set(re.findall(r"{\w+}", sentence.fr)) == set(re.findall(r"{\w+}", sentence.en)), code
