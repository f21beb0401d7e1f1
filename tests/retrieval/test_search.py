"""Evidence is the right passage, explains itself, and does not repeat itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from rag.errors import QuestionError
from rag.models.reader import Judgement
from rag.retrieval.fusion import Features, fuse, relevance, standardise
from rag.retrieval.question import understand
from rag.retrieval.search import search
from rag.retrieval.surroundings import surroundings
from rag.settings import Settings
from rag.types import Filters, Span
from tests.support.collections import MARKET, PLAYGROUND, SNOW, article, source_file


@pytest.fixture
def ask(collection, embedder, settings):
    def run(question, **options):
        return search(collection, embedder, question, **{"settings": settings, "k": 5} | options)

    return run


def test_names_and_figures_lead_to_their_passage(ask):
    best = ask("李超鲲鹏每周训练几次？")[0]
    assert "李超鲲鹏" in best.passage.text
    assert best.article == PLAYGROUND
    assert "李超鲲鹏" in best.matched
    assert best.reasons[0].startswith("命中“李超鲲鹏”")
    assert "G312" in ask("g312 什么时候恢复通行")[0].passage.text
    assert "25000人次" in ask("两万五千人次")[0].matched


def test_scores_fall_from_first_to_last_and_lie_between_0_and_1(ask):
    found = ask("早市有多少个摊位？")
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= one.score <= 1 and 0 <= one.coverage <= 1 for one in found)
    assert all(-1 <= one.similarity <= 1.0001 for one in found)
    assert all(one.reasons for one in found)


def test_the_headline_counts_and_is_named(ask):
    best = ask("早市搬新家")[0]
    assert best.article == MARKET
    assert "标题相符" in best.reasons


def test_filters_and_k(ask):
    assert len(ask("市", k=1)) == 1
    found = ask("除雪车", filters=Filters(published_to=date(2023, 12, 11)))
    assert {one.article.id for one in found} == {PLAYGROUND.id}
    assert ask("除雪车", filters=Filters(headline="没有")) == []


@pytest.mark.parametrize("k", [0, -3])
def test_less_than_one_passage_is_an_error(ask, k):
    with pytest.raises(QuestionError, match="k >= 1"):
        ask("市", k=k)


def test_a_filter_that_passes_only_a_reprint_finds_it(ask, collection):
    reprint = replace(MARKET, id="reprint", source="转载.txt", published=date(2024, 2, 1))
    collection.update([source_file(reprint, source="转载.txt")])
    found = ask("早市有多少个摊位？", filters=Filters(published_from=date(2024, 1, 1)))
    assert {one.article.id for one in found} == {"reprint"}
    assert found[0].article.published == date(2024, 2, 1)


def test_a_commit_during_a_search_hides_nothing(ask, collection, monkeypatch):
    selected = collection.selected
    changed = replace(MARKET, section="民生")
    waiting = [source_file(SNOW, PLAYGROUND, changed)]

    def late(filters):
        while waiting:
            collection.update([waiting.pop()])
        return selected(filters)

    monkeypatch.setattr(collection, "selected", late)
    assert ask("早市有多少个摊位？")[0].article == changed


def test_passages_that_say_the_same_are_returned_once(ask, collection):
    reprint = replace(
        MARKET, id="reprint", source="转载.txt", text=MARKET.text.replace("260个", "260个、")
    )
    collection.update([source_file(replace(reprint, paragraphs=()), source="转载.txt")])
    found = ask("运河早市摊位260个免收三个月管理费", k=8)
    assert sum("免收三个月管理费" in one.passage.text for one in found) == 1


def test_a_date_in_the_question_prefers_its_day(ask, collection):
    texts = {
        5: "市图书馆举办读书会，八十名读者参加。",
        12: "市图书馆举办读书会，九十名读者参加。",
    }
    for day, text in texts.items():
        source = f"{day}.txt"
        one = article("图书馆读书会", text, source=source, published=date(2023, 12, day))
        collection.update([source_file(one, source=source)])
    for day in texts:
        best = ask(f"12月{day}日图书馆读书会有多少读者参加？")[0]
        assert best.article.published == date(2023, 12, day)
        assert "日期相符" in best.reasons


def test_the_newspaper_of_a_day_is_searched_alone_if_there_is_one(ask):
    asked = understand(
        f"{_spelled(MARKET.published)}的报纸上有除雪车吗？", today=date(2023, 12, 20)
    )
    assert asked.printed
    assert {one.article.published for one in ask(asked)} == {MARKET.published}
    never = understand("12月2日的报纸上有除雪车吗？", today=date(2023, 12, 20))
    assert "除雪车" in ask(never)[0].matched
    chosen = Filters(published_from=SNOW.published, published_to=SNOW.published)
    assert {one.article.id for one in ask(asked, filters=chosen)} == {SNOW.id}


def _spelled(day):
    return f"{day.month}月{day.day}日"


def test_the_setting_overrides_the_choice_for_the_question(ask, embedder):
    question = "孩子们的教练"
    dense_only = ask(question, settings=Settings(retrieval={"dense_weight": 1.0}))
    similarities = [one.similarity for one in dense_only]
    assert similarities == sorted(similarities, reverse=True)


@pytest.mark.parametrize("question", ["", "  \n"])
def test_an_empty_question_is_an_error(ask, question):
    with pytest.raises(QuestionError):
        ask(question)


@pytest.mark.parametrize(
    "question", ["？？？", "😀", 'a" OR b:[* TO *]', "的", "x" * 5000, "\x00市", "ABC公司"]
)
def test_any_input_is_only_text(ask, question):
    for one in ask(question):
        assert one.passage.text


PLAIN = Features(0.85, 0.5, 0.5, 0.3, 0.5, place=2, length=100)


@pytest.mark.parametrize(
    "better",
    [
        {"similarity": 0.9},
        {"sentence": 0.9},
        {"characters": 0.9},
        {"run": 0.8},
        {"article": 0.9},
        {"place": 0},
    ],
)
def test_each_thing_known_about_a_candidate_counts(better):
    plain, improved = relevance([PLAIN, replace(PLAIN, **better)])
    assert improved > plain


def test_a_line_that_only_repeats_the_question_does_not_answer_it():
    stub, whole = relevance([replace(PLAIN, length=12), PLAIN])
    assert stub < whole
    assert relevance([PLAIN])[0] == relevance([replace(PLAIN, length=300)])[0]


def test_the_sentence_that_holds_all_of_the_wording_beats_scattered_words(ask, collection):
    whole = "周末，青龙山茶园的采茶节吸引三千名游客。市民纷纷拍照。"
    parts = "青龙山正在修路。茶园今年减产。采茶工人短缺。读书节吸引学生，游客不多。"
    together = article("甲", whole, source="甲.txt")
    scattered = article("乙", parts, source="乙.txt")
    for one in (scattered, together):
        collection.update([source_file(one, source=one.source)])
    assert ask("青龙山茶园采茶节吸引多少游客？")[0].article.headline == "甲"


def test_fusion_puts_both_channels_on_one_scale():
    cosines = np.array([0.80, 0.81, 0.82])
    scores = np.array([30.0, 10.0, 20.0])
    assert fuse(cosines, scores, 0.0).argmax() == 0
    assert fuse(cosines, scores, 1.0).argmax() == 2
    assert np.allclose(fuse(cosines * 5, scores + 7, 0.4), fuse(cosines, scores, 0.4))
    assert standardise(np.array([3.0, 3.0])).tolist() == [0.0, 0.0]


class _Judge:
    """A reader that holds the passages with a given word for answers, and says so of it alone."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.seen: list[tuple[str, str]] = []

    def judge(self, question, passages):
        self.seen += passages
        return [
            Judgement(99.0, Span(text.find(self.word), text.find(self.word) + len(self.word)), 0.9)
            if self.word in text
            else Judgement(-99.0, Span(0, 0), 0.1)
            for _, text in passages
        ]


def test_the_reader_moves_up_what_answers_and_says_where(ask):
    question = "李超鲲鹏每周训练几次？"
    before = ask(question)
    word = before[-1].passage.text[:4]
    reader = _Judge(word)
    best = ask(question, reader=reader)[0]

    assert word in best.passage.text
    assert best.passage.id != before[0].passage.id
    assert best.answering == pytest.approx(1, abs=0.01)
    assert best.article.text[best.answer.start : best.answer.end] == word
    assert f"可能的答案“{word}”" in best.reasons
    assert best.passage.text in [text for _, text in reader.seen]
    above = surroundings(question, best.article, best.passage)
    assert best.article.headline in above
    assert (above, best.passage.text) in reader.seen


@pytest.fixture
def reading(settings):
    def changed(**retrieval):
        return settings.model_copy(
            update={"retrieval": settings.retrieval.model_copy(update=retrieval)}
        )

    return changed


def test_only_the_leading_passages_are_read_and_stay_in_front(ask, reading):
    question = "李超鲲鹏每周训练几次？"
    before = ask(question)
    found = ask(question, settings=reading(rerank=2, read_on=0), reader=_Judge("没有这个词"))

    assert [one.answering is None for one in found[:3]] == [False, False, True]
    assert {one.passage.id for one in found[:2]} == {one.passage.id for one in before[:2]}
    assert [one.passage.id for one in found[2:]] == [one.passage.id for one in before[2:]]
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)


def test_where_no_passage_convinces_the_rest_of_the_best_article_is_read(ask, reading):
    question = "李超鲲鹏每周训练几次？"
    narrow = {"rerank": 1, "candidates": 1}
    [lead] = ask(question, k=1)
    others = [
        one
        for one in ask("李超鲲鹏", k=60)
        if one.article.id == lead.article.id and one.passage.id != lead.passage.id
    ]
    wanted = others[-1].passage
    reader = _Judge(wanted.text)
    found = ask(question, settings=reading(**narrow), reader=reader, k=1)

    assert found[0].passage.id == wanted.id
    assert "同篇续读" in found[0].reasons
    assert found[0].answering == pytest.approx(1, abs=0.01)
    assert found[0].score == pytest.approx(lead.score)
    texts = [text for _, text in reader.seen]
    assert len(texts) == len(set(texts))
    assert set(texts) <= {one.passage.text for one in (lead, *others)}
    without = ask(question, settings=reading(**narrow, read_on=0), reader=reader, k=1)
    assert without[0].passage.id == lead.passage.id


def test_a_convinced_reader_does_not_read_on(ask, reading):
    question = "李超鲲鹏每周训练几次？"
    [lead] = ask(question, k=1)
    reader = _Judge(lead.passage.text)
    ask(question, settings=reading(rerank=1), reader=reader, k=1)
    assert [text for _, text in reader.seen] == [lead.passage.text]


def test_what_was_read_on_is_not_found_twice(ask, reading):
    found = ask("李超鲲鹏每周训练几次？", k=60, settings=reading(rerank=2), reader=_Judge("没有"))
    passages = [one.passage.id for one in found]
    assert len(passages) == len(set(passages))
    read = [one.answering is not None for one in found]
    assert read == sorted(read, reverse=True)
    assert sum(read) > 2
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)


def test_the_reader_reads_at_least_as_deep_as_was_asked_for_one(ask):
    reader = _Judge("训练")
    assert len(ask("李超鲲鹏每周训练几次？", k=1, reader=reader)) == 1
    assert len(reader.seen) > 1
