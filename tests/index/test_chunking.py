"""Passages are whole sentences with exact offsets, and never cross a subhead."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chinese.sentences import split_sentences
from rag.index.chunking import embedding_text, split_article
from rag.types import Article
from tests.support.collections import PLAYGROUND, SNOW, article

LONG = "".join(
    f"第{n}项工程于去年开工，目前主体结构已经完成，预计年底交付使用。" for n in range(1, 13)
)


@pytest.mark.parametrize("size", [40, 120, 400])
def test_offsets_are_exact_and_passages_are_whole_sentences(size):
    one = article("工程进展", LONG, "短句一。", "短句二。", "#市民反响", "大家都说好。", LONG)
    ends = {span.end for span in split_sentences(one.text)}
    starts = {span.start for span in split_sentences(one.text)}
    drafts = split_article(one, size)
    for draft in drafts:
        assert one.text[draft.start : draft.end] == draft.text
        assert draft.start in starts
        assert draft.end in ends
    assert [d.start for d in drafts] == sorted(d.start for d in drafts)
    covered = {at for d in drafts for at in range(d.start, d.end)}
    spans = [(p.start, p.end) for p in one.paragraphs]
    assert all(at in covered for start, end in spans for at in range(start, end))


def test_passages_stay_near_the_size_and_leave_no_stump():
    lengths = [len(draft.text) for draft in split_article(article("工程", LONG), 120)]
    assert max(lengths) <= 120
    assert min(lengths) >= 60


def test_short_paragraphs_are_joined_but_not_over_a_subhead():
    drafts = split_article(PLAYGROUND, 400)
    assert [draft.subhead for draft in drafts] == ["", "以赛促训"]
    joined = split_article(SNOW, 400)
    assert [draft.text for draft in joined] == [SNOW.text]


def test_a_sentence_longer_than_the_size_stands_alone():
    sentence = "这是一个没有停顿的很长的句子" * 10 + "。"
    drafts = split_article(article("长句", "短句。" + sentence + "尾句。"), 40)
    assert sentence in [draft.text for draft in drafts]


def test_an_article_without_text_has_no_passages_and_one_without_paragraphs_has_lines():
    assert split_article(Article("a", "只有标题", "", "甲.txt"), 100) == []
    drafts = split_article(Article("a", "标题", "第一行。\n\n第二行。", "甲.txt"), 4)
    assert [draft.text for draft in drafts] == ["第一行。", "第二行。"]


def test_the_dateline_is_not_embedded_and_the_headline_by_wish():
    draft = split_article(SNOW, 100)[0]
    assert draft.text.startswith("本报讯(记者 王芳)")
    assert embedding_text(SNOW, draft, False).startswith("12月16日，我市")
    assert embedding_text(SNOW, draft, True).startswith("我市迎来今冬首场大雪\n12月16日")
    subhead = split_article(PLAYGROUND, 100)[1]
    assert embedding_text(PLAYGROUND, subhead, True).startswith("李超鲲鹏带队夺冠\n以赛促训\n")


@given(st.text(alphabet="市长说“”。！？，；\n 甲乙12.（）", max_size=400), st.integers(40, 200))
def test_every_character_lies_in_exactly_one_passage(text, size):
    one = Article("a", "标题", text, "甲.txt")
    drafts = split_article(one, size)
    for before, after in pairwise(drafts):
        assert before.end <= after.start
    covered = {at for draft in drafts for at in range(draft.start, draft.end)}
    assert all(at in covered for at, character in enumerate(text) if not character.isspace())
