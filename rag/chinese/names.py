"""Names of people, places and organisations in Chinese text, as far as a word cutter knows them."""

from __future__ import annotations

import re

# jieba's tag set: person, transliterated person, place, organisation.
_NAME_TAGS = ("nr", "nrt", "nrfg", "ns", "nt")
_HAN = re.compile(r"[\u3400-\u9fff]{2,}")
# A name printed straight after an office: the cutter does not know rare surnames.
_OFFICE = re.compile(
    r"(?:书记|区长|市长|县长|镇长|局长|院长|校长|主任|主席|部长|处长|科长|所长|会长|经理|董事长|教授|医生"
    r"|记者|队长|站长|馆长|社长|代表|委员|律师|民警|总监|总裁)"
    r"(?:是|为|叫)?(?P<name>[\u4e00-\u9fff]{2,4}?)(?=[,，、。;；:：!！?？\s]|等|说|表示|介绍|告诉|指出|强调|认为|率|主持|出席|$)"
)


def names(text: str) -> list[str]:
    """Return the names in `text` in order, each once, of two characters at least."""
    import rjieba

    found = [word for word, tag in rjieba.tag(text) if tag in _NAME_TAGS and _HAN.fullmatch(word)]
    found += [match["name"] for match in _OFFICE.finditer(text)]
    return list(dict.fromkeys(found))
