"""Names of the people who wrote an article, from the forms in which newspapers print them."""

from __future__ import annotations

import re

from rag.chinese.normalise import is_han, level

_HAN = r"[^\W\d_a-z]"
_PAPER = rf"(?:{_HAN}{{0,6}}?(?:报|刊|台|网|新闻|客户端|融媒|传媒)|今日{_HAN}{{2,3}}?)"
"""A paper, station or site by its name: 晚报, 华西都市报, 封面新闻, 今日江口."""
_ROLE = (
    rf"(?:{_PAPER}(?:全媒体|首席|见习|实习|特约)?记者"
    r"|(?:本报|本刊|本台|本网|新华社|中新社|全媒体|融媒体|融媒|首席|见习|实习|特约|驻[^\W\d_]{1,4}|文字|摄影"
    r"|视频|通讯|签约|专职){0,4}(?:记者|通讯员|实习生|评论员|撰稿人|撰稿|特约作者|作者|摄影师|报道员|编辑|编译)"
    r"|图文|文图|文字|文/图|图/文|文/摄|文并摄|摄影报道|摄影|图片|供稿|供图|采写|整理|综合报道|报道|报导|撰文|执笔)"
)
# What stands straight before 记者 names an outlet (封面记者), not a person.
_ROLES = re.compile(rf"(?<![^\W_]){_HAN}{{2,6}}?记者(?=\s)|{_ROLE}")
_NAME = r"[^\W\d_a-z]{2,4}"
_ONE = rf"(?:{_NAME}|[^\W\d_a-z]\s[^\W\d_a-z](?:(?=摄)|(?![^\W\d_])))"
_NAMES = rf"{_ONE}(?:[\s、,/·]+{_ONE}){{0,11}}"
_MARK = r"[□■◇◆●○▲△☆★▣☐◎]"
_WITH_ROLE = (
    rf"(?:{_ROLE}\s*[:/]?\s*(?:{_NAMES})\s*(?:文|图|摄|文/图|图/文)?\s*){{1,6}}(?:{_ROLE}\s*)?"
)
_LINE = re.compile(
    rf"^(?:{_MARK}\s*(?:{_WITH_ROLE}|{_NAMES}(?:\s*(?:{_ROLE}|文|图|摄|/))*)"
    rf"|[(\[【]?\s*(?=本报|本刊|本台|本网|全媒体|融媒|{_ROLE}[\s:/]){_WITH_ROLE}\s*[)\]】]?"
    rf"|{_HAN}{{2}}记者\s+{_NAMES}\s+(?:文|图|摄|/)+"
    rf"|(?:文|图|摄)\s*[/:]\s*(?:{_ROLE}\s*)?{_NAMES}(?:\s*(?:文|图|摄)\s*[/:]\s*(?:{_ROLE}\s*)?{_NAMES})*"
    rf"|(?:{_NAMES})\s+(?:文/图|图/文|文/摄|摄影报道))$"
)
_LEAD = re.compile(
    r"^[●■◆▲★◇○\s]*[【\[(]?\s*(?:本报|本刊|本台|本网)[^\W\d_]{0,4}?\d{0,12}(?:综合)?"
    r"(?:讯(?!员)|消息|电)\s*[】\])]?\s*(?P<bracket>[(【\[](?P<names>[^()【】\[\]]{2,60})[)】\]])?"
    rf"\s*(?P<loose>(?:{_WITH_ROLE})(?:[::,]|(?<=报道)|(?<=报导)|(?<=\s)))?"
)
# Other papers by their names: 晚报讯（记者 …, 华西都市报11月8日讯. Less is certain of them, so that
# a mark of the opening must follow (警方通报讯问情况 opens nothing).
_OWN_NAME = re.compile(
    rf"^[●■◆▲★◇○\s]*[【\[(]?(?!据){_PAPER}(?:\d{{1,2}}月\d{{1,2}}日)?(?:讯|消息)"
    r"(?=\s*[】\])(【\[]|\s|(?:首席|见习)?记者|通讯员)\s*[】\])]?\s*"
    r"(?P<bracket>[(【\[](?P<names>[^()【】\[\]]{2,60})[)】\]])?"
    rf"\s*(?P<loose>(?:{_WITH_ROLE})(?:[::,]|(?<=报道)|(?<=报导)|(?<=\s)))?"
)
_AGENCY = re.compile(
    r"^(?:据)?(?:新华社|中新社|中新网|人民网|央视网|新华网|法新社|路透社|本报)[^\s,。()]{0,12}?\d{1,2}月\d{1,2}日"
    r"(?:讯|电|消息)\s*(?:[(【](?P<names>[^()【】]{2,60})[)】])?"
)
_REPORT = re.compile(
    rf"^(?=本报|本刊|本台|本网|全媒体|融媒)(?:{_WITH_ROLE})(?<!摄)(?<!摄\s)[::]?\s+"
    rf"|^(?:{_ROLE}\s*{_NAMES}\s*){{1,6}}(?:报道|报导)[::]?"
)
# 【記者張三／台北報導】: bracketed, the place behind a stroke, as papers in Taiwan open.
_PLACED = re.compile(
    rf"^[【(\[〔](?P<names>(?:{_PAPER})?(?:{_ROLE}\s*[:/]?\s*{_NAMES}\s*){{1,4}})"
    r"/[^\W\d_]{2,8}(?:报道|报导|电|讯)[】)\]〕]\s*(?=\w|[“「『\"])"
)
_REPORTED = re.compile(r"报[道导]\s*[::]?\s*(?!摄|图|文|编辑|记者|通讯员)\w")
_CREDIT = re.compile(
    rf"(?:^|(?<=[。!?….”」』)\s]))\s*(?:[(\[【]?(?:{_ROLE}\s*[:/]?\s*)?{_NAMES}[\s/]*(?<!拍)摄影?\s*[)\]】]?"
    # 翟文勇摄（影像中国）, 新华社发（陈一 摄）, （受访者供图）, 图片由文旅局提供
    rf"|{_NAMES}\s*摄影?\s*\([^()]{{2,12}}\)"
    rf"|[^\W\d_]{{2,4}}(?:社|报|中国|图片)发?\s*\((?:{_ROLE}\s*)?{_NAMES}\s*摄影?\)"
    r"|\(?[^\W\d_]{2,12}\s?供图\)?|\(?(?:本[文版])?(?:图片|照片|图)均?由[^,。;()]{2,20}提供\)?|\(资料图片?\))$"
)
_PHOTOGRAPHER = re.compile(rf"(?:{_ROLE}\s*[:/]?\s*)?({_NAMES})[\s/]*摄")
_ENDING = re.compile(r"[(\[【](?P<names>[^()\[\]【】]{2,40})[)\]】]$")
_AUTHOR = re.compile(r"(?:作者|记者|撰文)\s*:\s*([^\s:]+(?:[\s、,][^\s:]{2,4})*?)(?=\s+[^\s:]+:|$)")
_OPENINGS = (_LEAD, _OWN_NAME, _AGENCY, _PLACED)
_CREDIT_ENDS = ("摄", "摄影", "攝", "攝影", "摄】", ")", "）", "供图", "供圖", "提供")
_LONGEST_LINE = 48
_OPENING = 100
_ENDING_LENGTH = 80
"""Characters at the start and end of a paragraph in which bylines are looked for."""
_NOT_NAMES = re.compile(
    r"完|图片|资料|见|如|报$|社$|网$|台$|中心$|单位$|部$|局$|委$|版|来源|据|下转|上接|的|是|和谐|以下|注"
)
_GIVER = re.compile(r"..(?:局|委|部|社|办|站|馆|院|校|公司|中心|单位|街道|社区|乡|镇|村)$|^受访者$")
"""Who gave a picture or a text without being a person; places that a mark stands before."""
_TIMES = frozenset({"近日", "日前", "昨日", "今日", "昨天", "今天", "连日来", "近期", "目前"})
"""What news opens with where its reporters' names end: 记者 何静 报道 近日，…"""
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚"
    "卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍"
    "涂成苗谷曲盛冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党"
    "宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
_BRACKETED = re.compile(rf"^[(\[【]\s*({_NAMES})(?:\s+(?:文|图|摄影?|/)+)?\s*[)\]】]$")
_ORNAMENTED = re.compile(r"^[■◇◆●○▲△☆★]")
"""Marks that stand before subheads as well: only names of people make a byline of such a line."""
_DOUBLE_SURNAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
)
_TWO_OR_THREE = range(2, 4)
_THREE_OR_FOUR = range(3, 5)


def is_lead(text: str) -> bool:
    """Return whether a paragraph opens a news item: 本报讯(…), 新华社北京12月5日电, 记者…报道."""
    levelled = level(text[:_OPENING])
    opens = any(pattern.match(levelled) for pattern in _OPENINGS) or _reports(levelled)
    # A byline or a photo credit alone on its line opens nothing: text must follow the names.
    return bool(opens) and not is_byline_line(text) and not is_credit_line(text)


def is_byline_line(text: str) -> bool:
    """Return whether a line is nothing but a byline: □张三, 本报记者 张三, （张三 李四）."""
    if len(text) > _LONGEST_LINE:
        return False
    levelled = level(text).strip()
    if bracketed := _BRACKETED.match(levelled):
        names = parse_names(bracketed[1])
        return bool(names) and all(is_person(name) for name in names)
    if not _LINE.match(levelled) or _REPORTED.search(levelled):
        return False
    names = parse_names(text)
    if _ORNAMENTED.match(levelled) and not _ROLES.search(levelled):
        return bool(names) and all("·" in name or _is_writer(name) for name in names)
    return bool(names)


def is_person(text: str) -> bool:
    """Return whether `text` is one name of two or three characters with a common surname."""
    bare = "".join(level(text).split())
    if bare.startswith(_DOUBLE_SURNAMES) and len(bare) in _THREE_OR_FOUR:
        return all(map(is_han, bare))
    return len(bare) in _TWO_OR_THREE and bare[0] in _SURNAMES and all(map(is_han, bare))


def _is_writer(name: str) -> bool:
    """Whether a name behind a mark is a person and no place with a surname's character."""
    return is_person(name) and not _GIVER.search(level(name))


def is_credit_line(text: str) -> bool:
    """Return whether a line is nothing but the credit of a photograph: 本报记者 张三 摄."""
    return len(text) <= _LONGEST_LINE and without_credit(text) == "" != text.strip()


def without_credit(text: str) -> str:
    """Return `text` without the credit of a photograph at its end: …开业。 记者 张三 摄."""
    tail = text.rstrip()[-_LONGEST_LINE:]
    match = _CREDIT.search(level(tail)) if tail.endswith(_CREDIT_ENDS) else None
    return text.rstrip()[: len(text.rstrip()) - len(tail) + match.start()] if match else text


def credit_names(text: str) -> tuple[str, ...]:
    """Return the photographers in the credit of a photograph."""
    match = _PHOTOGRAPHER.search(level(text))
    return parse_names(text[match.start(1) : match.end(1)]) if match else ()


def lead_names(text: str) -> tuple[str, ...]:
    """Return the reporters named where a news item opens."""
    levelled = level(text[:_OPENING])
    for pattern in _OPENINGS:
        if match := pattern.match(levelled):
            for group in ("names", "loose"):
                if match.groupdict().get(group):
                    return parse_names(text[match.start(group) : match.end(group)])
            return ()
    if match := _reports(levelled):
        return parse_names(text[: match.end()])
    return ()


def ending_names(text: str) -> tuple[str, ...]:
    """Return the names in brackets at the end of a paragraph: …。（本报记者 张三）."""
    text = text.rstrip()[-_ENDING_LENGTH:]
    match = _ENDING.search(level(text))
    if not match:
        return ()
    inside = text[match.start("names") : match.end("names")]
    levelled = level(inside)
    if not _ROLES.search(levelled):
        before = text[: match.start()].rstrip()
        if not before or before[-1] not in "。！？!?”…" or _NOT_NAMES.search(levelled):
            return ()
    names = tuple(name for name in parse_names(inside) if not _GIVER.search(level(name)))
    rest = "".join(character for character in _ROLES.sub("", levelled) if is_han(character))
    # A sentence in brackets is no byline: nearly all of it must be names.
    return names if names and len("".join(names)) >= 0.8 * len(rest) else ()


def stated_authors(text: str) -> tuple[str, ...]:
    """Return the names that a copied web page states over its text: 来源：… 作者：张三 ."""
    match = _AUTHOR.search(level(text))
    return parse_names(text[match.start(1) : match.end(1)]) if match else ()


def parse_names(text: str) -> tuple[str, ...]:
    """Return the names in a byline, roles stripped, 王 伟 joined, each once, as printed."""
    levelled = level(text)
    spaced = _ROLES.sub(lambda match: "|" + " " * (len(match[0]) - 1), levelled)
    tokens = [
        (match.start(), match.end()) for match in re.finditer(r"[^\W_]+(?:·[^\W_]+)*", spaced)
    ]
    names: list[str] = []
    single: tuple[int, int] | None = None
    for start, end in tokens:
        name = text[start:end]
        if end - start == 1 and is_han(name):
            if single is not None and not text[single[1] : start].strip(" \u3000\t"):
                names.append(text[single[0] : single[1]] + name)
                single = None
            else:
                single = (start, end)
            continue
        single = None
        whole = all(is_han(character) or character == "·" for character in name)
        if whole and (2 <= len(name) <= 4 or "·" in name) and name not in _TIMES:
            names.append(name)
    return tuple(dict.fromkeys(names))


def _reports(levelled: str) -> re.Match[str] | None:
    """A paragraph that opens with its reporter: 本报记者 张三 报道, 记者张三报道:."""
    match = _REPORT.match(levelled)
    if match and len(levelled) > match.end() and parse_names(match[0]):
        return match
    return None
