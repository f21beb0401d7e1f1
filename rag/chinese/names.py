"""Names of people, places and organisations in Chinese text, as far as a word cutter knows them."""

from __future__ import annotations

import re

# jieba's tag set: person, transliterated person, place, organisation.
_NAME_TAGS = ("nr", "nrt", "nrfg", "ns", "nt")
_HAN = re.compile(r"[\u3400-\u9fff]{2,}")
_TITLES = (
    "书记|区长|市长|县长|镇长|局长|院长|校长|主任|主席|部长|处长|科长|所长|会长|经理|董事长|教授|医生"
    "|记者|队长|站长|馆长|社长|代表|委员|律师|民警|总监|总裁"
)
# A name printed straight after an office: the cutter does not know rare surnames.
_OFFICE = re.compile(
    rf"(?:{_TITLES})"
    r"(?:是|为|叫)?(?P<name>[\u4e00-\u9fff]{2,4}?)(?=[,，、。;；:：!！?？\s]|等|说|表示|介绍|告诉|指出|强调|认为|率|主持|出席|$)"
)

_TITLE = re.compile(f"(?:{_TITLES}|负责人|发言人|工程师|教练|选手)$")

# The commonest surnames, those of 复姓 by their first character.
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余于杜叶程苏魏吕丁任卢姚沈钟姜崔谭陆范汪廖石"
    "金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔汤康易乔赖文施洪季欧阳司诸葛上官"
)
# Tags of words that are no part of a name: adverbs, prepositions, numerals and the like.
_NO_PART = frozenset("dpcurmqfyt")
_NAME_CHARS = 3
# The cutter takes the next word into a name (吴倩以3分领先); names do not end so.
_NEXT_WORD = frozenset("以将把被等与")
# What the cutter's dictionary takes for names and nobody for a thing.
_NO_NAMES = frozenset(
    ("东西", "二人", "令人", "指出", "强调", "表示", "了解到", "高达", "段时间", "之日起")
)
_PLACE = re.compile("[省市区县镇乡村路街州江河湖山]$")


def names(text: str) -> list[str]:
    """Return the names in `text` in order, each once, of two characters at least."""
    import rjieba

    found = [
        word[:-1] if len(word) == _NAME_CHARS and word[-1] in _NEXT_WORD else word
        for word, tag in rjieba.tag(text)
        if tag in _NAME_TAGS and _HAN.fullmatch(word) and word not in _NO_NAMES
    ]
    return list(dict.fromkeys([*found, *titled(text)]))


def titled(text: str) -> list[str]:
    """Return the names that stand after an office (区长李超鲲鹏出席), as often as they do."""
    found = _parted(text) | {
        one.start("name"): one["name"]
        for one in _OFFICE.finditer(text)
        if _may_be_name(one["name"])
    }
    return [name for _, name in sorted(found.items())]


def _may_be_name(text: str) -> bool:
    """Whether a text has no adverb or the like, nor, if it is long, a verb (林场调研)."""
    import rjieba

    others = _NO_PART | {"v"} if len(text) > _NAME_CHARS else _NO_PART
    return not any(len(word) > 1 and tag[0] in others for word, tag in rjieba.tag(text))


def _parted(text: str) -> dict[int, str]:
    """Names behind an office that the cutter takes for two words (局长方志鹏), by their places."""
    import rjieba

    found: dict[int, str] = {}
    place = 0
    words = rjieba.tag(text)
    for title, *parts in zip(words, words[1:], words[2:], strict=False):
        place += len(title[0])
        name = "".join(word for word, _ in parts)
        tags = [tag[0] for _, tag in parts]
        # 工程师李强说 names 李强.
        if "v" in tags[-1] or _NO_PART & set(tags) or not _TITLE.search(title[0]):
            continue
        if len(name) == _NAME_CHARS and name[0] in _SURNAMES and _HAN.fullmatch(name):
            found[place] = name
    return found


def people(text: str) -> list[str]:
    """Return the names of persons in `text` in order, each once: those that begin as names do."""
    found = [name for name in names(text) if name[0] in _SURNAMES and not _PLACE.search(name)]
    return [one for one in found if not any(_is_better(other, one) for other in found)]


def _is_better(other: str, name: str) -> bool:
    """Whether of two names for one person the other is: 李超鲲鹏 for 李超, 沈东 for 沈东主讲."""
    import rjieba

    long, short = (other, name) if len(other) > len(name) else (name, other)
    if long == short or not long.startswith(short):
        return False
    (_, tag), *_ = rjieba.tag(long[len(short) :])
    return (short if tag[0] in "vdp" else long) == other
