"""Questions as people say them, brought into the form in which they are written.

请问一下，党课是啥时候讲的呀 asks 党课是什么时候讲的. Newspapers print neither the courtesy nor the
spoken words, so that both are rare wording to a search, and would weigh as much as a name.
"""

from __future__ import annotations

import re

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


def written(question: str) -> str:
    """Return a question without courtesy, its spoken question words as they are written."""
    return written_words(without_courtesy(question))


def without_courtesy(question: str) -> str:
    """Return what a question asks, without what is said for politeness before and after it."""
    asked = _COURTESY.sub("", question.strip())
    while True:
        shorter = _ENDING.sub("", asked)
        if shorter == asked or len(shorter) < 3:
            return asked
        asked = shorter


def written_words(question: str) -> str:
    """Return a question with its spoken words (啥, 咋, 哪儿, 十万块) as they are written."""
    for spoken, word in _WRITTEN:
        question = spoken.sub(word, question)
    return question
