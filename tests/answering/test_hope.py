"""What the reader saw decides whether anything is written, and what stands in for a bad draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from rag.answering.evidence import select_sentences
from rag.answering.generators.base import REFUSAL
from rag.answering.generators.extractive import ExtractiveGenerator
from rag.answering.hope import Hope, specificity_of
from rag.answering.pipeline import answer_events
from rag.answering.point import misses_point
from rag.settings import AnsweringSettings
from rag.types import Answer, AnswerDone, Evidence, Span, Verdict
from tests.answering.conftest import MARKET, POLICE, Scripted, evidence_from
from tests.support.collections import article

SETTINGS = AnsweringSettings()
CHIEF = "东湖派出所所长赵立新介绍,今年一季度辖区火警同比下降30%。"


def read(*articles, likely: float, answer: str, score: float = 0.8) -> list[Evidence]:
    """The evidence, of this score, as a reader leaves it that sees `answer` so likely."""
    found = []
    for item in evidence_from(*articles):
        start = item.article.text.find(answer)
        inside = item.passage.start <= start < item.passage.end
        place = start if inside else item.passage.start
        found.append(
            replace(
                item,
                score=score,
                answering=likely if inside else 0.02,
                answer=Span(place, place + len(answer)) if inside else Span(place, place + 1),
            )
        )
    return found


def seen_as_well(evidence: list[Evidence], answer: str, likely: float) -> list[Evidence]:
    """The same, and in the passage that holds it the reader sees `answer`, too."""
    return [
        replace(item, answering=likely, answer=Span(place, place + len(answer)))
        if (place := item.article.text.find(answer)) >= 0
        and item.passage.start <= place < item.passage.end
        else item
        for item in evidence
    ]


def answered(question: str, draft, evidence: list[Evidence]) -> Answer:
    generator = draft if hasattr(draft, "stream") else Scripted(draft)
    last = list(answer_events(question, evidence, generator, SETTINGS, today=date(2024, 4, 12)))[-1]
    assert isinstance(last, AnswerDone)
    return last.answer


def test_nothing_is_written_where_no_passage_answers():
    generator = Scripted("东湖派出所所长是赵立新。")
    evidence = read(POLICE, likely=0.03, answer="赵立新", score=0.4)
    given = answered("东湖派出所所长是哪一年上任的?", generator, evidence)
    assert given.refused
    assert given.related
    assert generator.questions == []


def test_the_sentence_that_the_reader_points_out_is_selected_first():
    evidence = read(MARKET, POLICE, likely=0.97, answer="赵立新")
    assert select_sentences("早市有多少人?", evidence, SETTINGS)[0].sentence.text == CHIEF


def test_a_draft_without_support_gives_way_to_the_sentence_the_reader_is_sure_of():
    for draft in ("东湖派出所所长是王大明。", REFUSAL):
        given = answered("东湖派出所所长是谁?", draft, read(POLICE, likely=0.97, answer="赵立新"))
        assert not given.refused
        assert given.text == CHIEF
        assert [sentence.verdict for sentence in given.sentences] == [Verdict.SUPPORTED]
        assert [source.number for source in given.sources] == [1]
        assert given.trace["repaired"] == CHIEF


def test_in_doubt_an_answer_has_to_be_the_one_that_the_reader_saw():
    evidence = read(POLICE, likely=0.3, answer="赵立新", score=0.5)
    question = "东湖派出所有什么新闻?"
    seen = answered(question, "东湖派出所所长是赵立新。", evidence)
    assert not seen.refused
    elsewhere = answered(question, "烟感器共安装3200个。", evidence)
    assert elsewhere.refused
    assert not elsewhere.sources


def test_in_doubt_who_asks_for_a_figure_is_not_told_something_else():
    evidence = read(MARKET, likely=0.3, answer="孙丽", score=0.5)
    assert not answered("早市的负责人是谁?", "市场负责人是孙丽。", evidence).refused
    assert answered("早市有多少个摊位?", "市场负责人是孙丽。", evidence).refused


def test_a_day_that_the_draft_leaves_out_is_added_from_the_source():
    evidence = read(MARKET, likely=0.95, answer="4月9日")
    given = answered("早市是什么时候搬迁的?", "运河早市整体搬迁至文化广场北侧。", evidence)
    assert "4月9日" in given.sentences[-1].text
    assert [sentence.verdict for sentence in given.sentences] == [Verdict.SUPPORTED] * 2


def test_a_number_of_people_answers_who_asks_how_many():
    assert not misses_point("造成多少人受伤?", ["事故造成20人受伤。"])
    assert misses_point("造成多少人受伤?", ["事故造成公路中断。"])
    assert misses_point("一张票多少钱?", ["共检票20次。"])
    evidence = read(MARKET, likely=0.3, answer="1.8万人次", score=0.5)
    assert not answered("早市首日有多少人?", "首日迎客1.8万人次。", evidence).refused


def test_what_the_reader_surely_sees_is_said_beside_another_answer():
    evidence = read(POLICE, likely=0.97, answer="赵立新")
    question = "火警下降的情况是东湖派出所的谁介绍的?"
    given = answered(question, "居民不得在楼道内充电。", evidence)
    assert "赵立新" in given.sentences[-1].text
    assert [sentence.verdict for sentence in given.sentences] == [Verdict.SUPPORTED] * 2
    # Not again what was said, nor the asker's own words.
    assert len(answered(question, "是所长赵立新介绍的。", evidence).sentences) == 1
    assert len(answered("赵立新介绍了什么?", "火警同比下降30%。", evidence).sentences) == 1


def test_what_the_reader_surely_sees_elsewhere_goes_before_what_it_does_not_see():
    evidence = read(POLICE, MARKET, likely=0.97, answer="赵立新")
    given = answered("火警的情况是谁介绍的?", "市场负责人是孙丽。", evidence)
    assert given.text == CHIEF
    assert given.trace["unproven"]


def test_what_another_article_says_is_not_put_beside_an_answer():
    evidence = read(POLICE, MARKET, likely=0.97, answer="赵立新")
    evidence = seen_as_well(evidence, "摊位费没有上涨", 0.9)
    given = answered("谁说了摊位费的事?", "摊位费没有上涨。", evidence)
    assert "摊位费没有上涨。" in given.text
    assert "赵立新" not in given.text


def test_a_reader_that_is_not_sure_repairs_nothing():
    given = answered("东湖派出所所长是谁?", REFUSAL, read(POLICE, likely=0.6, answer="赵立新"))
    assert given.refused


def test_without_a_model_the_nearest_sentence_that_holds_what_is_asked_is_the_answer():
    given = answered(
        "谁介绍了火警的情况?",
        ExtractiveGenerator(),
        read(MARKET, POLICE, likely=0.9, answer="赵立新"),
    )
    assert given.text == CHIEF
    unlikely = read(MARKET, POLICE, likely=0.05, answer="赵立新", score=0.3)
    assert answered("谁介绍了火警的情况?", ExtractiveGenerator(), unlikely).refused


def test_evidence_that_nobody_read_is_judged_by_its_wording():
    evidence = evidence_from(POLICE)
    assert Hope(evidence).likelihood() is None
    near = select_sentences("安装了多少个烟感器?", evidence, SETTINGS)
    assert not Hope(evidence).is_none(near)
    assert Hope(evidence).likeliest(near) is None
    weak = [replace(item, score=0.2) for item in evidence]
    assert Hope(weak).is_none(select_sentences("世界杯冠军奖金多少?", weak, SETTINGS))


def test_the_dead_are_no_answer_to_how_many_were_hurt():
    question = "和平社区失火造成多少人受伤?"
    assert misses_point(question, ["和平社区失火造成至少5人死亡,另有多人受伤。"])
    assert not misses_point(question, ["和平社区失火造成5人死亡,12人受伤。"])
    assert not misses_point(question, ["12人。"])


def test_another_report_on_what_is_asked_is_told_as_another_report():
    moved = article("早市再搬家", "5月6日,运河早市又迁至体育馆西侧,首日迎客2.1万人次。")
    evidence = read(MARKET, moved, likely=0.97, answer="体育馆西侧")
    evidence = seen_as_well(evidence, "文化广场北侧", 0.9)
    given = answered("运河早市搬迁至哪里?", "运河早市搬迁至文化广场北侧。", evidence)
    first, second = given.sentences
    assert first.text == "运河早市整体搬迁至文化广场北侧。"
    assert second.text.startswith("另据报道，5月6日")
    assert "体育馆西侧" in second.text
    assert second.citations != first.citations


FIRES = (
    article("和平社区失火", "4月2日，和平社区一居民楼失火，造成3人受伤。"),
    article("纺织厂失火", "据区消防大队消息，4月8日，纺织厂仓库失火，造成5人受伤。"),
    article("农贸市场失火", "他说，农贸市场失火的原因正在调查，共有2人受伤。"),
)


def of_fires(*likely: float, score: float = 0.8) -> list[Evidence]:
    found = []
    for item, sure, answer in zip(
        evidence_from(*FIRES), likely, ("3人", "5人", "2人"), strict=True
    ):
        start = item.article.text.find(answer)
        place = Span(start, start + len(answer))
        found.append(replace(item, score=score, answering=sure, answer=place))
        score *= 0.95
    return found


def test_where_a_question_fits_several_events_the_others_are_told_with_what_names_them():
    given = answered("失火造成多少人受伤?", "3人受伤。", of_fires(0.9, 0.6, 0.2))
    first, second = given.sentences
    assert "3人" in first.text
    # The report names its own source; the third article was hardly held to answer.
    assert second.text == "另据区消防大队消息，4月8日，纺织厂仓库失火，造成5人受伤。"
    assert [source.headline for source in given.sources] == ["和平社区失火", "纺织厂失火"]
    assert given.trace["others"] == [second.text]


def test_no_other_report_is_told_that_the_generator_takes_for_no_answer():
    evidence, question = of_fires(0.9, 0.6, 0.2), "失火造成多少人受伤?"
    both = answered(question, Judging("3人受伤。", 5.0, 5.0), evidence)
    assert [source.headline for source in both.sources] == ["和平社区失火", "纺织厂失火"]
    one = answered(question, Judging("3人受伤。", 5.0, 5.0, only="3人"), evidence)
    assert [source.headline for source in one.sources] == ["和平社区失火"]


def test_what_was_found_less_surely_is_not_told_as_another_report():
    evidence = of_fires(0.9, 0.6, 0.2)
    further = [replace(item, score=item.score * 0.8**rank) for rank, item in enumerate(evidence)]
    assert len(answered("失火造成多少人受伤?", "3人受伤。", further).sentences) == 1


def test_another_report_has_to_be_understood_by_itself():
    # He (他) is nobody the reader of the answer has heard of.
    evidence = of_fires(0.9, 0.2, 0.8)
    given = answered("失火造成多少人受伤?", "3人受伤。", evidence)
    assert [source.headline for source in given.sources] == ["和平社区失火"]


def test_an_article_that_says_the_same_is_no_other_report():
    same = article("居民楼起火", "4月2日晚间，和平社区失火，3人受伤。")
    items = evidence_from(FIRES[0], same)
    evidence = [
        replace(item, score=0.8, answering=0.9, answer=Span(start, start + 4))
        for item in items
        for start in [item.article.text.find("3人受伤")]
    ]
    assert len(answered("失火造成多少人受伤?", "3人受伤。", evidence).sentences) == 1


def test_what_singles_out_an_article_is_told_more_readily():
    """多少人受伤 may mean one of nine articles, but not one of ten thousand."""
    vague, named = "失火造成多少人受伤?", "和平社区4月7日夜里的失火造成多少人受伤?"
    assert specificity_of(vague, 9) > specificity_of(vague, 10_000)
    assert specificity_of(named, 10_000) > specificity_of(vague, 10_000)
    long = POLICE.text + MARKET.text
    assert specificity_of(long, 9) == specificity_of(long + vague, 9)

    evidence = read(POLICE, likely=0.35, answer="赵立新", score=0.5)
    quoted = "“12个老旧小区”?"
    assert specificity_of(quoted, 10_000, evidence) > specificity_of(quoted, 10_000)
    assert specificity_of("“大雪”?", 10_000, evidence) == specificity_of("“大雪”?", 10_000)
    generator = Scripted(CHIEF)
    few, many = (
        list(
            answer_events(
                "所长是谁?",
                evidence,
                generator,
                SETTINGS,
                today=date(2024, 4, 12),
                articles=count,
            )
        )[-1]
        for count in (1, 10_000)
    )
    assert few.answer.text == CHIEF
    assert many.answer.refused
    assert "请补充时间、地点或名称" in many.answer.reason


class Judging(Scripted):
    """A generator with an opinion of its evidence, and of what would be told."""

    def __init__(self, text: str, answers: float, right: float | None = None, only="") -> None:
        super().__init__(text)
        self.answers = answers
        self.right = answers if right is None else right
        self.only = only
        self.told: list[str] = []

    def judge(self, question, evidence, told=""):
        self.told.append(told)
        return self.answers if not told else self.right if self.only in told else -6.0


def test_the_generators_opinion_of_its_evidence_counts_with_what_the_reader_sees():
    evidence = read(POLICE, likely=0.5, answer="赵立新", score=0.5)
    question = "东湖派出所所长是谁?"
    without, doubting = Judging(CHIEF, 5.0), Judging(CHIEF, -9.0)
    assert answered(question, without, evidence).text == CHIEF
    doubtful = read(POLICE, likely=0.15, answer="赵立新", score=0.5)
    given = answered(question, doubting, doubtful)
    assert given.refused
    assert given.related
    assert given.trace["judged"] == -9.0
    # What will not be told is not written, but reading it took its time.
    assert not doubting.questions
    assert doubting.told == [""]
    assert "judge" in given.timings

    unlikely = read(POLICE, likely=0.03, answer="赵立新", score=0.4)
    assert answered(question, CHIEF, unlikely).refused
    assert answered(question, Judging(CHIEF, 5.0), unlikely).text == CHIEF

    # Where there is no hope, or nobody read anything, nobody waits for an opinion.
    clear = read(POLICE, likely=0.97, answer="赵立新", score=0.9)
    hopeless = [replace(item, answering=0.001, score=0.1) for item in clear]
    unread = evidence_from(POLICE)
    for evidence in (hopeless, unread):
        generator = Judging(CHIEF, -9.0)
        answered(question, generator, evidence)
        assert not generator.told


def test_the_generators_opinion_of_a_sentence_decides_where_it_is_doubtful():
    evidence = read(POLICE, likely=0.4, answer="赵立新", score=0.5)
    question = "东湖派出所所长是谁?"
    right, wrong = Judging(CHIEF, 1.0, 5.0), Judging(CHIEF, 1.0, -6.0)
    given = answered(question, right, evidence)
    assert given.text == CHIEF
    assert given.trace["approved"] == {CHIEF: 5.0}
    assert right.told == ["", CHIEF]
    refused = answered(question, wrong, evidence)
    assert refused.refused
    assert refused.trace["unproven"] == CHIEF


def test_what_the_reader_sees_stands_in_where_the_generator_approves_of_it():
    seen = read(POLICE, likely=0.4, answer="赵立新", score=0.5)
    for right, refused in ((4.0, False), (-6.0, True)):
        given = answered("东湖派出所所长是谁?", Judging("所长是王大明。", 1.0, right), seen)
        assert given.refused is refused
        assert refused or given.text == CHIEF


def test_what_a_garbled_draft_is_after_is_told_where_the_generator_approves_of_it():
    # The reader looks elsewhere.
    evidence = read(POLICE, likely=0.9, answer="赵立新")
    garbled = "派出所为老旧小区安装烟感器9200个。"
    question = "老旧小区装的烟感器有几个?"
    given = answered(question, Judging(garbled, 5.0, 5.0, only="3200个"), evidence)
    assert "安装烟感器3200个" in given.text
    assert "9200" not in given.text
    assert answered(question, Judging(garbled, 5.0, -6.0), evidence).refused


def test_a_draft_is_after_what_it_adds_to_the_question():
    """It repeats nearly all of the question, which another sentence does, too."""
    other = article("市场", "据镇上统计，打工的人到今年6月的实际收入有增有减，相机销售额增长13%。")
    wages = article("收入", "扣除物价因素，6月实际工资同比下降1.6%，连续15个月同比减少。")
    evidence = [
        *read(other, likely=0.5, answer="13%", score=0.8),
        *read(wages, likely=0.4, answer="15个月", score=0.7),
    ]
    question = "打工的人到今年6月的实际收入已经连跌几个月了?"
    draft = "打工的人到今年6月的实际收入已经连跌15个月了。"
    given = answered(question, Judging(draft, 5.0, 5.0, only="减少"), evidence)
    assert "连续15个月" in given.text
    assert answered(question, Judging(draft, 5.0, -6.0), evidence).refused


def test_another_word_for_what_is_counted_needs_the_generators_approval():
    item = article("合唱", "昨天的合唱排练共有60名居民分两组参加。")
    evidence = read(item, likely=0.9, answer="60名")
    question, draft = "合唱排练来了多少团员?", "共有60名居民参加。"
    assert answered(question, draft, evidence).refused
    assert "60名居民" in answered(question, Judging(draft, 5.0, 5.0), evidence).text
    assert answered(question, Judging(draft, 5.0, 1.0), evidence).refused
