"""Questions as people say them, brought into the form in which they are written.

请问一下，党课是啥时候讲的呀 asks 党课是什么时候讲的. Newspapers print neither the courtesy nor the
spoken words, so that both are rare wording to a search, and would weigh as much as a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from rag.chinese.numbers import parse_number

_POINT = r"[\s，,。.！!？?；;：:、~～]"
_A_LITTLE = "(?:一?下(?:子|儿)?|一[个声句])?"
# What only begins: each may stand alone or before another one.
_COURTESY = re.compile(
    rf"^(?:{_POINT}*(?:"
    rf"[您你]们?好[呀啊]?(?:{_POINT}|(?=请问|麻烦|我?想))"
    rf"|(?:请|想|我想|咨)问(?!题){_A_LITTLE}(?:[您你]们?)?"
    rf"|(?:那?我|我们|咱们?)?(?:就|是)?(?:要|想)(?:问(?!题)|了解|咨询|打听|请教){_A_LITTLE}"
    rf"|(?:那?我|我们|咱们?)?(?:就|是)?(?:要|想)(?:知道|查){_A_LITTLE}(?=[，,：: ])"
    rf"|麻烦(?:[您你])?(?:帮[我忙])?(?:问(?!题)|查|看|说|告诉我){_A_LITTLE}"
    rf"|(?:打扰|劳驾){_A_LITTLE}了?(?={_POINT})"
    rf"|(?:请|能|可以)?(?:你|您)?(?:帮我|帮忙|给我)(?:问|查|看|找|说){_A_LITTLE}"
    rf"|(?:跟|向)[您你](?:打听|请教){_A_LITTLE}"
    rf"|不好意思(?={_POINT})"
    rf"|(?:[嗯呃额哎诶]+|[那这]个(?:啥子?|什么)?){_POINT}+(?:就是(?:说)?)?(?:[那这]个)?"
    rf"){_POINT}*)+(?=.{{3}})"
)
_ENDING = re.compile(
    rf"(?:{_POINT}*(?:谢谢[您你]?了?|多谢|麻烦了|来着|哈|[呀啊呃哦哟嘞咧])){_POINT}*$"
)
_WRITTEN = (
    (re.compile("(?:啥子?|什么)时[候间]|多会儿|啥会儿|(?<=[是在])几时"), "什么时候"),
    (re.compile("[为因]啥子?|干嘛(?=[要会不])"), "为什么"),
    (re.compile("(?:咋|怎么?)样"), "怎么样"),
    (re.compile("咋地?|怎么着"), "怎么"),
    (re.compile("啥子?"), "什么"),
    (re.compile("哪儿"), "哪里"),
    (re.compile("(?<![第月])几号(?![楼线院门机车井矿厅馆文房])"), "哪天"),
    # Money: 三万块砖 and 一块地 are none.
    (
        re.compile(
            r"(?<=[\d〇零一二两三四五六七八九十百千万亿多几])块钱|(?<=[百千万亿])块(?![\u4e00-\u9fff]*[砖瓦板牌匾碑表布石玉屏])"
        ),
        "元",
    ),
)
# 罚款50块, 50块一天; of what is counted in 块, 20块吗 asks how many.
_COINS = re.compile(
    rf"(?:(?<=[\d十])|(?<=[\d十][多几]))(?<!第\d)(?<!第\d\d)块(?={_POINT}|$|[的吗呢吧一以到至或够]|还是|左右|上下"
    r"|罚款|[押奖租罚]金|补贴|门票)"
)
_IN_PIECES = re.compile(
    "[砖瓦匾碑屏玉]|[展木面钢石地黑看画]板|[招金银铜奖站路门广标]牌|[手腕]表|石头|地[块皮]"
    "|[田耕荒绿林场]地|蛋糕|豆腐|电池|手帕|毛巾"
)
_NUMERALS = "一二三四五六七八九"
_NUMBER = rf"[\d十{_NUMERALS}]"
_ON = "那在从到至和与跟比是"
# 17号呢, 那十七号的会议; 3号楼 and 神舟17号 are no days.
_DAY = re.compile(
    rf"(?<![^\W{_ON}])"
    rf"(?P<day>3[01]|[12]\d|0?[1-9]|三十一?|二?十[{_NUMERALS}]?|[{_NUMERALS}])号"
    rf"(?={_POINT}|$|[的呢那谁开召举到至和与早晚]|[上中下]午|凌晨|当[天晚日]|这天|[之以][前后]|左右"
    r"|[前后](?![门排面院])|有[什哪没]|发[生布]|会(?!议室|场|馆|所|客)|天气|新闻|报[纸道])"
)
_NUMBERED = re.compile(
    rf"{_NUMBER}号(?:[楼线院门井矿厅馆房仓库窗坑桥岛]|机组|车[厢间位]|文件|球[员衣场馆]|选手|台风"
    rf"|展[厅馆板台]|航站|站台|地块|店铺)|[^\W\d月日十{_NUMERALS}{_ON}]{_NUMBER}+号"
)
_DATED = re.compile(rf"{_NUMBER}日|月{_NUMBER}+号")


def written(question: str) -> str:
    """Return a question without courtesy, its spoken question words as they are written."""
    return written_words(without_courtesy(question))


def without_courtesy(question: str) -> str:
    """Return what a question asks, without what is said for politeness before and after it."""
    return without_ending(_COURTESY.sub("", question.strip()))


def without_ending(question: str) -> str:
    """Return a question without what only rounds it off: 呀, 来着, 谢谢."""
    while True:
        shorter = _ENDING.sub("", question)
        if shorter == question or len(shorter) < 3:
            return question
        question = shorter


def written_words(question: str) -> str:
    """Return a question with its spoken words (啥, 咋, 哪儿, 十万块) as they are written."""
    for spoken, word in _WRITTEN:
        question = spoken.sub(word, question)
    return question if _IN_PIECES.search(question) else _COINS.sub("元", question)


def written_days(question: str, earlier: Sequence[str] = ()) -> str:
    """Return a question with the days that it calls by 号 (17号呢) written as days (17日呢).

    After `earlier` questions of 1号楼 or 2号线, oldest first, 3号呢 is another one of these.
    """
    for asked in chain([question], reversed(earlier)):
        if _NUMBERED.search(asked):
            return question
        if _DATED.search(asked):
            break
    return _DAY.sub(_day, question)


def _day(match: re.Match[str]) -> str:
    return f"{int(parse_number(match['day']) or 0)}日"
