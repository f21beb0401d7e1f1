"""What a question leaves unsaid, taken from the conversation by rules of Chinese speech.

A question may point back (他, 那里, 该项目), name only what differs (那第二名呢？), ask for more
(还有呢？), or correct how it was taken (不对，我问的是早市). One that changes the subject takes
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.chinese.dates import find_dates
from rag.chinese.names import people
from rag.chinese.normalise import level
from rag.chinese.words import bigrams, content_words
from rag.types import Turn


@dataclass(frozen=True, slots=True)
class Completion:
    """A question that can be understood by itself.

    `text` is complete; `base` is what was supplied from before it, empty when nothing was;
    `followed_up` is whether anything was supplied or replaced.
    """

    text: str
    base: str = ""
    followed_up: bool = False


_NUMERALS = "一二三四五六七八九十百"
_POINT = r"[\s，,。.！!？?；;：:、]"
# What people say before they come to the matter.
_PLEASANTRY = re.compile(
    rf"^(?:(?:好的?|嗯+|哦+|噢|谢谢你?|多谢|明白了?|知道了?|了解了?|收到|行|对|你好|您好|请问一?下?|麻烦问一?下?)"
    rf"(?:[吧啊呀了]*{_POINT}+|$)|请问一?下?|麻烦问一?下?)+"
)
_OTHER_SUBJECT = re.compile(
    rf"^(?:(?:我们?|咱们)?(?:还|再|另外|顺便|现在)?(?:想|要)?"
    rf"(?:换一?个|(?:再)?(?:问|说|聊|谈)一?[个点下]?(?:别的|其[他它]的?|另外?一?个?)|下一个|另一?个)"
    rf"(?:问题|话题|事情?)?(?:是|吧|啊)?|(?:另外|顺便|再)(?:想)?问(?:一[个下句])?(?:问题)?|对了|话说){_POINT}*"
)
_DENIAL = re.compile(
    rf"^(?:不是|不对|错了|不|你?(?:理解|搞|弄|说|答|找)错了?|答非所问|我没问这个)"
    rf"(?:的|这个|这样|那个|吧|啊|呀|了)*(?:{_POINT}+|$|(?=我))"
)
_MEANT = re.compile(
    rf"^(?:我(?:刚才|是|想|要)*(?:问|说|指|讲)的?(?:是|意思是)?|我的意思是|应该是|而?是)(?:问|说|指)?{_POINT}*"
)
_INSTEAD = (
    re.compile(rf"^不是(?P<wrong>[^，,。？?]+?){_POINT}*(?:而)?是(?P<right>[^，,。？?]+)[。？?]*$"),
    re.compile(
        rf"^(?:是)?(?P<right>[^，,。？?]+?){_POINT}*(?:而)?不是(?P<wrong>[^，,。？?]+)[。？?]*$"
    ),
)
_AGAIN = re.compile(
    rf"^(?:(?:你)?(?:确定|肯定|真的)吗?|再(?:查|找|说|想|看)(?:一?[下遍次]|一查)?|重新(?:查|回答)(?:一下)?|是吗|什么意思)"
    rf"{_POINT}*$"
)

_PERSON = r"(?<![其吉维排])[他她](?!人|国|乡|处|日|律)们?"
_THING = r"(?<![其])它们?"
_NEAR = (
    r"[这那](?:[个些位件项场次座条名家份种段届]|里|儿|边|一(?:天|年|次|个|项)|天|时候?)|(?:^|(?<=[，,在对由为从被给和]))该(?=[^\s怎如是不])"
    r"|上述|前者|后者|此[事次人外举]|当时|当天|当地|(?<![其])其(?![他它实余次间中])"
)
_AMONG = r"其中"
_NUMBERED = rf"^那?第[\d{_NUMERALS}]+[个条项点]"
_POINTS = re.compile("|".join((_PERSON, _THING, _NEAR, _AMONG)))
_POINTS_BACK = re.compile(f"{_POINTS.pattern}|{_NUMBERED}")
_PERSONAL = re.compile(_PERSON)
_CONTINUES = re.compile(
    r"^(?:那么?|还有?|另外|此外|然后|接着|后来|具体|再|又|除此|除了这|继续|详细|为什么|为何|怎么会)"
)
_ALSO = re.compile(r"还[有会能要在是强将说]|也[有是能会要可在]")
_TRAILS = re.compile(rf"呢{_POINT}*$")
_DEFINES = re.compile(
    r"^(?:什么是|什么叫|谁是|介绍一?下?)|(?:是谁|是什么|是什么意思|指什么|是指什么)" + _POINT + "*$"
)
_NAMED = re.compile(r"[“「《『\"][^”」》』\"]{2,}|[a-z]+\d+|\d+[a-z]+", re.IGNORECASE)
_ASKS = re.compile(
    r"什么|哪|谁|怎么|怎样|如何|多少|[多][大长久远高深]|几|为何|吗|是否|有没有|是不是|[？?]$"
)
_INTERROGATIVES = re.compile(
    r"(?:在|是|于|有|为)?(?:什么(?:时候|地方|样)?|哪(?:些|个|里|位|一?年|一?天|儿|几个?)?|谁|怎么样?|怎样|如何"
    r"|多少|几)|为何|为什么|吗|呢|是否|有没有|[？?！!。，,]"
)
_FRAGMENT = re.compile(
    rf"^(?:那么?|如果是|要是|换成|至于|关于|而|在)?(?P<core>.+?)"
    rf"(?:的)?(?:呢|又?(?:怎么样|如何))?{_POINT}*$"
)
_ORDINAL = re.compile(
    r"第?[\d一二三四五六七八九十百]+(?P<unit>[^\W\d_一二三四五六七八九十百]{1,3})"
)
_NOT_FOUND = re.compile(r"没有?(?:查到|找到|提到|说明|相关)|未(?:查到|找到|提及)|无法(?:回答|确定)")

_DIGIT = re.compile(r"\d|[〇零]")
# Tags of the cutter: nouns, abbreviations, set phrases, unknown; single letters of any writing.
_NOUNS, _LONE_NOUNS = "njlxizs", "nxg"
_PROPER = ("nr", "nrt", "nrfg", "ns", "nt", "nz", "eng")
_SHORT, _LONG = 14, 24
_FRAGMENT_CHARACTERS = 14
_OWN_WORDS = 2
_ANSWER_CHARACTERS, _ANSWER_RUNS = 40, 3
# Words that name no subject of their own.
_GENERIC_WORDS = """
时间 时候 地点 地方 原因 情况 内容 结果 数量 人数 人 钱 费用 措施 要求 意义 目的 目标 方面
细节 问题 意见 建议 特点 作用 影响 损失 后果 伤亡 反应 进展 背景 成果 经过 规模 范围 标准
条件 流程 地址 电话 票价 价格 面积 好处 亮点 举措 举行 召开 参加 进行 主要 强调 指出 提出
提到 介绍 表示 认为 说 讲 做 叫 开始 结束 具体 详细 继续 名字 名称 职务 哪些 其他 其它
别的 更多 需要 那么 那 这 还有 还 另外 此外 然后 接着 后来 其中 当时 当天 今天 现在 单位
领导 记者 来源 日期
"""
# Words that always belong to somebody or something: who asks for 负责人 has said of what.
_BELONGING_WORDS = """
负责人 主持人 主讲人 发言人 主办方 承办方 嘉宾 成员 队员 教练 作者 导演 主演 演员 凶手 嫌疑人
受害者 死者 伤者 家属 家人 妻子 丈夫 儿子 女儿 父亲 母亲 员工 职工 用户 居民 群众 观众 游客
学生 冠军 亚军 季军 成绩 比分 得分 奖金 奖项 名单 名额 年龄 学历 籍贯 产品 材料 手续 电话 官网
面积 全长 总长 长度 宽度 高度 投资 总投资 造价 资金 预算 金额 工期 进度 站点 车站 线路 比例 比率
增幅 增速 总量 产量 产值 销量 主题 议题 议程 日程 门票 动机 手段 后续 期限 有效期 对象 人群 公里 户
第 个 人数 人次
"""
_GENERIC = frozenset(_GENERIC_WORDS.split()) | frozenset(_BELONGING_WORDS.split())


def complete(question: str, history: Sequence[Turn] = ()) -> Completion:
    """Return the question with what earlier turns supply, each of them completed before it."""
    before: Completion | None = None
    answer = ""
    for turn in history:
        if turn.question.strip():
            before, answer = _complete(turn.question, before, answer), turn.answer
    return _complete(question, before, answer)


def _complete(question: str, before: Completion | None, answer: str) -> Completion:
    text = question.strip()
    core = _without(_PLEASANTRY, text)
    changed = _without(_OTHER_SUBJECT, core)
    if changed != core:
        return Completion(changed or text)
    if before is None:
        return Completion(text)
    if _corrects(level(core), level(before.text)):
        return _corrected(core, before, text)
    if _AGAIN.match(level(core)):
        return Completion(before.text, before.base, followed_up=True)
    if not _is_follow_up(core, before.text, answer):
        return Completion(core)
    fragment = _fragment(core)
    if fragment:
        replaced = _replace(fragment, before.text)
        if replaced:
            return Completion(replaced, before.base, followed_up=True)
    if _needs_all(core) and not fragment:
        return _pointing(core, before, answer)
    # 那除雪车呢？那融雪剂呢？ are two cases of one matter, not one case of the other.
    return _joined(before.base or _subject(before.text), core)


def _needs_all(core: str) -> bool:
    """Whether a question refers to all of the one before, not only to its subject: 为什么？."""
    text = level(core)
    if _POINTS_BACK.search(text) or not content_words(text):
        return True
    return _CONTINUES.search(text) is not None and not _own_words(core)


# corrections ------------------------------------------------------------------------------------


def _corrects(core: str, before: str) -> bool:
    if _DENIAL.match(core) or _MEANT.match(core):
        return True
    # 不是早市，是夜市: what it denies was asked before.
    instead = _INSTEAD[0].match(core)
    return instead is not None and instead["wrong"] in before


def _corrected(core: str, before: Completion, text: str) -> Completion:
    rest = _without(_DENIAL, core)
    for pattern in _INSTEAD:
        match = pattern.match(level(rest)) or pattern.match(level(_without(_MEANT, rest)))
        if match:
            right, wrong = _without(_MEANT, match["right"]), match["wrong"]
            if wrong in level(before.text):
                start = level(before.text).index(wrong)
                end = start + len(wrong)
                corrected = before.text[:start] + right + before.text[end:]
                return Completion(corrected, before.base, followed_up=True)
            return _by_itself_or_in(right, before)
    rest = _without(_MEANT, rest)
    if not content_words(rest):
        # Only 不对: what was asked is asked again.
        return Completion(before.text, before.base, followed_up=True)
    return _by_itself_or_in(rest, before, text)


def _by_itself_or_in(rest: str, before: Completion, text: str = "") -> Completion:
    """A whole question replaces the one before, a piece of one its counterpart in it."""
    words = _own_words(rest)
    if _ASKS.search(level(rest)) and (len(words) >= _OWN_WORDS or _DEFINES.search(level(rest))):
        return Completion(rest)
    fragment = _fragment(rest) or rest
    replaced = _replace(fragment, before.text)
    if replaced:
        return Completion(replaced, before.base, followed_up=True)
    return _joined(_subject(before.text), rest or text)


# following up -----------------------------------------------------------------------------------


def _is_follow_up(core: str, before: str, answer: str) -> bool:
    text = level(core)
    if not content_words(text):
        return True
    own = _own_words(core)
    pointer = _POINTS_BACK.search(text)
    if pointer:
        # In 沈东说他… or 早市搬迁后，那里… the pointer has its own antecedent before it.
        ahead = text[: pointer.start()]
        if _PERSONAL.match(pointer[0]):
            return not people(ahead)
        return len(text) <= _LONG and len(_own_words(ahead)) < _OWN_WORDS
    entities = _entities(text)
    if _DEFINES.search(text) and entities:
        return False
    if _TRAILS.search(text):
        return not _ASKS.search(text[:-1].rstrip("呢")) or not own or _shares(own, before, answer)
    if _NAMED.search(text) or people(text):
        return False
    if _CONTINUES.search(text):
        return len(entities) <= 1 or _shares(own, before, answer)
    if len(text) > _SHORT or not _ASKS.search(text):
        return len(text) <= _SHORT and not entities and _ALSO.search(text) is not None
    if _adds(text):
        return True
    if _DIGIT.search(text) or _named(text):
        return False
    if not entities or _shares(entities, before, answer):
        return True
    return _lacks_subject(text) and len(entities) <= 1


def _adds(text: str) -> bool:
    """Whether 也 or 还 adds to what was said; the 还 in 海苔回潮了还能吃吗 does not."""
    also = _ALSO.search(text)
    return also is not None and (also[0][0] == "也" or not _entities(text[: also.start()]))


def _entities(text: str) -> list[str]:
    """The words that can be the subject of a question: 持续了多久 and 负责人是谁 have none."""
    import rjieba

    return [
        word
        for word, tag in rjieba.tag(text)
        if word not in _GENERIC
        and content_words(word)
        and (tag[0] in _NOUNS if len(word) > 1 else tag[0] in _LONE_NOUNS)
    ]


def _named(text: str) -> bool:
    """Whether a question has a name of its own: of a person, a place, a work, or an unknown one."""
    import rjieba

    return any(
        tag in _PROPER or (len(word) > 1 and not rjieba.has_word(word) and not _ASKS.search(word))
        for word, tag in rjieba.tag(text)
        if content_words(word) and word not in _GENERIC
    )


def _lacks_subject(text: str) -> bool:
    """Whether a question begins with what is said of a subject: 造成几人死亡, 在哪里办理."""
    import rjieba

    (word, tag), *_ = rjieba.tag(text)
    return tag[0] in "vpdc" or (tag[0] in "rm" and _ASKS.match(word) is not None)


def _shares(own: Sequence[str], before: str, answer: str) -> bool:
    """Whether a word of the question's own was spoken of in the turn before."""
    spoken = level(f"{before}\n{answer}")
    return any(word in spoken for word in own)


def _own_words(text: str) -> list[str]:
    """The words that name a subject."""
    return [word for word in content_words(text) if word not in _GENERIC and not word.isdigit()]


def _pointing(core: str, before: Completion, answer: str) -> Completion:
    """A question with the name or thing it points at: 他强调了什么？ → 沈东强调了什么？."""
    subject = _subject(before.text)
    pointer = _PERSONAL.search(level(core))
    if pointer:
        persons = people(before.text) or people(_first_sentence(answer))
        if persons:
            core = core[: pointer.start()] + persons[0] + core[pointer.end() :]
            return _joined(subject, core)
    told = _told(before.text, answer) if _POINTS_BACK.search(level(core)) else []
    return _joined(" ".join([subject, *told]), core)


def _told(before: str, answer: str) -> list[str]:
    """What a short answer adds to its question: the thing that 那里 or 该项目 then means."""
    import rjieba

    sentence = _first_sentence(answer)
    if len(sentence) > _ANSWER_CHARACTERS or _NOT_FOUND.search(level(sentence)):
        return []
    known = level(before)
    runs, run = [], ""
    for word in (*rjieba.cut(level(sentence)), "。"):
        if content_words(word) and word not in known:
            run += word
            continue
        if len(run) > 1:
            runs.append(run)
        run = ""
    return runs[:_ANSWER_RUNS]


def _first_sentence(text: str) -> str:
    return re.split(r"[。！？!?\n]", text.strip(), maxsplit=1)[0]


# pieces -----------------------------------------------------------------------------------------


def _fragment(core: str) -> str:
    """The piece that a question consists of (那第二名呢？ → 第二名), empty for a whole one."""
    match = _FRAGMENT.match(level(core))
    if match is None or len(match["core"]) > _FRAGMENT_CHARACTERS:
        return ""
    piece = match["core"]
    if _ASKS.search(piece) or _POINTS.search(piece) or _ALSO.search(piece):
        return ""
    return core[match.start("core") : match.end("core")] if content_words(piece) else ""


def _replace(fragment: str, before: str) -> str:
    """The question before with the piece of the same kind replaced, empty when it has none."""
    text = level(before)
    for start, end in _counterparts(level(fragment), text):
        if text[start:end] != level(fragment):
            return before[:start] + fragment + before[end:]
    return ""


def _counterparts(piece: str, text: str) -> list[tuple[int, int]]:
    """Places of what may stand where the piece is to stand, the surest kind first."""
    dates = _dates(piece)
    if dates and dates[0] == (0, len(piece)):
        # 17日 takes the place of 12月16日, 去年 that of 今年.
        return _dates(text)
    ordinal = _ORDINAL.fullmatch(piece)
    if ordinal:
        unit = ordinal["unit"]
        alike = [m for m in _ORDINAL.finditer(text) if m["unit"].startswith(unit)]
        # 第二个 takes the place of 第一个, and not that of 四个方面.
        alike = [m for m in alike if m[0].startswith("第") == piece.startswith("第")]
        return [(m.start(), m.start("unit") + len(unit)) for m in reversed(alike)]
    places = []
    if people(piece):
        places += [_place(text, name) for name in people(text)]
    # 小学 and 中学, 男性 and 女性, 钟楼区 and 天宁区 are cases of one kind.
    for word in content_words(text):
        same = len(word) == len(piece) > 1 and (word[-1] == piece[-1] or word[0] == piece[0])
        if same and word in text:
            places.append(_place(text, word))
    return places


def _place(text: str, word: str) -> tuple[int, int]:
    start = text.index(word)
    return start, start + len(word)


def _dates(text: str) -> list[tuple[int, int]]:
    from datetime import date

    return [(one.start, one.end) for one in find_dates(text, date(2024, 6, 15))]


def _joined(base: str, core: str) -> Completion:
    base = " ".join(base.split())
    # What the question says itself need not be supplied.
    if not base or set(bigrams(base)) <= set(bigrams(core)):
        return Completion(core)
    return Completion(f"{base} {core}", base, followed_up=True)


def _subject(question: str) -> str:
    """A question without what asks in it: 运河早市搬到了哪里？ → 运河早市搬到了."""
    return " ".join(_INTERROGATIVES.sub(" ", question).split())


def _without(start: re.Pattern[str], text: str) -> str:
    """The text without what the pattern finds at its start."""
    match = start.match(level(text))
    return text[match.end() :].strip() if match else text
