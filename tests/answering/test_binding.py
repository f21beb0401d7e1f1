"""A fact counts only where the source says it of the same thing: swaps are caught."""

from __future__ import annotations

import pytest

from rag.answering.verification import verify
from rag.types import Verdict
from tests.answering.conftest import candidates_from
from tests.support.collections import article

HOSPITAL = article(
    "镇医院透析中心满五年",
    "镇医院透析中心现收治80余位尿毒症患者,累计透析31000人次。近三年每年透析均在5200人次以上。",
    "中心于2017年被评为“市级特色科室”,2020年被省卫健委确认为“省级特色科室”。",
    "和平社区有居民住宅1853户,小公寓1240户。今年开展义诊3次,开展讲座5次。",
)
PRICES = article(
    "4月份物价基本平稳",
    "4月份,居民消费价格同比下降0.3%,蔬菜价格上涨12.5%。",
)
MEETINGS = article(
    "区政府研究旧改",
    "12月15日,区政府召开专题会议研究旧城改造。区长周立出席会议并讲话。",
    "副区长郑敏聆听了汇报。会前,周立察看了改造现场。",
)
LECTURE = article(
    "书记讲党课",
    "12月16日,区委书记吴强为干部讲授专题党课。区长周立等聆听党课。",
)
CANDIDATES = candidates_from(HOSPITAL, PRICES, MEETINGS, LECTURE)


@pytest.mark.parametrize(
    "sentence",
    [
        "和平社区有小公寓1853户,居民住宅1240户。",
        "今年开展义诊5次。",
        "中心于2020年被评为“市级特色科室”。",
        "居民消费价格同比下降12.5%,蔬菜价格上涨0.3%。",
        "居民消费价格同比上涨0.3%。",
        "累计透析31000人。",
        "12月15日,区委书记吴强讲授专题党课。",
        "区长周立为干部讲授专题党课。",
        "吴强出席会议并讲话研究旧城改造。",
    ],
)
def test_what_is_swapped_is_not_supported(sentence):
    found = verify(sentence, "", CANDIDATES)
    assert found.verdict is not Verdict.SUPPORTED
    assert found.missing


@pytest.mark.parametrize(
    "sentence",
    [
        "和平社区有居民住宅1853户,小公寓1240户。",
        "小公寓有1240户。",
        "今年开展义诊3次。",
        "中心2017年被评为“市级特色科室”。",
        "2020年,中心被省卫健委确认为“省级特色科室”。",
        "居民消费价格同比下降0.3%,蔬菜价格上涨12.5%。",
        "累计透析31000人次。",
        "累计透析3.1万人次。",
        "12月16日,区委书记吴强讲授专题党课。",
        "区长周立聆听党课。",
        "区长周立出席会议并讲话。",
    ],
)
def test_what_is_said_as_it_stands_is_supported(sentence):
    assert verify(sentence, "", CANDIDATES).verdict is Verdict.SUPPORTED


def test_the_number_of_something_else_is_no_answer():
    question = "镇医院透析中心有多少名医生?"
    assert verify("中心现有80余位医生。", question, CANDIDATES).verdict is Verdict.UNSUPPORTED
    question = "镇医院透析中心收治了多少尿毒症患者?"
    assert verify("收治80余位尿毒症患者。", question, CANDIDATES).verdict is Verdict.SUPPORTED


def test_people_are_counted_in_the_askers_words():
    gifts = candidates_from(
        article("送手表", "活动向20名糖尿病儿童赠送手表,参加的家长有35人。15人突击队负责分发。")
    )

    def told(sentence, question):
        return verify(sentence, question, gifts).verdict

    assert told("活动向20名糖尿病儿童赠送手表。", "打算送多少个孩子?") is Verdict.SUPPORTED
    assert told("15人突击队负责分发。", "突击队总共几个人?") is Verdict.SUPPORTED
    assert told("参加的家长有35人。", "打算送多少名医生?") is Verdict.UNSUPPORTED
    contest = candidates_from(article("灯会", "灯会吸引了180个外地表演团队和20个机构参加。"))
    said = "灯会吸引了180个外地表演团队参加。"
    assert verify(said, "外地来了多少支队伍?", contest).verdict is Verdict.SUPPORTED
    assert verify(said, "外地来了多少名医生?", contest).verdict is Verdict.UNSUPPORTED
    inspected = candidates_from(article("防汛", "9个督查组将到24家市级机关检查预案。"))
    said = "9个督查组将到24家市级机关检查预案。"
    assert verify(said, "要查多少个部门机关单位?", inspected).verdict is Verdict.SUPPORTED
    assert verify(said, "要查多少个后勤单位?", inspected).verdict is Verdict.UNSUPPORTED


def test_who_asks_for_the_head_need_not_know_the_office():
    visit = candidates_from(
        article("会见", "市政协主席王和平在会见时说,欢迎民间商会会长李丽珠。", "记者陈明摄。")
    )

    def told(sentence, question):
        return verify(sentence, question, visit).verdict

    assert told("民间商会会长李丽珠。", "民间商会的负责人叫什么?") is Verdict.SUPPORTED
    assert told("记者陈明摄。", "民间商会的负责人叫什么?") is Verdict.UNSUPPORTED
    growth = candidates_from(article("商会", "会员同比增长,陈明摄影。"))
    asked = "民间商会的负责人叫什么?"
    assert verify("会员同比增长,陈明摄影。", asked, growth).verdict is Verdict.UNSUPPORTED


def test_a_sentence_of_two_articles_is_not_put_together():
    found = verify("12月15日,吴强讲授专题党课。", "", CANDIDATES)
    assert len({item.article.id for item in found.sources}) <= 1
    assert found.verdict is not Verdict.SUPPORTED


ROBBERY = article(
    "商场持刀案告破",
    "5月31日,商场发生持刀案,造成5人死亡,另有2人受伤。警方拒绝公布嫌疑人照片。",
    "1—10月,全区零售额5.5亿元,同比增长4.6%。居民收入不断下降。",
)


def verdict(sentence, *articles):
    return verify(sentence, "", candidates_from(*(articles or (ROBBERY,)))).verdict


@pytest.mark.parametrize(
    "sentence",
    [
        "5月31日,商场发生持刀案,造成5人死亡,另有2人受伤。",
        "5月31日,商场发生持刀案,另有二人受伤。",
        "1—10月,全区零售额5.5亿元,同比增加4.6%。",
    ],
)
def test_a_clause_that_stands_there_word_for_word_binds_its_figure(sentence):
    assert verdict(sentence) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "sentence",
    [
        "6月31日,商场发生持刀案。",  # no such day
        "1—11月,全区零售额5.5亿元。",  # holds the printed range, and is another
        "警方同意公布嫌疑人照片。",  # turned round, though 拒绝 and 下降 stand nearby
        "警方不拒绝公布嫌疑人照片。",
        "居民收入不断增长。",
        "5月31日,商场发生持刀案,市长当晚宣布辞去职务。",  # one clause of nobody's
    ],
)
def test_one_clause_that_is_wrong_is_seen_beside_those_that_are_right(sentence):
    found = verify(sentence, "", candidates_from(ROBBERY))
    assert found.verdict is not Verdict.SUPPORTED
    assert found.missing


def test_a_whole_text_in_place_of_a_headline_supports_nothing():
    text = "市长今天宣布辞职。" * 20
    odd = article(text, "商场发生持刀案。")
    assert verdict("市长今天宣布辞职。", odd) is Verdict.UNSUPPORTED


def test_a_figure_has_its_subject_in_the_clause_before():
    fire = article("公寓火灾", "文化路一处公寓楼16日清晨发生火灾,已造成79人受伤。另有商铺受损。")
    homes = article("住房调查", "全区有居民住宅2826户,小公寓2610户。")
    told = "文化路公寓楼清晨火灾造成79人受伤。"
    assert verify(told, "", candidates_from(fire)).verdict is Verdict.SUPPORTED
    swapped = "全区居民住宅2610户。"
    assert verify(swapped, "", candidates_from(homes)).verdict is not Verdict.SUPPORTED


def test_the_words_before_a_figure_of_the_first_clause_are_its_own():
    item = article(
        "老书院", "青河三一书院是一所老书院。", "该院成立于1867年，未得到青河三一教区许可。"
    )
    found = verify("青河三一书院成立于1867年。", "书院哪一年成立?", candidates_from(item))
    assert found.verdict is Verdict.SUPPORTED
