from dataclasses import replace

import pytest

from rag.evaluation.cases import Case, GoldArticle
from rag.evaluation.gold import GoldFinder, quotes_overlap
from rag.evaluation.outcome import CitedSource, FoundPassage

QUOTE = "血透中心现共收治70余位尿毒症患者,累计血透、血滤达25000人次。"
PASSAGE = FoundPassage(
    passage_id=1,
    article_id="a1",
    headline="邹区人民医院 血液透析中心获省级荣誉",
    source="seeds/2023-12-20.txt",
    url="https://example.org/1",
    published="2023-12-20",
    text=f"运行五年多来,已成为闪亮名片。{QUOTE}近三年每年血透均在4800人次以上。",
    score=0.9,
    similarity=0.8,
    coverage=0.7,
)


@pytest.mark.parametrize(
    "key",
    [
        "a1",
        "邹区人民医院　血液透析中心获省级荣誉",
        "鄒區人民醫院血液透析中心獲省級榮譽",
        "seeds/2023-12-20.txt",
        "2023-12-20.txt",
        "2023-12-20",
        "https://example.org/1",
    ],
)
def test_a_gold_article_is_known_by_id_headline_source_and_address(key):
    assert GoldFinder().matched(Case("1", "？", relevant=(key,)), PASSAGE) == ["article:0"]


@pytest.mark.parametrize("key", ["a2", "血液透析中心", "2023-12", "", "省级荣誉"])
def test_a_part_of_a_name_is_no_name(key):
    assert GoldFinder().matched(Case("1", "？", relevant=(key,)), PASSAGE) == []


def test_a_gold_article_of_the_set_is_known_by_its_text():
    finder = GoldFinder((GoldArticle("q-17", "", f"前文。{PASSAGE.text}后文。"),))
    assert finder.matched(Case("1", "？", relevant=("q-17",)), PASSAGE)
    other = replace(PASSAGE, text="另一篇报道的段落。")
    assert not finder.matched(Case("1", "？", relevant=("q-17",)), other)


@pytest.mark.parametrize(
    "quote",
    [
        QUOTE,
        "血透中心現共收治７０餘位尿毒症患者，累計血透、血濾達２.５萬人次",
        # The passage ends in the middle of the quote.
        "近三年每年血透均在4800人次以上,极大地缓解了市级医院",
    ],
)
def test_a_quote_is_found_across_script_numerals_and_passage_boundaries(quote):
    assert quotes_overlap(PASSAGE.text, quote)


@pytest.mark.parametrize(
    "quote",
    [
        "",
        "荣誉",
        "区委书记沈东强调,要保持战略定力",
        "血透中心现共收治了很多从周边乡镇来院治疗的外地患者",
    ],
)
def test_another_sentence_is_not_the_quote(quote):
    assert not quotes_overlap(PASSAGE.text, quote)


def test_one_sentence_of_a_longer_quote_counts_but_a_common_phrase_does_not():
    quote = "沈东强调,要保持战略定力。沈东指出,要统筹推进两大功能区。要全力以赴抓实三项工作。"
    assert quotes_overlap("沈东指出,要统筹推进两大功能区。", quote)
    assert not quotes_overlap("区委书记沈东强调,要坚持自我完善,常抓不懈锤炼队伍作风。", quote)


def test_a_ranking_counts_each_article_once_and_repeated_gold_not_at_all():
    case = Case("1", "？", relevant=("a1", "a3"))
    found = [
        replace(PASSAGE, passage_id=number, article_id=article, headline="", source="")
        for number, article in enumerate(["a2", "a1", "a2", "a1", "a4", "a3"])
    ]
    finder = GoldFinder()
    assert finder.ranking(case, found) == ["other a2", "article:0", "other a4", "article:1"]


def test_a_source_holds_gold_by_quote_by_answer_or_else_by_article():
    source = CitedSource(1, "a1", PASSAGE.headline, "", "", QUOTE)
    finder = GoldFinder()
    assert finder.holds_gold(Case("1", "？", quotes=(QUOTE,)), source)
    assert finder.holds_gold(Case("1", "？", answers=("2.5万人次",)), source)
    assert finder.holds_gold(Case("1", "？", relevant=("a1",)), source)
    # The right article is not enough where the answer could have been quoted.
    assert not finder.holds_gold(Case("1", "？", answers=("4800人次",), relevant=("a1",)), source)
    assert not finder.holds_gold(Case("1", "？", relevant=("a2",)), source)


def test_a_gold_article_is_called_by_its_headline():
    finder = GoldFinder((GoldArticle("q-17", "标题", "正文"), GoldArticle("q-18", "", "正文。")))
    names = [finder.title(key, [PASSAGE]) for key in ("q-17", "q-18", "a1", "别的")]
    assert names == ["标题", "正文。…", PASSAGE.headline, "别的"]
