"""A sentence is believed only as far as the articles carry it."""

from __future__ import annotations

from datetime import date

import pytest

from rag.answering.verification import verify
from rag.types import Verdict
from tests.answering.conftest import MARKET, POLICE, candidates_from
from tests.support.collections import article

CANDIDATES = candidates_from(POLICE, MARKET)


def verdict(sentence: str, question: str = "") -> Verdict:
    return verify(sentence, question, CANDIDATES).verdict


@pytest.mark.parametrize(
    "sentence",
    [
        "东湖派出所和和平社区为12个老旧小区安装了烟感器3200个。",
        "投入资金25.6万元。",
        "投入资金256000元。",
        "投入資金25.6萬元。",
        "4月8日，东湖派出所为老旧小区安装了烟感器。",
        "2024年4月8日，东湖派出所为老旧小区安装了烟感器。",
        "一季度辖区火警同比下降30%。",
        "一季度辖区火警同比下降百分之三十。",
        "东湖派出所所长是赵立新。",
        "摊位费没有上涨。",
        "摊位费并未上涨。",
        "运河早市搬迁至文化广场北侧。",
    ],
)
def test_faithful_sentences_are_supported(sentence):
    assert verdict(sentence) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("东湖派出所为12个老旧小区安装了烟感器2300个。", "2300个"),
        ("一季度辖区火警同比下降40%。", "40%"),
        ("4月18日，东湖派出所为12个老旧小区安装烟感器。", "4月18日"),
        ("2023年4月8日，东湖派出所为12个老旧小区安装烟感器。", "2023年4月8日"),
        ("运河早市首日迎客2.8万人次。", "2.8万人次"),
    ],
)
def test_an_altered_figure_or_date_is_named_and_not_supported(sentence, missing):
    found = verify(sentence, "", CANDIDATES)
    assert found.verdict is not Verdict.SUPPORTED
    assert missing in [fact.text for fact in found.missing]


@pytest.mark.parametrize(
    "sentence",
    [
        "摊位费上涨。",
        "居民在楼道内充电。",
        "一季度辖区火警同比上升30%。",
        "东湖派出所没有安装烟感器。",
    ],
)
def test_a_turned_sentence_is_unsupported(sentence):
    assert verdict(sentence) is Verdict.UNSUPPORTED


def test_a_single_wrong_figure_is_unsupported_and_cites_nothing():
    found = verify("投入资金26.5万元。", "投入多少资金?", CANDIDATES)
    assert found.verdict is Verdict.UNSUPPORTED
    assert found.sources == ()


def test_a_sentence_about_something_else_is_unsupported():
    assert verdict("市民可以在图书馆免费办理借书证。") is Verdict.UNSUPPORTED


def test_the_name_of_another_office_is_unsupported():
    question = "东湖派出所的局长是谁?"
    assert verdict("赵立新。", question) is Verdict.UNSUPPORTED
    assert verdict("赵立新。", "东湖派出所的所长是谁?") is Verdict.SUPPORTED


def test_an_office_is_not_given_to_somebody_named_elsewhere():
    question = "东湖派出所的所长是谁?"
    assert verdict("东湖派出所所长是孙丽。", question) is Verdict.UNSUPPORTED
    assert verdict("东湖派出所所长是赵立新。", question) is Verdict.SUPPORTED


def test_the_smallest_set_is_cited():
    found = verify("运河早市搬迁至文化广场北侧,首日迎客1.8万人次。", "", CANDIDATES)
    assert [item.sentence.text for item in found.sources] == [
        "4月9日,运河早市整体搬迁至文化广场北侧,首日迎客1.8万人次。"
    ]


def test_a_sentence_from_two_places_cites_both():
    found = verify(
        "运河早市搬迁至文化广场北侧,开市时间为早上5点至9点,摊位费没有上涨。", "", CANDIDATES
    )
    assert found.verdict is Verdict.SUPPORTED
    assert {item.article.headline for item in found.sources} == {"早市搬了新家"}
    assert len(found.sources) >= 2


def test_quotes_are_the_articles_own_characters():
    for item in CANDIDATES:
        sentence = item.sentence
        assert item.article.text[sentence.start : sentence.end] == sentence.text
        assert not sentence.text.startswith("本报讯")


def test_an_office_of_another_place_is_not_given():
    envoy = article("来访", "宁海县县长周建军率领的代表团24日抵达宁波市,开始三天的访问。")
    candidates = candidates_from(envoy)
    of = {"宁海县": Verdict.SUPPORTED, "宁波市": Verdict.UNSUPPORTED}
    for place, verdict in of.items():
        question = f"{place}县长是谁?"
        assert verify(f"{place}县长是周建军。", question, candidates).verdict is verdict


def test_how_many_died_is_not_answered_by_how_many_were_hurt():
    fire = candidates_from(article("火灾", "和平社区昨日失火,造成2人死亡,14名居民受伤。"))
    question = "和平社区失火造成多少居民遇难?"
    found = verify("和平社区失火造成14名居民受伤。", question, fire)
    assert found.verdict is Verdict.UNSUPPORTED
    assert verify("和平社区失火造成2人死亡。", question, fire).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        ("居民不能在楼道内给电动车充电。", True),
        ("严禁居民在楼道内给电动车充电。", True),
        ("居民可以在楼道内给电动车充电。", False),
    ],
)
def test_what_is_forbidden_is_forbidden_in_any_word(sentence: str, supported: bool):
    rule = candidates_from(article("通告", "居民不得在楼道内给电动车充电。"))
    expected = Verdict.SUPPORTED if supported else Verdict.UNSUPPORTED
    assert verify(sentence, "楼道内可以给电动车充电吗?", rule).verdict is expected


def test_nine_o_clock_has_two_words():
    source = candidates_from(article("新闻", "展馆每天上午9时至下午5时开放。"))
    assert verify("展馆每天上午9点至下午5点开放。", "", source).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(("count", "supported"), [("1", True), ("一", True), ("2", False)])
def test_one_person_is_one_in_either_script(count: str, supported: bool):
    rescued = candidates_from(article("救援", "获救的9名登山者当中,有一人为女性。"))
    question = "获救的9名登山者当中有几人为女性?"
    found = verify(f"获救的9名登山者当中,有{count}人为女性。", question, rescued)
    assert (found.verdict is Verdict.SUPPORTED) is supported


def test_the_first_is_said_in_two_ways():
    opened = candidates_from(article("开馆", "这是长山县首次举办马拉松赛。"))
    question = "这是长山县第几次举办马拉松赛?"
    assert verify("这是长山县第一次举办马拉松赛。", question, opened).verdict is Verdict.SUPPORTED
    assert (
        verify("这是长山县第三次举办马拉松赛。", question, opened).verdict is not Verdict.SUPPORTED
    )


def test_of_a_few_words_nearly_all_have_to_be_there():
    bridge = candidates_from(article("青云桥修缮", "青云桥始建于唐末宋初，本月完成修缮。"))
    question = "青云桥是什么时代的?"
    assert verify("唐末宋初。", question, bridge).verdict is Verdict.SUPPORTED
    assert verify("宋末宋初。", question, bridge).verdict is Verdict.PARTLY


@pytest.mark.parametrize(
    ("sentence", "printed"),
    [
        ("活动共花费30元。", "活动共花费30多万元。"),
        ("灯会吸引万余名市民参加。", "灯会吸引百余名市民参加。"),
        ("2023年第三季度，全区税收150亿元。", "2023年前三季度，全区税收150亿元。"),
        ("最低气温5度。", "最低气温零下5度，最高气温8度。"),
        ("2024年1至11月，全区税收150亿元。", "1至11月，全区税收150亿元。"),
        ("罗文静2023年10月转正。", "罗文静2021年3月入职，同年10月转正。"),
    ],
)
def test_what_only_looks_like_the_figure_or_day_does_not_support(sentence: str, printed: str):
    source = article("新闻", printed, published=date(2023, 12, 18))
    assert verify(sentence, "", candidates_from(source)).verdict is not Verdict.SUPPORTED
    assert verify(printed, "", candidates_from(source)).verdict is Verdict.SUPPORTED
