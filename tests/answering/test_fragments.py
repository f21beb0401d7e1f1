"""A bare figure, day or name is told in the words of its source."""

from __future__ import annotations

import pytest

from rag.answering.fragments import whole
from tests.answering.conftest import MARKET, POLICE, candidates_from
from tests.support.collections import article


@pytest.mark.parametrize(
    ("fragment", "told"),
    [
        ("3200个", "东湖派出所联合和平社区为12个老旧小区安装烟感器3200个。"),
        ("赵立新。", "东湖派出所所长赵立新介绍,今年一季度辖区火警同比下降30%。"),
        ("4月9日", "4月9日,运河早市整体搬迁至文化广场北侧。"),
        ("30%", "今年一季度辖区火警同比下降30%。"),
    ],
)
def test_a_fragment_becomes_its_clause(fragment, told):
    assert whole(fragment, candidates_from(POLICE, MARKET)) == told


@pytest.mark.parametrize(
    ("fragment", "printed", "told"),
    [
        (
            "周一",
            "开放时间为周二至周日8:30—16:30，周一闭馆。",
            None,
        ),
        ("消防员", "火情发生在4月8日22:30左右，消防员很快赶到。", None),
        (
            "入场券",
            "展会首日迎客25,000人次，入场券收入120,000元。",
            None,
        ),
        ("李红", "周芳，医院护士长；李红，社区护士；孙梅，药师。", "李红，社区护士。"),
    ],
)
def test_clock_times_and_thousands_are_not_parted_nor_items_joined(fragment, printed, told):
    assert whole(fragment, candidates_from(article("新闻", printed))) == (told or printed)


@pytest.mark.parametrize("saying", ["介绍", "告诉记者", "表示", "接受采访时说"])
def test_who_only_speaks_in_a_clause_is_told_by_name_and_office(saying):
    printed = f"项目业主单位新城交通建设集团负责人林海{saying},大桥明年6月通车。"
    told = "项目业主单位新城交通建设集团负责人林海。"
    assert whole("林海", candidates_from(article("大桥", printed))) == told


def test_people_are_found_by_any_measure_word_and_figures_beside_others():
    crash = article("客车侧翻", "救援队表示,事故中至少89名乘客得到救治,其中3名2019年才入职。")
    told = "事故中至少89名乘客得到救治。"
    assert whole("89人", candidates_from(crash)) == told
    assert whole("至少89人", candidates_from(crash)) == told
    assert whole("9人", candidates_from(crash)) == "9人"
    assert whole("3名", candidates_from(crash)).startswith(
        "事故中至少89名乘客得到救治,其中3名2019年"
    )


def test_a_clause_takes_its_brackets_and_quotation_marks_along():
    photo = article("展览开幕", "志愿者王芳(左)和李敏(右)布置展厅(图源:区融媒体中心,十二月)。")
    assert whole("区融媒体中心", candidates_from(photo)) == photo.text


def test_who_speaks_is_told_without_all_that_was_said():
    said = article(
        "广场",
        "“外机的问题由来已久,商户和居民都不满意,我们想让双方互相理解。”社区书记吕霞告诉记者。",
    )
    assert whole("吕霞", candidates_from(said)) == "社区书记吕霞。"


@pytest.mark.parametrize(
    "text",
    [
        "早市的负责人是孙丽。",
        "运河早市搬到了文化广场北侧,首日迎客1.8万人次。",
        "王大明",
        "200个",
        "2",
        "",
        "。",
    ],
)
def test_sentences_and_what_no_source_says_stay(text):
    assert whole(text, candidates_from(POLICE, MARKET)) == text


def test_of_several_clauses_that_hold_it_the_one_that_was_asked_about_is_told():
    fair = article("夜市开张", "夜市有摊位60个,早市有摊位60个。经理说,停车场有车位60个。")
    candidates = candidates_from(fair)
    assert whole("60个", candidates, "停车场有多少个车位?") == "经理说,停车场有车位60个。"
    assert whole("60个", candidates, "夜市有多少个摊位?") == "夜市有摊位60个,早市有摊位60个。"
