import re
from pathlib import Path

import governance
from governance.reasons import REASONS

SOURCE = Path(governance.__file__).parent


def codes_in_use() -> set[str]:
    texts = [path.read_text("utf-8") for path in SOURCE.rglob("*.py") if path.name != "reasons.py"]
    quoted = re.findall(
        r'"((?:actor|sanction|prohibition|dataset|cube|agreement|purpose|release|term|interlock)\.\w+)"', "".join(texts)
    )
    return set(quoted)


def test_every_code_that_is_used_has_its_sentences_and_every_sentence_is_used() -> None:
    assert codes_in_use() == set(REASONS)


def test_every_reason_is_in_two_languages_with_the_same_marks() -> None:
    for code, reason in REASONS.items():
        for sentence in (reason.sentence, reason.next_step):
            assert sentence.fr.strip(), code
            assert sentence.fr != sentence.en, code
            assert set(re.findall(r"{\w+}", sentence.fr)) == set(re.findall(r"{\w+}", sentence.en)), code
