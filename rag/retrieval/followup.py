"""What a question leaves unsaid, taken from the conversation by rules of Chinese speech.

A question may point back (他, 那里, 该项目), name only what differs (那第二名呢？), ask for more
(还有呢？), or correct how it was taken (不对，我问的是早市). One that changes the subject takes
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.chinese.dates import find_dates
from rag.chinese.names import people
from rag.chinese.normalise import level
from rag.chinese.sentences import CLAUSE
from rag.chinese.words import bigrams, content_words
from rag.retrieval.reference import (
    ALSO,
    ANTECEDENT_WORDS,
    ASKS,
    CONTINUES,
    DEFINES,
    NUMERALS,
    PERSONAL,
    POINTS,
    POINTS_BACK,
    is_follow_up,
    is_general,
    is_named,
    own_words,
)
from rag.types import Turn


@dataclass(frozen=True, slots=True)
class Completion:
    """A question that can be understood by itself.

    `text` is complete; `base` is what was supplied from before it, empty when nothing was;
    `followed_up` is whether anything was supplied or replaced. `piece` is the case of the same
    matter that it asks about (小公寓呢？), of which the next question may speak on, and more of
    them where it is a name. `core` is what the question says itself, pronouns resolved, empty where
    `text` reads as a question; `before` the question before it, completed as well.
    """

    text: str
    base: str = ""
    followed_up: bool = False
    piece: str = ""
    core: str = ""
    before: str = ""


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
    rf"^(?:不是|不对|错了|不|你?(?:理解|搞|弄|说|答|找)错了?|答非所问"
    rf"|我?(?:没有?|不是)(?:在|想|要)?(?:问|说|指|讲)的?是?[这那][个些]?)"
    rf"(?:的|这个|这样|那个|吧|啊|呀|了)*(?:{_POINT}+|$|(?=我))"
)
_I_ASK = r"我(?:刚才|是|想|要)*(?:问|说|指|讲)的?(?:是|意思是)?"
_MEANT = re.compile(rf"^(?:{_I_ASK}|我的意思是|应该是|而?是)(?:问|说|指)?{_POINT}*")
_INSTEAD = (
    re.compile(
        rf"^不是(?P<wrong>[^，,。？?]+?){_POINT}*(?:而?是|(?P<meant>{_I_ASK}))"
        rf"(?P<right>[^，,。？?]+)[。？?]*$"
    ),
    re.compile(
        rf"^(?:是)?(?P<right>[^，,。？?]+?){_POINT}*(?:而)?不是(?P<wrong>[^，,。？?]+)[。？?]*$"
    ),
)
_AGAIN = re.compile(
    rf"^(?:(?:你)?(?:确定|肯定|真的)吗?|再(?:查|找|说|想|看)(?:一?[下遍次]|一查)?|重新(?:查|回答)(?:一下)?|是吗|什么意思)"
    rf"{_POINT}*$"
)

_MEASURES = "(?:人次|个人|块钱|[元钱人位名个家户处座栋间套台辆所项件份次张条点天年岁米里级])?"
_INTERROGATIVES = re.compile(
    r"^那么?(?![个些里边儿天年次位])|(?:在|是|于|有|为)?(?:什么(?:时候|地方|样)?|哪(?:些|个|里|位|一?年|一?天|儿|几个?)?|谁|怎么样?|怎样"
    rf"|如何|多[长大高远久深宽重]|(?:多少|几){_MEASURES})|为何|为什么|吗|呢|是否|有没有|[？?！!。，,]"
)
_FRAGMENT = re.compile(
    rf"^(?:那么?|如果是|要是|换成|至于|关于|而|在)?(?P<core>.+?)"
    rf"(?:的)?(?:呢|又?(?:怎么样|如何))?{_POINT}*$"
)
_ORDINAL = re.compile(
    r"第?[\d一二三四五六七八九十百]+(?P<unit>[^\W\d_一二三四五六七八九十百]{1,3})"
)
# 六大工程是什么, then “三个善”呢: one phrase after another is to be explained.
_DEFINED = re.compile("(?:什么[是叫])?(?P<what>[^？?]+?)(?:都?(?:是|指的?是?)什么(?:意思)?)?[？?]*")
_PHRASE = re.compile(rf"[“\"「《]|[{NUMERALS}\d]+[大个项条]")
_WHOLE_DAY = re.compile("[年月季]")
_NOT_FOUND = re.compile(r"没有?(?:查到|找到|提到|说明|相关)|未(?:查到|找到|提及)|无法(?:回答|确定)")

_FRAGMENT_CHARACTERS = 14
_ANSWER_CHARACTERS, _ANSWER_RUNS = 40, 3


def complete(question: str, history: Sequence[Turn] = ()) -> Completion:
    """Return the question with what earlier turns supply, each of them completed before it."""
    before: Completion | None = None
    answer = ""
    for turn in history:
        if turn.question.strip():
            before, answer = _complete(turn.question, before, answer), turn.answer
    completion = _complete(question, before, answer)
    return replace(completion, before=before.text) if before else completion


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
    if not is_follow_up(core, before.text, answer):
        return Completion(core)
    fragment = _fragment(core)
    if fragment:
        replaced = _replace(fragment, before.text)
        if replaced:
            return Completion(replaced, before.base, followed_up=True)
    if _needs_all(core) and not fragment:
        return _pointing(core, before, answer)
    # 那除雪车呢？那融雪剂呢？ are two cases of one matter, not one case of the other.
    base = before.base or _subject(before.text)
    if fragment:
        return replace(_joined(base, core), piece=fragment)
    piece = before.piece if is_named(before.piece) else ""
    return replace(_joined(f"{base} {before.piece}", core), base=base, piece=piece)


def _needs_all(core: str) -> bool:
    """Whether a question refers to all of the one before, not only to its subject: 为什么？."""
    text = level(core)
    if POINTS_BACK.search(text) or not content_words(text):
        return True
    return CONTINUES.search(text) is not None and not own_words(core)


# corrections ------------------------------------------------------------------------------------


def _corrects(core: str, before: str) -> bool:
    if _DENIAL.match(core) or _MEANT.match(core):
        return True
    # 不是早市，是夜市: what it denies was asked before, unless it says that it corrects.
    instead = _INSTEAD[0].match(core)
    return instead is not None and (bool(instead["meant"]) or instead["wrong"] in before)


def _corrected(core: str, before: Completion, text: str) -> Completion:
    rest = _without(_DENIAL, core)
    for pattern in _INSTEAD:
        match = pattern.match(level(rest)) or pattern.match(level(_without(_MEANT, rest)))
        if match:
            right, wrong = _without(_MEANT, match["right"]), match["wrong"]
            # 不是补贴，我问的是停水时间 asks something else of it, or of nothing said before.
            other = match.groupdict().get("meant") and not _of_one_kind(wrong, level(right))
            if wrong in level(before.text) and not other:
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
    words = own_words(rest)
    if ASKS.search(level(rest)) and (len(words) >= ANTECEDENT_WORDS or DEFINES.search(level(rest))):
        return Completion(rest)
    fragment = _fragment(rest) or rest
    replaced = _replace(fragment, before.text)
    if replaced:
        return Completion(replaced, before.base, followed_up=True)
    if is_named(fragment):
        # 我说的是河东区 says of which the same is asked.
        return Completion(f"{fragment} {before.text}", before.base, followed_up=True)
    return _joined(_subject(before.text), rest or text)


# pointing back ----------------------------------------------------------------------------------


def _pointing(core: str, before: Completion, answer: str) -> Completion:
    """A question with the name or thing it points at: 他强调了什么？ → 沈东强调了什么？."""
    subject = _subject(before.text)
    pointer = PERSONAL.search(level(core))
    if pointer:
        persons = people(before.text) or _persons_told(subject, answer)
        if persons:
            core = core[: pointer.start()] + persons[0] + core[pointer.end() :]
            # The name was supplied, also where nothing else is.
            return replace(_joined(subject, core), followed_up=True)
    # 第三名 and 最佳 are of what was asked about, and none of what was told.
    told = _told(before.text, answer) if POINTS.search(level(core)) else []
    return _joined(" ".join([subject, *told]), core)


def _persons_told(subject: str, answer: str) -> list[str]:
    """The persons of an answer, first those of the clause that is most about its question."""
    asked = set(bigrams(subject))
    clauses = CLAUSE.findall(_first_sentence(answer))
    named = [clause for clause in clauses if people(clause)]
    named.sort(key=lambda clause: -len(asked & set(bigrams(clause))))
    return [name for clause in named for name in people(clause)]


def _told(before: str, answer: str) -> list[str]:
    """What a short answer adds to its question: the thing that 那里 or 该项目 then means."""
    import rjieba

    sentence = _first_sentence(answer)
    if len(sentence) > _ANSWER_CHARACTERS or _NOT_FOUND.search(level(sentence)):
        return []
    known = level(before)
    runs, run = [], ""
    for start, end in reversed(_dates(sentence)):
        # When it was is none of the things that can be pointed at.
        sentence = f"{sentence[:start]} {sentence[end:]}"
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
    if ASKS.search(piece) or POINTS.search(piece) or ALSO.search(piece):
        return ""
    return core[match.start("core") : match.end("core")] if content_words(piece) else ""


def _replace(fragment: str, before: str) -> str:
    """The question before with the piece of the same kind replaced, empty when it has none."""
    text = level(before)
    defined = _DEFINED.fullmatch(text) if "什么" in text and DEFINES.search(text) else None
    if defined and _PHRASE.match(level(fragment)):
        return before[: defined.start("what")] + fragment + before[defined.end("what") :]
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
        if word in text and _of_one_kind(word, piece):
            places.append(_place(text, word))
    return places


def _of_one_kind(word: str, other: str) -> bool:
    """Whether two words are cases of one kind: their last part, which names it, is the same.

    主题 does not stand for 主持, and what anything can have (建议) not for what has it (会议).
    """
    alike = len(word) == len(other) > 1 and word[-1] == other[-1]
    return alike and _class(word) == _class(other) and is_general(word) == is_general(other)


def _class(word: str) -> str:
    """The class of a word by its last part: n of nouns and names, v of verbs."""
    import rjieba

    *_, (_, tag) = rjieba.tag(word)
    return tag[0]


def _place(text: str, word: str) -> tuple[int, int]:
    start = text.index(word)
    return start, start + len(word)


def _dates(text: str) -> list[tuple[int, int]]:
    from datetime import date

    return [(one.start, one.end) for one in find_dates(text, date(2024, 6, 15))]


def _joined(base: str, core: str) -> Completion:
    base = " ".join(_without_days(base, core).split())
    # What the question says itself need not be supplied.
    if not base or _wording(base) <= _wording(core):
        return Completion(core)
    return Completion(f"{base} {core}", base, followed_up=True, core=core)


def _wording(text: str) -> set[str]:
    """Pairs of characters, and figures and Latin words, which have none."""
    return {*bigrams(text), *re.findall("[a-z0-9]+", level(text).lower())}


def _without_days(base: str, core: str) -> str:
    """The base without its days where the question has its own, which are whole: 上半年, 3月9日."""
    if not any(_WHOLE_DAY.search(core[start:end]) for start, end in _dates(level(core))):
        return base
    for start, end in reversed(_dates(level(base))):
        base = base[:start] + base[end:]
    return base


def _subject(question: str) -> str:
    """A question without what asks in it: 运河早市搬到了哪里？ → 运河早市搬到了."""
    return " ".join(_INTERROGATIVES.sub(" ", question).split())


def _without(start: re.Pattern[str], text: str) -> str:
    """The text without what the pattern finds at its start."""
    match = start.match(level(text))
    return text[match.end() :].strip() if match else text
