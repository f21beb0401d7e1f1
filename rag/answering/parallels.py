"""Whether a sentence tells of one thing what the source tells of another in a parallel clause.

All words of 冠军是山东队 stand in 冠军是河北队，亚军是山东队, and those of 货车可走辅路 in
小客车可走辅路，货车走高速. Two clauses are laid side by side, word for word; a sentence that begins
as one does and ends as the other crosses them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import permutations

from rag.answering.facts import Fact, FactKind, SourceText
from rag.answering.units import level_words
from rag.chinese.clock import find_times, same_time
from rag.chinese.names import people
from rag.chinese.normalise import fold
from rag.chinese.sentences import CLAUSE

# Of what one clause alone has, so much is said before the cut, and so much after it.
_BEGUN, _ENDED = 0.5, 0.4
_WORDLESS = re.compile(r"\W+")
_CONTRASTED = re.compile(r"(?:但是?|而|则)")
_JOINED = re.compile(r"(?:但是?|而|则|并且?|且|同时|此外|另外?|其中|还|也|又)+")
# What stands for a thing that was named before, or for all of which it is a part.
_REFERS = re.compile(
    r"[该其此这那他她它我本全各]|双方|两[人者国地家校]|[前后]者|当事|有关|上述|[校院馆园店厂]方"
)
# 导盲犬除外 says of 导盲犬 what is denied of the others.
_EXCEPTED = re.compile("除外|例外|除[^，,]+外")
_SAYS = re.compile(r"(?:表示|指出|介绍|强调|认为|显示|提醒|[报说问答写]道|说|称)[：:“]?\s*$")
_DENYING = ("不", "没", "未", "没有")
_WHEN = re.compile("每|以前|此前|从前|原先|过去|后来")
# Words that stand in clauses of any kind.
_COMMON = set("的了着过地得等都也就还在将已被把人元年月日个名次是有")
_LIGHT = re.compile("[获取]得|进行|举[行办]|开展|实[施现]|成为|达到|发生|出现|可以?|应当?|需要?|须")


_Places = tuple[int, int]
"""The places of two words, one in each of two clauses."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word and what it is: n for nouns, places and times, v for verbs, or another letter."""

    text: str
    kind: str
    is_time: bool = False


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause of a source in search form, with its subject where a clause before has that."""

    text: str
    words: tuple[_Word, ...]
    is_contrasted: bool

    @property
    def is_saying(self) -> bool:
        """Whether what is told stands in the next clause."""
        return bool(_SAYS.search(self.text))


def crossed(sentence: str, sources: Sequence[SourceText]) -> tuple[Fact, ...]:
    """Return what each clause of `sentence` is about, when the source says the rest of another."""
    clauses = [clause for source in sources for clause in _clauses_of(source.text)]
    texts = [fold(level_words(source.text)) for source in sources]
    wordings = [_WORDLESS.sub("", text) for text in texts]
    printed = [clause for text in texts for clause in CLAUSE.findall(text)]
    found = []
    for clause in CLAUSE.findall(sentence):
        said = fold(level_words(clause))
        # 、 for ， makes no other sentence of it.
        if any(_WORDLESS.sub("", said) in wording for wording in wordings):
            continue
        said = _with_times_as(said, texts)
        for own, other in _told_both(clauses, said):
            taken = _crossing(said, own, other)
            if taken and not any(all(_stands(word, one) for word in taken) for one in printed):
                found.append(Fact(FactKind.OWNER, "".join(taken[:1])))
                break
    return tuple(dict.fromkeys(found))


def _told_both(clauses: Sequence[_Clause], said: str) -> Iterator[tuple[_Clause, _Clause]]:
    """Pairs of clauses of which `said` has a word each that the other one has not."""
    telling = [(clause, _telling(clause, said)) for clause in clauses]
    for (own, mine), (other, theirs) in permutations([one for one in telling if one[1]], 2):
        if _lacks(other, mine) and _lacks(own, theirs):
            yield own, other


def _telling(clause: _Clause, said: str) -> list[str]:
    return [
        word.text for word in clause.words if not _says_little(word) and _stands(word.text, said)
    ]


def _lacks(clause: _Clause, words: Sequence[str]) -> bool:
    return not all(_stands(word, clause.text) for word in words)


@lru_cache(maxsize=1024)
def _clauses_of(text: str) -> tuple[_Clause, ...]:
    return tuple(_read_clauses(text))


def _read_clauses(text: str) -> Iterator[_Clause]:
    """The clauses of a source sentence; one that has no subject also with that before it."""
    for group in re.split("[；;]", text):
        subject: tuple[_Word, ...] = ()
        for clause in map(_clause, CLAUSE.findall(group)):
            if clause.is_saying or not clause.words or _EXCEPTED.search(clause.text):
                continue
            yield clause
            own = _subject(clause)
            if subject and not own:
                before = "".join(word.text for word in subject)
                yield replace(clause, text=before + clause.text, words=subject + clause.words)
            subject = own or subject


def _clause(text: str) -> _Clause:
    import rjieba

    folded = fold(level_words(text))
    joined = _JOINED.match(folded)
    words: list[_Word] = []
    for word, tag in rjieba.tag(folded[joined.end() :] if joined else folded):
        kind = _kind(word, tag)
        if words and words[-1].text in _DENYING:
            # 不 收 says what neither of its words does.
            words[-1] = _Word(words[-1].text + word, kind or "v")
            continue
        # 河北 队 and 低收入 户 are one thing.
        if len(word) == 1 and kind == "n" and words and words[-1].kind == "n" and tag[0] in "nq":
            words[-1] = _Word(words[-1].text + word, "n")
        elif kind:
            words.append(_Word(word, kind, tag[0] == "t" or bool(_WHEN.match(word))))
    return _Clause(folded, tuple(words), bool(_CONTRASTED.match(folded)))


def _kind(text: str, tag: str) -> str:
    """What a word is to a clause, "" for what says nothing of how it is built."""
    if tag == "vn" or tag[0] in "vaz":
        return "v"
    if tag[0] == "m" and not any(character.isdigit() for character in text):
        return "n"
    if tag[0] in "ntfsrqbljig":
        return "n"
    return tag[0] if tag[0] in "mpd" else ""


def _subject(clause: _Clause) -> tuple[_Word, ...]:
    """The nouns with which a clause begins, a number before them included (第1产业)."""
    subject: list[_Word] = []
    for word in clause.words:
        labels = word.kind == "m" and (not subject or subject[-1].text == "第")
        if word.kind != "n" and not labels:
            break
        subject.append(word)
    named = any(word.kind == "n" and word.text != "第" for word in subject)
    return tuple(subject) if named and not clause.words[0].is_time else ()


def _crossing(said: str, own: _Clause, other: _Clause) -> list[str]:
    """The words by which `said` begins as `own` does and ends as `other` does, or []."""
    if own.text in other.text or other.text in own.text:
        return []
    mine, theirs = _alone(own, other), _alone(other, own)
    for starts, ends in _things(own, other):
        begun, ended = mine[starts[0] : ends[0] + 1], theirs[ends[1] + 1 :]
        instead = theirs[starts[1] : ends[1] + 1]
        # 华为公司……，公司表示: what has no name of its own is the same thing.
        if (
            any(instead)
            and _told(begun, said) > _BEGUN
            and not _told(instead, said)
            and _told(ended, said) >= _ENDED
            and not _told(mine[ends[0] + 1 :], said)
        ):
            return [word for word in (*begun, *ended) if word and _stands(word, said)]
    return []


def _things(own: _Clause, other: _Clause) -> Iterator[tuple[_Places, _Places]]:
    """From and to which word each of two parallel clauses names what it is about."""
    pairs = _aligned(own.words, other.words)
    differing = [pair for pair in pairs if not _is_same(own, other, pair)]
    if not differing:
        return
    first = differing[0]
    # The nouns right before the first word that differs may tell more of the same thing; where
    # that says nothing by itself, they tell it: 流感疫苗, 肺炎 疫苗.
    starts = _start_of_thing(own, first[0]), first[1]
    if other.words[first[1]].text in own.text:
        starts = starts[0], _start_of_thing(other, first[1])
    parallel = _are_parallel(own, other, pairs)
    for i, j in differing:
        one, another = own.words[i], other.words[j]
        may_be = _names_thing(own, other, (i, j)) or (one.kind == "m" and (i, j) == first)
        if not may_be or _REFERS.match(another.text):
            continue
        both_times = one.is_time and another.is_time
        if not (parallel or one.text[-1] == another.text[-1] or both_times):
            continue
        yield starts, (i, j)
        after = next((pair for pair in pairs if pair > (i, j)), (len(own.words), len(other.words)))
        yield starts, (_more_of_it(own, i, after[0]), _more_of_it(other, j, after[1]))


def _is_same(own: _Clause, other: _Clause, pair: _Places) -> bool:
    return own.words[pair[0]].text == other.words[pair[1]].text


def _names_thing(own: _Clause, other: _Clause, pair: _Places) -> bool:
    """Whether a word may tell what a clause is about: a noun, or what stands where one does.

    实验中学 and 育英中学, 对扭伤有效 and 对骨折无效, whatever the cutter takes the words for.
    """
    i, j = pair
    before_noun = i + 1 < len(own.words) and own.words[i + 1].kind == "n"
    held = i > 0 and j > 0 and own.words[i - 1].kind == "p"
    return (
        own.words[i].kind == "n"
        or (held and _is_same(own, other, (i - 1, j - 1)))
        or (before_noun and j + 1 < len(other.words) and _is_same(own, other, (i + 1, j + 1)))
    )


def _are_parallel(own: _Clause, other: _Clause, pairs: Sequence[_Places]) -> bool:
    """Whether two clauses share a word that frames both, are contrasted, or tell of two people."""
    framed = any(
        _is_same(own, other, pair)
        and own.words[pair[0]].kind != "m"
        and own.words[pair[0]].text not in _COMMON
        for pair in pairs
    )
    contrasted = own.is_contrasted or other.is_contrasted
    return framed or contrasted or bool(people(own.text) and people(other.text))


def _start_of_thing(clause: _Clause, at: int) -> int:
    """The first of the nouns that go before the one at a place."""
    while at and clause.words[at - 1].kind == "n":
        at -= 1
    return at


def _more_of_it(clause: _Clause, at: int, until: int) -> int:
    """The last of the nouns that go on with the one at a place."""
    while at + 1 < until and clause.words[at + 1].kind == "n":
        at += 1
    return at


def _alone(clause: _Clause, other: _Clause) -> list[str]:
    """The words of a clause, "" for those that the other one has too or that say little."""
    return [
        "" if _says_little(word) or _stands(word.text, other.text) else word.text
        for word in clause.words
    ]


def _says_little(word: _Word) -> bool:
    short = len(word.text) == 1 and (word.kind == "d" or word.text in _COMMON)
    return short or word.kind == "p" or bool(_LIGHT.fullmatch(word.text))


def _stands(word: str, text: str) -> bool:
    """Whether a word stands in a text and is not denied there, and a figure by itself."""
    return word in text and bool(_standing(word).search(text))


@lru_cache(maxsize=4096)
def _standing(word: str) -> re.Pattern[str]:
    alone = (r"(?<![\d.])", r"(?![\d.])") if word[0].isdigit() else ("(?<![不没未])(?<!没有)", "")
    return re.compile(f"{alone[0]}{re.escape(word)}{alone[1]}")


def _told(words: Sequence[str], said: str) -> float:
    """The share of words, by their length, that stand in what is said."""
    told = [word for word in words if word and _stands(word, said)]
    return sum(map(len, told)) / (sum(map(len, words)) or 1)


def _aligned(first: Sequence[_Word], second: Sequence[_Word]) -> list[_Places]:
    """Pairs of places, in order, of words that are the same or may stand for one another."""
    best = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i, one in enumerate(first, 1):
        for j, other in enumerate(second, 1):
            alike = _alike(one, other)
            both = best[i - 1][j - 1] + alike if alike else 0
            best[i][j] = max(best[i - 1][j], best[i][j - 1], both)
    pairs = []
    i, j = len(first), len(second)
    while i and j:
        alike = _alike(first[i - 1], second[j - 1])
        if alike and best[i][j] == best[i - 1][j - 1] + alike:
            pairs.append((i - 1, j - 1))
            i, j = i - 1, j - 1
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            j -= 1
    return sorted({*pairs, *_beside_same(pairs, first, second)})


def _beside_same(
    pairs: Sequence[_Places], first: Sequence[_Word], second: Sequence[_Word]
) -> Iterator[_Places]:
    """Words of two kinds that stand before one noun, or after one preposition, in both clauses."""
    taken_first, taken_second = ({pair[side] for pair in pairs} for side in (0, 1))
    for i, j in pairs:
        step = {"n": -1, "p": 1}.get(first[i].kind)
        if first[i].text != second[j].text or step is None:
            continue
        at, there = i + step, j + step
        within = 0 <= at < len(first) and 0 <= there < len(second)
        if within and at not in taken_first and there not in taken_second:
            yield at, there


def _alike(first: _Word, second: _Word) -> int:
    """How well two words stand for one another: the same, of one kind by their last character."""
    if first.text == second.text:
        return 8
    if first.text[-1] == second.text[-1] and "m" not in first.kind + second.kind:
        return 6
    if first.kind != second.kind:
        return 0
    return 3 if set(first.text) & set(second.text) else 2


def _with_times_as(said: str, texts: Sequence[str]) -> str:
    """What is said with its times of day as the sources print them."""
    for time in reversed(find_times(said)):
        if any(time.text in text for text in texts):
            continue
        printed = (there.text for text in texts for there in find_times(text))
        same = next((one for one in printed if same_time(time, one)), time.text)
        said = said[: time.start] + same + said[time.end :]
    return said
