"""Sentences made of a printed sentence by rule: some say the same, some say something else.

Each rule yields a sentence or nothing. The faithful ones change how something is said and not what;
each of the others changes one thing. `verifier.py` puts both before the verifier.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from datetime import date

import rjieba

from rag.chinese.dates import find_dates
from rag.chinese.names import names
from rag.chinese.numbers import NumberMention, find_numbers

Rule = Callable[[str, str, random.Random], str]
"""A rule takes a sentence, a text of another article and a source of chance."""

PUBLISHED = date(2023, 12, 19)
"""The day on which all articles count as printed, so that 昨天 and 今年 mean something."""

_DIGITS = "零一二三四五六七八九"
_LEANS = re.compile(
    r"^(?:而|但|却|因此|从而|以便?|并|且|也|还|又|其中|其|此|这|那|该|则|就|所以|使|让|令|对此|为此|同时|随后|之后|然后|他|她|它)"
)
_OPENS = re.compile(r"[“”\"'‘’「」『』（(）)《》]")
_SAID = ("表示", "指出", "称", "说", "介绍")
# Words for one another in news; those of the second group are not in the verifier's own list.
_SYNONYMS = (
    ("增长", "增加"),
    ("提高", "提升"),
    ("下降", "降低"),
    ("上涨", "上升"),
    ("超过", "高于"),
    ("增至", "升至"),
    ("举行", "举办"),
    ("目前", "现在"),
    ("日前", "近日"),
    ("开展", "进行"),
    ("造成", "导致"),
    ("宣布", "公布"),
    ("抵达", "到达"),
    ("遭到", "受到"),
    ("全部", "所有"),
    ("帮助", "协助"),
    ("已经", "已"),
    ("因为", "由于"),
    ("仍然", "仍"),
)
_REVERSED = (
    ("增长", "下降"),
    ("增加", "减少"),
    ("提高", "降低"),
    ("上升", "下降"),
    ("上涨", "下跌"),
    ("超过", "不足"),
    ("同意", "拒绝"),
    ("支持", "反对"),
)
_VERBS = re.compile("表示|要求|支持|参加|发现|同意|允许|影响|使用|接受|提高|完成")

_BOUND = re.compile(r"(?:至少|最多|至多|超过|不足|不到|不少于)(?=(?:有|为|达到?)?\d)")
_DOUBT = re.compile(
    r"(?:预计|有望|或将|涉嫌|疑似|据传|声称|试图|呼吁|(?<![不尽有大])可能(?![性的，。]))[，,]?"
)
_CONDITION = re.compile(
    r"(?:^|[，,；])(?:如果|假如|倘若|若|一旦|除非|要是)[^，。；]{3,30}[，,](?:那么|就|则)?(?P<then>[^，。；]{8,})"
)
_IF = re.compile("如果|假如|倘若|若|一旦|除非|要是|万一")
_DENIAL = re.compile(r"否认(?:了|称|有关)?(?P<what>[^，。；的]{8,})(?=[，。；])")
_NEGATION = re.compile(r"(?:并没有|没有|并未|尚未|未能|从未)(?=[\u4e00-\u9fff]{2})")


# what says the same -----------------------------------------------------------------------------


def whole(sentence: str, _: str, __: random.Random) -> str:
    """The sentence as printed."""
    return sentence


def one_clause(sentence: str, _: str, chance: random.Random) -> str:
    """One clause of it."""
    clauses = re.split("[，,]", sentence.rstrip("。"))
    # What follows from a condition says something else without it.
    clauses = [
        clause
        for before, clause in zip(["", *clauses], clauses, strict=False)
        if len(clause) > 8 and not _IF.search(before)
    ]
    return chance.choice(clauses) + "。" if clauses else ""


def dropped_clause(sentence: str, _: str, chance: random.Random) -> str:
    """Without one of its inner clauses."""
    clauses = _clauses(sentence)
    if len(clauses) < 3:
        return ""
    out = chance.randrange(1, len(clauses) - 1)
    if _IF.search(clauses[out]):
        return ""
    return "，".join(clauses[:out] + clauses[out + 1 :]) + "。"


def reordered(sentence: str, _: str, __: random.Random) -> str:
    """With its last two clauses exchanged, where neither leans on the other."""
    clauses = _clauses(sentence)
    if len(clauses) < 3 or any(_LEANS.match(clause) or len(clause) < 5 for clause in clauses[-2:]):
        return ""
    return "，".join([*clauses[:-2], clauses[-1], clauses[-2]]) + "。"


def other_numeral(sentence: str, _: str, chance: random.Random) -> str:
    """With a figure written otherwise: 25000人 → 2.5万人, 30% → 百分之三十, 12个 → 十二个."""
    written = [(number, _rewritten(number)) for number in find_numbers(sentence)]
    written = [(number, text) for number, text in written if text]
    if not written:
        return ""
    number, text = chance.choice(written)
    return sentence[: number.start] + text + sentence[number.end :]


def absolute_date(sentence: str, _: str, __: random.Random) -> str:
    """With a day written out: 昨天 → 12月18日, 去年 → 2022年, 16日 → 12月16日."""
    for mention in find_dates(sentence, PUBLISHED):
        first, last = mention.first, mention.last
        if first == last:
            text = f"{first.year}年{first.month}月{first.day}日"
        elif (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            text = f"{first.year}年"
        else:
            continue
        if first.year == last.year and mention.text != text:
            return sentence[: mention.start] + text + sentence[mention.end :]
    return ""


def synonym(sentence: str, _: str, __: random.Random) -> str:
    """With another word for one of its words."""
    for first, second in _SYNONYMS:
        for old, new in ((first, second), (second, first)):
            if old in sentence and new not in sentence:
                return sentence.replace(old, new, 1)
    return ""


def said_otherwise(sentence: str, _: str, chance: random.Random) -> str:
    """With another word for 表示."""
    match = re.search(r"(?:表示|指出|介绍说?)(?=[，,：:])", sentence)
    if not match:
        return ""
    word = chance.choice([word for word in _SAID if word != match[0]])
    return sentence[: match.start()] + word + sentence[match.end() :]


def other_voice(sentence: str, _: str, __: random.Random) -> str:
    """Active made passive, or passive active: 甲将乙逮捕 ↔ 乙被甲逮捕."""
    for clause in _clauses(sentence):
        match = re.fullmatch(
            r"([\u4e00-\u9fff]{2,10})(被|将|把)([\u4e00-\u9fff]{2,8})", clause.rstrip("。")
        )
        if not match:
            continue
        words = rjieba.tag(match[3])
        place = next((i for i, (_, tag) in enumerate(words) if tag == "v" and i), 0)
        if not place or any(tag.startswith(("d", "p")) for _, tag in words[:place]):
            continue
        other = "".join(word for word, _ in words[:place])
        verb = "".join(word for word, _ in words[place:])
        made = f"{other}{'将' if match[2] == '被' else '被'}{match[1]}{verb}"
        return made + "。"
    return ""


# what says something else -----------------------------------------------------------------------


def altered_figure(sentence: str, _: str, chance: random.Random) -> str:
    """With another figure."""
    numbers = find_numbers(sentence)
    if not numbers:
        return ""
    number = chance.choice(numbers)
    text = re.sub(r"\d", lambda d: str((int(d[0]) + chance.randint(1, 8)) % 10), number.text)
    if text == number.text:
        return ""
    return sentence[: number.start] + text + sentence[number.end :]


def altered_unit(sentence: str, _: str, __: random.Random) -> str:
    """With 亿 for 万, or 万 for 亿."""
    for number in find_numbers(sentence):
        text = number.text.translate(str.maketrans("万亿", "亿万"))
        # 5.5亿万 is 5.5万亿.
        if text != number.text and not ("万" in text and "亿" in text):
            return sentence[: number.start] + text + sentence[number.end :]
    return ""


def altered_date(sentence: str, _: str, __: random.Random) -> str:
    """With another day or month."""
    day = re.search(r"(\d{1,2})[月日]", sentence)
    if not day:
        return ""
    return sentence[: day.start(1)] + str(int(day[1]) % 12 + 1) + sentence[day.end(1) :]


def wrong_absolute_date(sentence: str, other: str, chance: random.Random) -> str:
    """With a day written out wrongly: 昨天 → 12月17日."""
    made = absolute_date(sentence, other, chance)
    return altered_date(made, other, chance) if made else ""


def swapped_name(sentence: str, other: str, chance: random.Random) -> str:
    """With a name of another article."""
    return _swapped(names(sentence), names(other), sentence, chance)


def swapped_place(sentence: str, other: str, chance: random.Random) -> str:
    """With a place or organisation of another article."""
    return _swapped(_tagged(sentence), _tagged(other), sentence, chance)


def negated(sentence: str, _: str, __: random.Random) -> str:
    """Denied."""
    verb = _VERBS.search(sentence)
    if not verb or sentence[: verb.start()].endswith(("不", "未", "没", "的", "是否", "在")):
        return ""
    if sentence[verb.end() :].startswith(("者", "的")):
        return ""
    return f"{sentence[: verb.start()]}不{sentence[verb.start() :]}"


def reversed_direction(sentence: str, _: str, __: random.Random) -> str:
    """With 下降 for 增长, and the like."""
    for first, second in _REVERSED:
        for old, new in ((first, second), (second, first)):
            if old in sentence and new not in sentence:
                return sentence.replace(old, new, 1)
    return ""


def mixed(sentence: str, other: str, chance: random.Random) -> str:
    """With a clause of another article in place of its last one."""
    own = _clauses(sentence)
    strange = [clause for line in other.split("。") for clause in _clauses(line) if len(clause) > 9]
    if len(own) < 2 or not strange:
        return ""
    return "，".join([*own[:-1], chance.choice(strange)]) + "。"


def dropped_bound(sentence: str, _: str, __: random.Random) -> str:
    """Without what bounds a figure: 至少20人 → 20人."""
    return _BOUND.sub("", sentence, count=1)


def dropped_doubt(sentence: str, _: str, __: random.Random) -> str:
    """What is expected, suspected or claimed as a fact: 涉嫌受贿 → 受贿."""
    for match in _DOUBT.finditer(sentence):
        clause = re.split("[，,。；]", sentence[match.end() :])[0]
        before = re.split("[，,。；]", sentence[: match.start()])[-1]
        # 预计将建成 is no fact without 预计 either.
        if not re.search("[将会要]|可能|预计", before + clause):
            return sentence[: match.start()] + sentence[match.end() :]
    return ""


def dropped_condition(sentence: str, _: str, __: random.Random) -> str:
    """What follows from a condition, without it: 如果下雨，比赛改期 → 比赛改期."""
    match = _CONDITION.search(sentence)
    return match["then"] + "。" if match and not _OPENS.search(match["then"]) else ""


def dropped_denial(sentence: str, _: str, __: random.Random) -> str:
    """What somebody denies as a fact: 他否认收受贿赂 → 收受贿赂."""
    match = _DENIAL.search(sentence)
    return match["what"] + "。" if match and not _OPENS.search(match["what"]) else ""


def dropped_negation(sentence: str, _: str, __: random.Random) -> str:
    """What is said not to be so, as if it were: 没有造成伤亡 → 造成伤亡."""
    return _NEGATION.sub("", sentence, count=1)


FAITHFUL: dict[str, Rule] = {
    "whole sentence": whole,
    "one clause": one_clause,
    "dropped clause": dropped_clause,
    "reordered clauses": reordered,
    "other numeral": other_numeral,
    "absolute date": absolute_date,
    "synonym": synonym,
    "said otherwise": said_otherwise,
    "other voice": other_voice,
}
"""Rules whose sentences the source supports."""

SPOILT: dict[str, Rule] = {
    "altered figure": altered_figure,
    "altered unit": altered_unit,
    "altered date": altered_date,
    "wrong absolute date": wrong_absolute_date,
    "swapped name": swapped_name,
    "swapped place": swapped_place,
    "negation": negated,
    "dropped negation": dropped_negation,
    "dropped denial": dropped_denial,
    "dropped doubt": dropped_doubt,
    "dropped condition": dropped_condition,
    "dropped bound": dropped_bound,
    "reversed direction": reversed_direction,
    "mixed articles": mixed,
}
"""Rules whose sentences the source does not support."""


def _clauses(sentence: str) -> list[str]:
    """Its clauses; none where quotation marks or brackets make one depend on another."""
    if _OPENS.search(sentence):
        return []
    return [clause for clause in re.split("[，,]", sentence.rstrip("。")) if clause.strip()]


def _swapped(own: Sequence[str], others: Sequence[str], text: str, chance: random.Random) -> str:
    elsewhere = [name for name in others if name not in text]
    if not own or not elsewhere:
        return ""
    return text.replace(chance.choice(own), chance.choice(elsewhere))


def _tagged(text: str) -> list[str]:
    """The places and organisations in a text, each once."""
    found = [word for word, tag in rjieba.tag(text) if tag in {"ns", "nt"} and len(word) > 1]
    return list(dict.fromkeys(found))


def _rewritten(number: NumberMention) -> str:
    """A figure in another form, "" for figures that have none."""
    text = re.sub(r"[,，\s]", "", number.text)
    figure = re.match(r"\d+(?:\.\d+)?", text)
    if not figure:
        return ""
    rest = text[figure.end() :]
    if rest == "%":
        spelled = _spelled(figure[0])
        return f"百分之{spelled}" if spelled else ""
    if "." in figure[0] or rest[:1] in {"万", "亿", "千", "百"}:
        return ""
    value = int(figure[0])
    if value >= 10_000 and value % 100 == 0:
        return f"{value / 10_000:g}万{rest}"
    spelled = _spelled(figure[0]) if value < 100 else ""
    return spelled + rest if spelled and rest else ""


def _spelled(figure: str) -> str:
    """A figure below a hundred in characters."""
    whole_part, _, tail = figure.partition(".")
    if not whole_part.isdigit() or int(whole_part) >= 100:
        return ""
    tens, ones = divmod(int(whole_part), 10)
    if not tens:
        spelled = _DIGITS[ones]
    else:
        spelled = ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")
    return spelled + ("点" + "".join(_DIGITS[int(d)] for d in tail) if tail else "")
