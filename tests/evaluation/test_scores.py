import pytest

from rag.evaluation.cases import Case, TestSet
from rag.evaluation.metrics import Share
from rag.evaluation.outcome import CitedSource, FoundPassage, Outcome, SaidSentence
from rag.evaluation.scores import Cause, score

GOLD = "血透中心现共收治70余位尿毒症患者,累计血透、血滤达25000人次。"
OTHER = "宝龙社区管辖宝龙国际花园,居民住宅2826户。"
CASE = Case("1", "累计血透多少人次？", ("25000人次",), relevant=("医院",))


def passage(headline, text, number=1):
    return FoundPassage(number, headline, headline, "", "", "", text, 0.5, 0.5, 0.5)


def answer(text, quotes=(), found=(GOLD,), verdict="supported", **more):
    headlines = {GOLD: "医院", OTHER: "社区"}
    return Outcome(
        "1",
        evidence=tuple(passage(headlines[item], item, number) for number, item in enumerate(found)),
        answered=True,
        text=text,
        sentences=(SaidSentence(text, verdict, tuple(range(1, len(quotes) + 1))),),
        sources=tuple(
            CitedSource(number, headlines[quote], headlines[quote], "", "", quote)
            for number, quote in enumerate(quotes, start=1)
        ),
        **more,
    )


def refusal(found=(GOLD,)):
    headlines = {GOLD: "医院", OTHER: "社区"}
    evidence = tuple(passage(headlines[item], item) for item in found)
    return Outcome("1", evidence=evidence, answered=True, text="没有找到。", refused=True)


def scored(outcome, case=CASE):
    (item,) = score(TestSet("甲", (case,)), {case.id: outcome})
    return item


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [
        (answer("累计25000人次。", [GOLD]), None),
        (answer("累计2826户。", [OTHER], found=[OTHER]), Cause.NOT_RETRIEVED),
        (refusal(found=[OTHER]), Cause.NOT_RETRIEVED),
        (refusal(), Cause.WRONGLY_REFUSED),
        (answer("居民住宅2826户。", [OTHER], found=[GOLD, OTHER]), Cause.NOT_USED),
        (answer("收治70余位患者。", [GOLD]), Cause.WRONG_ANSWER),
        (answer("累计25000人次。", [OTHER], found=[GOLD, OTHER]), Cause.WRONG_CITATION),
        (answer("累计25000人次。"), Cause.WRONG_CITATION),
        (Outcome("1", answered=True, error="生成器出错"), Cause.ERROR),
    ],
)
def test_why_an_answerable_question_failed(outcome, cause):
    item = scored(outcome)
    assert item.cause is cause
    assert item.shares["pass"] == Share(float(cause is None))


def test_an_unanswerable_question_must_be_refused():
    case = Case("1", "奥运会吉祥物是什么？", answerable=False)
    assert scored(refusal(), case).cause is None
    made_up = scored(answer("是熊猫。", [GOLD]), case)
    assert made_up.cause is Cause.SHOULD_HAVE_REFUSED
    assert made_up.shares["refusal_recall"] == Share(0.0)
    assert "citation_precision" not in made_up.shares


def test_retrieval_alone_is_judged_by_what_was_found():
    assert scored(Outcome("1", evidence=(passage("医院", GOLD),))).cause is None
    missed = scored(Outcome("1", evidence=(passage("社区", OTHER),)))
    assert missed.cause is Cause.NOT_RETRIEVED
    assert "correct" not in missed.shares
    unanswerable = Case("1", "？", answerable=False)
    assert "pass" not in scored(Outcome("1"), unanswerable).shares


def test_an_error_counts_as_a_wrong_answer_and_as_nothing_found():
    item = scored(Outcome("1", answered=True, error="生成器出错"))
    assert item.shares["correct"] == Share(0.0)
    assert item.shares["recall"] == Share(0.0)
    assert item.shares["error"] == Share(1.0)


def test_citation_figures_of_a_hand_worked_answer():
    outcome = Outcome(
        "1",
        evidence=(passage("医院", GOLD),),
        answered=True,
        text="累计25000人次。住宅2826户。另有一事。",
        sentences=(
            SaidSentence("累计25000人次。", "supported", (1,)),
            SaidSentence("住宅2826户。", "partly", (2,)),
            SaidSentence("另有一事。", "unsupported"),
        ),
        sources=(
            CitedSource(1, "医院", "医院", "", "", GOLD),
            CitedSource(2, "社区", "社区", "", "", OTHER),
        ),
    )
    item = scored(outcome)
    assert item.right_sources == (1,)
    assert item.shares["citation_precision"] == Share(1 / 2)
    assert item.shares["citation_recall"] == Share(1.0)
    assert item.shares["citation_coverage"] == Share(2 / 3)
    assert item.shares["unsupported"] == Share(1 / 3)
    assert item.shares["partly_supported"] == Share(1 / 3)


def test_the_best_of_several_answers_counts():
    case = Case("1", "？", ("25000人次", "累计25000人次", "错的"))
    shares = scored(answer("累计25000人次", [GOLD]), case).shares
    assert shares["exact_match"] == shares["char_f1"] == Share(1.0)


def test_all_points_are_needed_in_any_of_their_spellings():
    case = Case("1", "？", ("收治患者、累计人次",), points=(("70余位", "七十余位"), ("2.5万人次",)))
    assert scored(answer(GOLD, [GOLD]), case).cause is None
    half = scored(answer("收治70余位患者。", [GOLD]), case)
    assert half.shares["points"] == Share(0.5)
    assert half.shares["correct"] == Share(0.0)


def test_without_an_answer_the_gold_article_must_be_cited():
    case = Case("1", "医院怎样了？", relevant=("医院",))
    assert scored(answer("获得荣誉。", [GOLD]), case).cause is None
    assert scored(answer("有住宅。", [OTHER], found=[GOLD, OTHER]), case).cause is Cause.NOT_USED


def test_a_question_without_any_gold_passes_when_it_is_answered():
    assert scored(answer("随便说说。", [OTHER], found=[OTHER]), Case("1", "？")).cause is None


def test_cases_are_scored_in_the_order_of_the_set_and_missing_ones_left_out():
    cases = tuple(Case(name, "？", ("甲",)) for name in "cab")
    outcomes = {name: Outcome(name) for name in "bc"}
    assert [item.case.id for item in score(TestSet("甲", cases), outcomes)] == ["c", "b"]
