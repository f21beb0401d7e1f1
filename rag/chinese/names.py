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

# The commonest surnames, those of 复姓 by their first character.
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余于杜叶程苏魏吕丁任卢姚沈钟姜崔谭陆范汪廖石"
    "金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔汤康易乔赖文施洪季欧阳司诸葛上官"
)
_PLACE = re.compile("[省市区县镇乡村路街州江河湖山]$")


def names(text: str) -> list[str]:
    """Return the names in `text` in order, each once, of two characters at least."""
    import rjieba

    found = [word for word, tag in rjieba.tag(text) if tag in _NAME_TAGS and _HAN.fullmatch(word)]
    return list(dict.fromkeys([*found, *titled(text)]))


def titled(text: str) -> list[str]:
    """Return the names that stand after an office (区长李超鲲鹏出席), as often as they do."""
    return [match["name"] for match in _OFFICE.finditer(text)]


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
