"""Figures in Chinese text: 25000人次, 2.5万, 三千八百, 百分之三十, 第三次, 三分之二.

A Chinese numeral counts as a figure when it is written with places (二十五, 三千八百), spelled
digit by digit as a year or with 〇 (二〇二三, 一二〇), stands after 第, or is a single numeral
before a measure word (三次, 两名). A single 一 mostly means "a", or belongs to a word (统一, 一个,
一些): it counts only where it labels (一月, 一期, 一季度, 第一).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.chinese.normalise import level

_DIGIT = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4}
_DIGIT |= {"五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_PLACE = {"十": 10, "百": 100, "千": 1000}
_MYRIAD = {"万": 10**4, "亿": 10**8}

_MEASURES_AFTER_DIGITS = """
个百分点 百分点 个月 个 人次 人 名 位 户 家 次 场 件 项 条 套 辆 台 架 艘 只 头 匹
棵 株 座 栋 幢 间 层 楼 所 处 块 片 张 幅 本 册 份 批 批次 期 届 级 类 种 组 队 支
班 节 篇 部 集 首 枚 颗 粒 根 把 双 对 副 袋 箱 桶 瓶 杯 盒 包 桌 席 床 例 起 宗 单
笔 票 分 分钟 刻钟 小时 钟头 秒 秒钟 天 日 周 星期 季度 年 年级 岁 周年 周岁 代 倍 成 折 号 路
点 时 轮 强 元 美元 欧元 港元 日元 角 亩 公顷 平方米 平方公里 平方千米 平米 立方米
平方 立方 公里 千米 米 厘米 毫米 微米 英里 海里 吨 公斤 千克 斤 克 毫克 升 毫升
摄氏度 度 千瓦时 千瓦 瓦 兆瓦 等奖 版 页 字 步 口 杆 门 面 村 镇 街道 社区 国 省 市
县 区 校 车 船 株次 架次 车次 班次 台次 例次 户次 场次 余次 公分 英寸 寸
"""
# After one Chinese numeral fewer words are measures: 十分, 四方, 三门, 三成, 五里 are words.
_MEASURES_AFTER_NUMERAL = """
个百分点 百分点 个月 个 人次 人 名 位 户 家 次 场 件 项 条 套 辆 台 架 艘 只 匹 棵
株 座 栋 幢 间 层 楼 所 处 块 张 幅 本 册 份 批 批次 期 届 级 类 种 组 支 篇 枚 颗
粒 根 袋 箱 桶 瓶 杯 盒 例 起 宗 笔 票 分钟 刻钟 小时 钟头 秒 秒钟 天 日 周 周年 星期
季度 月 月份 年 年级 岁 周岁 代 倍 折 号 轮 元 美元 欧元 港元 亩 公顷 平方米
平方公里 平米 立方米 公里 千米 米 厘米 毫米 吨 公斤 千克 斤 克 升 毫升 摄氏度 度
等奖 版 页 步 架次 车次 班次 台次
"""
_LABELS_AFTER_ONE = """
月 月份 期 季度 等奖 号 楼 级 年级
"""


def _alternatives(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


_ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d+)?"
# 千 before these is part of a unit of its own: 3千米 is three kilometres.
_KILO = "(?!米|克|瓦|赫|卡|伏|帕|焦|字节)"
_PLACED = rf"{_ARABIC}(?:(?:[百千]{_KILO})?[万亿]+|[百千]{_KILO})"
_RUN = "[零〇一二两三四五六七八九十百千万亿]+"
_SPELLED = rf"{_RUN}(?:点[零〇一二三四五六七八九]+(?![十百千分刻线]))?[万亿]*"
_SHARE_BASE = "百|千|万|" + _RUN
_SHARE_PART = rf"{_ARABIC}|百|{_SPELLED}"

_FIGURE = re.compile(
    rf"(?P<base>{_SHARE_BASE}|\d+)分之(?P<part>{_SHARE_PART})"
    rf"|(?P<ordinal>第)?(?:(?P<arabic>(?:{_PLACED})+(?:{_ARABIC})?|{_ARABIC})|(?P<spelled>{_SPELLED}))"
)
_UNIT = re.compile(
    rf"(?P<about>多|余|来)?(?:个(?=小时|钟头|星期))?(?P<unit>%|‰|℃|°c|{_alternatives(_MEASURES_AFTER_DIGITS)}|[a-z]{{1,4}}[²³23]?)"
)
_NUMERAL_UNIT = re.compile(_alternatives(_MEASURES_AFTER_NUMERAL))
_ONE_LABEL = re.compile(_alternatives(_LABELS_AFTER_ONE))
# 30多万 is 300000 and more; 百余名 is a number, 百姓 and 数百余名 are none.
_ROUND = re.compile(r"[多余来](?P<places>[百千]?[万亿]+)")
_ROUNDLY = re.compile(rf"[多余](?:{_NUMERAL_UNIT.pattern})")
_BELOW_ZERO = re.compile(r"(?:零下|(?<![\d%℃度])[-−])$")
_DEGREES = ("度", "摄氏度", "℃", "°c")
# 三番五次, 四面八方: numerals in first and third place make a set phrase.
_NUMERAL, _OTHER = "[一二两三四五六七八九十百千万]", r"[^\W\d_零〇一二两三四五六七八九十百千万亿]"
_SET_PHRASE = re.compile(_NUMERAL + _OTHER + _NUMERAL + _OTHER)
_CONGRESS = re.compile(r"大(?![量约概于小])")
# 上午九时 is 9时; without the part of the day 一时, 三点 may be a moment and three points.
_DAYTIME = (
    *("上午", "下午", "中午", "正午", "晚上", "早上", "清晨", "凌晨", "傍晚", "夜里", "今晚"),
    *("当晚", "日", "号"),
)
SHORT_YEAR = (
    r"(?<![\d.刑了达满共近约])\d\d(?=\s*年的?\s*(?:(?:1[0-2]|0?[1-9])\s*月|[上下]半年|第?[一二三四1-4]季度"
    r"|年?[初底末](?![央国心共小学期断端])|春节|元旦|元宵|清明|五一|端午|中秋|国庆|两会))"
)
"""Two figures of a year (24年10月, 23年底); 用了24年 and 有期徒刑13年6月 tell how long."""
_PIVOT = 50
_DATE_PART = re.compile(
    rf"{SHORT_YEAR}\s*年|"
    r"(?:(?:19|20)\d\d|[一二][九〇零][〇零一二三四五六七八九]{2})\s*年(?:度)?"
    r"|(?:\d{1,2}|十[一二]?|[一二三四五六七八九])\s*月(?:份)?"
    r"(?:\s*(?:\d{1,2}|二?十[一二三四五六七八九]?|三十一?|[一二三四五六七八九])\s*[日号])?"
    r"|(?:\d{1,2}|二?十[一二三四五六七八九]?|三十一?|[一二三四五六七八九])\s*日(?!内|游|均|元|圆)"
    r"|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}"
)
_RANGE_HEAD = re.compile(r"\d{1,4}\s*[-—–~～至到]{1,2}\s*")
_PHONE = re.compile(r"\d{3,4}[-—]\d{3,8}(?:[-—]\d{3,4})?|\d{11,}")
_CENTURIES = ("一八", "一九", "二〇", "二零")
_WORD_AFTER = ("几", "来年")
_WORD_BEFORE = ("几", "数", "上", "成", "好")
_SEVERAL = ("几", "数", "好")


@dataclass(frozen=True, slots=True)
class NumberMention:
    """A figure in a text: `text == original[start:end]`, its measure word included.

    `value` is a share of a hundred when `unit` is "%" (of a thousand when "‰").
    """

    start: int
    end: int
    text: str
    value: float
    unit: str


def whole_year(number: int) -> int:
    """Return the year that two of its figures mean: 24 is 2024, 98 is 1998; others as they are."""
    if number >= 100:
        return number
    return number + (2000 if number < _PIVOT else 1900)


def parse_number(text: str) -> float | None:
    """Return the value of a figure such as 2.5万, 三千八百, 25,000 or 百分之三十, else None.

    A percentage is returned as its number (30 for 百分之三十 and for 30%).
    """
    levelled = level(text).strip().replace(" ", "")
    match = _FIGURE.match(levelled)
    if match is None:
        return None
    rest = levelled[match.end() :]
    if rest not in ("", "%", "‰"):
        return None
    return _share(match)[0] if match["part"] else _value(match["arabic"] or match["spelled"])


def find_numbers(text: str) -> list[NumberMention]:
    """Return the figures of `text` in order; dates, identifiers and telephone numbers are none."""
    levelled = level(text)
    dates = _date_spans(levelled)
    found = []
    for match, value, unit_of_share in _figures(levelled):
        start, end = match.span()
        if any(start < last and first < end for first, last in dates):
            continue
        unit = unit_of_share
        if not unit and (about := _ROUND.match(levelled, end)):
            value, end = value * _places(about["places"]), about.end()
        if not unit and (after := _UNIT.match(levelled, end)):
            unit, end = after["unit"], after.end()
        if unit in _DEGREES and (below := _BELOW_ZERO.search(levelled[:start])):
            value, start = -value, below.start()
        found.append(NumberMention(start, end, text[start:end], value, unit))
    return found


def rewrite_numbers(text: str) -> str:
    """Return `text`, which must be simplified and half-width, with every figure in plain digits."""
    pieces = []
    at = 0
    for match, value, unit in _figures(text):
        start, end = match.span()
        if match["part"] and not unit:
            written = f"{_plain(value * _base(match['base']))}/{_plain(_base(match['base']))}"
        else:
            written = _written(match, value) + unit
        pieces += [text[at:start], match["ordinal"] or "", written]
        at = end
    return "".join(pieces) + text[at:]


def _figures(text: str) -> Iterator[tuple[re.Match[str], float, str]]:
    """Yield the matches that are figures, with value and, for shares, % or ‰."""
    phrases = [match.span() for match in _SET_PHRASE.finditer(text) if _is_set_phrase(match[0])]
    phones = [match.span() for match in _PHONE.finditer(text)]
    for match in _FIGURE.finditer(text):
        start = match.start()
        if match["part"]:
            value, unit = _share(match)
            if value is not None:
                yield match, value, unit
            continue
        if match["arabic"]:
            # A letter before makes it an identifier (G312, A2); so does a telephone number.
            if start and text[start - 1].isascii() and text[start - 1].isalpha():
                continue
            if any(first <= start < last for first, last in phones):
                continue
        elif not _counts(match, text, phrases):
            continue
        value = _value(match["arabic"] or match["spelled"])
        if value is not None:
            yield match, value, ""


def _is_set_phrase(phrase: str) -> bool:
    if phrase[1] == "个":
        # 三个一是什么 asks for the 三个一.
        return False
    return not (_NUMERAL_UNIT.match(phrase, 1) and _NUMERAL_UNIT.match(phrase, 3))


def _counts(match: re.Match[str], text: str, phrases: list[tuple[int, int]]) -> bool:
    """Return whether a spelled numeral denotes a number (see the module's rules)."""
    numeral = match["spelled"]
    start, end = match.span("spelled")
    before = text[max(0, start - 1) : start]
    if match["ordinal"]:
        return True
    roundly = _ROUNDLY.match(text, end) or _ROUND.match(text, end)
    if numeral[0] in "百千万亿" or (numeral == "十" and roundly):
        return bool(roundly) and before not in _SEVERAL
    if text.startswith(_WORD_AFTER, end):
        return False
    if any(first <= start < last for first, last in phrases):
        return False
    if _CONGRESS.match(text, end) and "十" in numeral:
        return False
    if numeral[0] == "十" and before in _WORD_BEFORE:
        return False
    if len(numeral) > 1:
        return True
    if numeral == "一" and not text.startswith(("时", "点"), end):
        return bool(_ONE_LABEL.match(text, end)) and before not in tuple("上下每这那同另某唯统新")
    if text.startswith(("时", "点"), end) and text.endswith(_DAYTIME, 0, start):
        return True
    return numeral not in "零〇" and bool(_NUMERAL_UNIT.match(text, end))


def _date_spans(text: str) -> list[tuple[int, int]]:
    spans = []
    for match in _DATE_PART.finditer(text):
        start = match.start()
        head = re.search(rf"(?:{_RANGE_HEAD.pattern})$", text[max(0, start - 8) : start])
        spans.append((start - len(head[0]) if head else start, match.end()))
    return spans


def _share(match: re.Match[str]) -> tuple[float, str] | tuple[None, str]:
    base, value = _base(match["base"]), _value(match["part"])
    if value is None or not base:
        return None, ""
    if base == 100:
        return value, "%"
    if base == 1000:
        return value, "‰"
    return value / base, ""


def _base(text: str) -> float:
    return float({"百": 100, "千": 1000, "万": 10000}.get(text) or _value(text) or 0)


def _value(text: str) -> float | None:
    text = text.replace(",", "")
    if text == "百":
        return 100.0
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return _arabic_value(text) if text[0].isdigit() else _spelled_value(text)
    except OverflowError:
        # 亿亿亿… of many: no figure of this world.
        return None


def _arabic_value(text: str) -> float | None:
    """Value of digits with places: 2.5万, 3亿5000万, 3万亿, 5千; 3万5 is 35000."""
    total, last = 0.0, 0
    for number, places in re.findall(r"(\d+(?:\.\d+)?)([百千万亿]*)", text):
        part = float(number) * _places(places)
        if last and not places and len(number) == 1:
            part *= last // 10
        total, last = total + part, _places(places[-1:])
    return _exact(total)


def _places(places: str) -> int:
    """What digits before these places count: 万亿 is 10^12, none is 1."""
    value = 1
    for place in places:
        value *= _PLACE.get(place) or _MYRIAD[place]
    return value


def _spelled_value(text: str) -> float | None:
    if not text.strip("百千万亿"):
        text = f"一{text}"
    whole, point, decimals = text.partition("点")
    if point:
        digits = decimals.rstrip("万亿")
        head = _whole(whole)
        if head is None or not digits:
            return None
        share = float("0." + "".join(str(_DIGIT[digit]) for digit in digits))
        return _exact((head + share) * _places(decimals[len(digits) :]))
    value = _whole(whole)
    return None if value is None else float(value)


def _whole(text: str) -> int | None:
    """Value of a spelled whole number, None when its numerals do not make one (十四五, 三四十)."""
    if not text:
        return None
    if all(character in _DIGIT for character in text):
        if len(text) == 1:
            return _DIGIT[text]
        # Two or three digits side by side are 三四 "three or four" or 五一: no number.
        spelled_out = "〇" in text or "零" in text or (len(text) == 4 and text[:2] in _CENTURIES)
        if spelled_out and "两" not in text and len(text) > 2:
            return int("".join(str(_DIGIT[character]) for character in text))
        return None
    for mark in ("亿", "万"):
        head, found, tail = text.rpartition(mark)
        if found:
            high = _whole(head)
            low = _tail(tail, _MYRIAD[mark])
            return None if high is None or low is None else high * _MYRIAD[mark] + low
    return _below_myriad(text)


def _tail(text: str, mark: int) -> int | None:
    if not text:
        return 0
    if len(text) == 1 and text in _DIGIT and text not in "零〇":
        return _DIGIT[text] * mark // 10
    value = _whole(text.lstrip("零〇"))
    return value if value is not None and value < mark else None


def _below_myriad(text: str) -> int | None:
    total, last, digit, zero = 0, 10**4, None, False
    for index, character in enumerate(text):
        if character in "零〇":
            if digit is not None or zero:
                return None
            zero = True
        elif character in _DIGIT:
            if digit is not None:
                return None
            digit = _DIGIT[character]
        else:
            place = _PLACE[character]
            if place >= last or (digit is None and (place != 10 or (index and not zero))):
                return None
            total += (1 if digit is None else digit) * place
            last, digit, zero = place, None, False
    if digit is None:
        return None if zero else total
    if last == 1 or (last > 10 and last < 10**4 and not zero):
        return total + digit * last // 10
    return total + digit


def _exact(value: float) -> float:
    """`value` without the noise of binary fractions (2.3万 is 23000, not 22999.999...)."""
    return float(f"{value:.12g}")


def _plain(value: float) -> str:
    return str(round(value)) if value == int(value) else f"{value:.12g}"


def _written(match: re.Match[str], value: float) -> str:
    arabic = match["arabic"]
    # Plain digits stay as printed: 0519 and 3.50 are not 519 and 3.5.
    if arabic and not re.search("[百千万亿]", arabic):
        return arabic.replace(",", "")
    spelled = match["spelled"]
    if spelled and spelled[0] in "零〇" and len(spelled) > 1 and "点" not in spelled:
        return "".join(str(_DIGIT.get(character, "")) for character in spelled)
    return _plain(value)
