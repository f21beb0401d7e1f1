"""Follow-ups are completed from the conversation; questions of their own are left alone."""

from __future__ import annotations

from datetime import date

import pytest

from rag.retrieval.question import DateRange, understand
from rag.types import Turn
from tests.retrieval.asking import TODAY, ask

MARKET = Turn("运河早市搬到了哪里？", "搬到了人民路北侧。")


@pytest.mark.parametrize(
    "follow_up",
    [
        "那里有多少个摊位？",
        "还有什么优惠？",
        "那摊位费呢？",
        "他还强调了什么？",
        "为什么？",
        "什么时候？",
        "其中有多少免费？",
        "具体多少钱？",
        "商户呢？",
    ],
)
def test_a_follow_up_takes_the_subject_of_the_question_before(follow_up):
    question = understand(follow_up, [MARKET], today=TODAY)
    assert question.followed_up
    assert question.text == follow_up
    assert "运河早市" in question.search_text
    assert follow_up in question.search_text
    assert "哪里" not in question.search_text


@pytest.mark.parametrize(
    "question",
    [
        "12月16日的大雪封闭了哪条国道？",
        "市青少年足球联赛决赛在哪里举行？",
        "李超鲲鹏是谁？",
        "老旧小区改造其实花了多少资金？",
    ],
)
def test_a_question_of_its_own_stays_as_it_is(question):
    understood = understand(question, [MARKET], today=TODAY)
    assert understood.search_text == question
    assert not understood.followed_up


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("为啥搬走", "为什么搬走"),
        ("都卖啥", "都卖什么"),
        ("啥时候开门", "什么时候开门"),
        ("為啥", "为什么"),
    ],
)
def test_a_follow_up_in_spoken_words_is_one_too(said, written):
    question = understand(said, [MARKET], today=TODAY)
    assert question.followed_up
    assert question.search_text.startswith("运河早市")
    assert question.search_text.endswith(written)
    later = understand("有停车场吗？", [MARKET, Turn(said, "")], today=TODAY)
    assert later.search_text.startswith("运河早市")


def test_a_chain_of_follow_ups_reaches_back_to_its_subject():
    history = [Turn("今冬首场大雪积雪多深？", "12厘米。"), Turn("那除雪车呢？", "85台次。")]
    question = understand("还有呢？", history, today=TODAY)
    assert "大雪" in question.search_text
    assert "除雪车" in question.search_text


def test_the_conversation_before_another_subject_is_left_out():
    history = [Turn("今冬首场大雪积雪多深？", "12厘米。"), MARKET]
    question = understand("那里有多少个摊位？", history, today=TODAY)
    assert "大雪" not in question.search_text


def test_without_a_conversation_nothing_is_supplied():
    assert understand("他还强调了什么？", today=TODAY).search_text == "他还强调了什么？"


@pytest.mark.parametrize(
    ("before", "fragment", "complete"),
    [
        ("足球联赛第一名是谁？", "那第二名呢？", "足球联赛第二名是谁？"),
        ("一等奖有多少名？", "二等奖呢", "二等奖有多少名？"),
        ("男性有多少人？", "女性呢？", "女性有多少人？"),
        ("2023年全区GDP增长多少？", "那2022年呢？", "2022年全区GDP增长多少？"),
        ("12月16日召开了什么会议？", "17日呢？", "17日召开了什么会议？"),
        ("区长李超鲲鹏出席了什么会议？", "沈东呢？", "区长沈东出席了什么会议？"),
        ("六大工程是什么？", "“三个善”呢", "“三个善”是什么？"),
        ("什么是“三个善”", "那四大功能区呢", "什么是四大功能区"),
    ],
)
def test_a_piece_takes_the_place_of_its_counterpart(before, fragment, complete):
    question = ask(fragment, (before, ""))
    assert question.search_text == complete
    assert question.followed_up


@pytest.mark.parametrize("said", ["9号呢", "那9号的呢？", "九号呢", "9號呢"])
def test_a_day_called_by_its_number_is_a_day(said):
    question = ask(said, ("11月8日的座谈会谁主讲？", ""))
    assert question.search_text == "9日的座谈会谁主讲？"
    assert [range_.first for range_ in question.dates] == [date(2023, 11, 9)]


@pytest.mark.parametrize(
    ("before", "said", "complete"),
    [
        ("2号楼何时交房？", "5号呢", "5号楼何时交房？"),
        ("人民路8号是什么店？", "9号呢", "人民路9号是什么店？"),
    ],
)
def test_a_number_is_of_what_was_spoken_of_last(before, said, complete):
    numbered, dated = (before, ""), ("12月3日的座谈会谁主讲？", "")
    assert ask(said, dated, numbered).search_text == complete
    assert ask(said, numbered, dated).search_text == f"{said[0]}日的座谈会谁主讲？"


@pytest.mark.parametrize("numbered", ["6号楼何时封顶？", "5号线的票价", "神舟18号的乘组"])
def test_what_else_is_numbered_stays_beside_days(numbered):
    assert ask(f"9号的报道里{numbered}").search_text == f"9号的报道里{numbered}"
    assert ask("9号的报道").search_text == "9日的报道"


@pytest.mark.parametrize(
    ("before", "piece"),
    [
        ("座谈会谁主持？", "主题呢"),
        ("学校几点放学？", "学费呢"),
        ("常务会议谁出席？", "建议呢"),
    ],
)
def test_what_only_looks_alike_is_no_counterpart(before, piece):
    searched = ask(piece, (before, "")).search_text
    assert searched.endswith(f" {piece}")
    assert searched.startswith(before[:2])


def test_cases_of_one_matter_are_not_heaped_up():
    history = [("今冬首场大雪积雪多深？", "12厘米。"), ("那除雪车呢？", "85台次。")]
    text = ask("那融雪剂呢？", *history).search_text
    assert "大雪" in text
    assert "融雪剂" in text
    assert "除雪车" not in text


def talk(*turns):
    """What each question of a conversation is searched as."""
    history, searched = [], []
    for question, answer in turns:
        searched.append(ask(question, *history).search_text)
        history.append((question, answer))
    return searched


def test_a_conversation_keeps_its_subject_until_another_is_named():
    first, *later, changed, after = talk(
        ("西太湖半程马拉松有多少人参加？", "1.5万人。"),
        ("冠军是谁？", "王强。"),
        ("成绩是多少？", "1小时5分。"),
        ("女子组呢？", "李娟。"),
        ("全长多少公里？", "21公里。"),
        ("外地选手也能参加吗？", "能。"),
        ("需要什么材料？", "身份证。"),
        ("在哪里报名？", "官网。"),
        ("换个问题，地铁6号线什么时候开工？", "明年。"),
        ("有几个站？", "20个。"),
    )
    assert "西太湖" in first
    assert all("西太湖半程马拉松" in text for text in later)
    # What is passed over is not heaped up.
    assert "女子组" not in later[-1]
    assert "西太湖" not in changed
    assert "地铁6号线" in after
    assert "西太湖" not in after


def test_numbered_parts_of_an_answer_are_asked_for_one_by_one():
    *_, second, third = talk(
        ("专题党课讲了哪些内容？", "讲了四个方面的内容。"),
        ("第一个方面是什么？", "理论学习。"),
        ("第二个呢？", "调查研究。"),
        ("不对，我问的是第三个方面", "检视整改。"),
    )
    assert "专题党课" in second
    assert "第二个方面" in second
    assert "第一个" not in second
    assert "第三个方面" in third
    assert "第二个" not in third


def test_a_person_pointed_at_is_named():
    text = ask("他还强调了什么？", ("专题党课是谁讲的？", "党课由区委书记沈东主讲。")).search_text
    assert "沈东还强调了什么" in text
    assert "专题党课" in text
    text = ask("他是什么职务？", ("李明在会上讲了什么？", "他肯定了张伟的工作。")).search_text
    assert "李明是什么职务" in text


def test_a_place_pointed_at_is_what_the_answer_named():
    assert "人民路北侧" in ask("那里有停车场吗？", MARKET).search_text
    told_nothing = ("早市搬到了哪里？", "报上没有查到这个问题的答案。")
    assert "查到" not in ask("那里有停车场吗？", told_nothing).search_text


@pytest.mark.parametrize(
    ("correction", "complete"),
    [
        ("不是早市，是夜市", "运河夜市搬到了哪里？"),
        ("我问的是夜市，不是早市", "运河夜市搬到了哪里？"),
        ("不对，我问的是G312国道什么时候恢复通行？", "G312国道什么时候恢复通行？"),
        ("不对", "运河早市搬到了哪里？"),
        ("你确定吗？", "运河早市搬到了哪里？"),
    ],
)
def test_a_correction_is_asked_in_place_of_what_was_misunderstood(correction, complete):
    assert ask(correction, MARKET).search_text == complete


def test_a_correction_of_the_time_keeps_the_matter():
    question = ask("不对，我说的是去年", ("今年早市有多少摊位？", "260个。"))
    assert question.search_text == "去年早市有多少摊位？"
    assert question.dates == (DateRange(date(2022, 1, 1), date(2022, 12, 31)),)


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("换个话题，早市有多少摊位？", "早市有多少摊位？"),
        ("另外想问一下，足球联赛在哪里举行", "足球联赛在哪里举行"),
        ("对了，沈东是谁？", "沈东是谁？"),
        ("好的，谢谢。请问血透中心有多少台设备？", "血透中心有多少台设备？"),
        ("沈东是谁？", "沈东是谁？"),
        ("什么是六大工程？", "什么是六大工程？"),
        ("其他城区的改造花了多少资金？", "其他城区的改造花了多少资金？"),
        ("吉他比赛谁得了第一名？", "吉他比赛谁得了第一名？"),
        ("我应该怎么办理居住证？", "我应该怎么办理居住证？"),
        ("那“三个一”训练法是谁提出的？", "那“三个一”训练法是谁提出的？"),
    ],
)
def test_another_subject_takes_nothing(question, searched):
    understood = ask(question, ("今冬首场大雪积雪多深？", "12厘米。"))
    assert understood.search_text == searched
    assert not understood.followed_up


@pytest.mark.parametrize(
    "follow_up", ["持续了多久？", "造成了什么损失？", "有什么影响", "詳細說說", "那裡有攤位嗎？"]
)
def test_what_names_no_subject_takes_it_in_either_script(follow_up):
    question = ask(follow_up, ("运河早市何时搬迁？", ""))
    assert question.search_text.startswith("运河早市")
    assert question.followed_up


def test_a_rewriter_completes_follow_ups_and_only_these():
    asked = []

    def rewrite(text, history):
        asked.append((text, tuple(history)))
        return "运河早市的摊位费是多少？" if "摊位费" in text else None

    question = ask("那摊位费呢？", MARKET, rewrite=rewrite)
    assert question.search_text == "运河早市的摊位费是多少？"
    assert question.text == "那摊位费呢？"
    assert "运河早市" in ask("那里热闹吗？", MARKET, rewrite=rewrite).search_text
    ask("G312国道什么时候恢复通行？", MARKET, rewrite=rewrite)
    ask("那摊位费呢？", rewrite=rewrite)
    assert asked == [("那摊位费呢？", (MARKET,)), ("那里热闹吗？", (MARKET,))]


def test_a_question_in_traditional_characters_is_searched_in_simplified_ones():
    question = ask("運河早市搬到了哪裡？")
    assert question.search_text == "运河早市搬到了哪里？"
    assert question.text == "運河早市搬到了哪裡？"
    assert ask("乾隆何时南巡？").search_text == "乾隆何时南巡？"


BRIDGE = ("望江大桥主桥是哪天合龙的呀？", "11月3日。")


@pytest.mark.parametrize(
    ("said", "searched"),
    [
        ("那什么时候通车呢", "望江大桥主桥 合龙的 那什么时候通车呢"),
        ("收费不", "望江大桥主桥 合龙的 收费不"),
        ("有人受伤没", "望江大桥主桥 合龙的 有人受伤没"),
        ("得了什么奖", "望江大桥主桥 合龙的 得了什么奖"),
        ("那沈东主持了什么会议呢", "那沈东主持了什么会议呢"),
        ("生产事故死了几个人", "生产事故死了几个人"),
    ],
)
def test_what_asks_of_no_subject_is_about_that_of_the_conversation(said, searched):
    assert ask(said, BRIDGE).search_text == searched


def test_an_office_belongs_to_whom_was_spoken_of():
    before = ("桃园社区有多少户居民？", "1200户。")
    assert ask("书记是谁", before).search_text == "桃园社区 居民 书记是谁"
    assert ask("区委书记是谁", before).search_text == "区委书记是谁"


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("停车费多少钱一天？", "停车费 一天"),
        ("养老院有几个人？", "养老院"),
        ("那体育馆有多大？", "体育馆"),
        ("那个啥，就是那个夜市的摊位费涨到多少了来着", "夜市的摊位费涨到 了"),
    ],
)
def test_no_part_of_the_question_word_is_left_of_what_was_asked(question, subject):
    text = ask("为什么？", (question, "")).search_text
    assert text == f"{subject} 为什么？"


def test_a_case_that_was_asked_about_is_still_meant_by_the_next_question():
    text, later = talk(
        ("桃园社区有多少户居民？", "1200户。"),
        ("小公寓呢？", "300户。"),
        ("什么时候建成的？", "2010年。"),
        ("一共花了多少钱", ""),
    )[2:]
    assert text == "桃园社区 居民 小公寓 什么时候建成的？"
    assert "小公寓" not in later
    later = talk(
        ("望江大桥有多长？", "2公里。"),
        ("东湖医院呢？", ""),
        ("怎么去？", "坐9路车。"),
        ("周末开门吗", ""),
    )[2:]
    assert all("东湖医院" in text for text in later)


@pytest.mark.parametrize(
    "correction",
    ["我不是问这个，我问的是夜市", "不是早市，我问的是夜市", "我没问那个，我是说夜市"],
)
def test_a_correction_says_what_was_not_asked_in_many_ways(correction):
    assert ask(correction, MARKET).search_text == "运河夜市搬到了哪里？"
    assert ask("不是商场，我问的是夜市", MARKET).search_text == "运河夜市搬到了哪里？"
    assert ask("不是早市，我问的是停车费", MARKET).search_text == "运河早市搬到了 停车费"


def test_a_question_with_days_of_its_own_takes_none():
    before = ("前三季度GDP是多少？", "500亿元。")
    assert ask("那上半年工业产值呢", before).search_text == "GDP 那上半年工业产值呢"
    assert ask("增长了多少", before).search_text == "前三季度GDP 增长了多少"


def test_one_of_many_is_one_of_those_that_were_asked_about():
    searched = talk(
        ("足球联赛谁夺冠了？", "河东队夺冠。"),
        ("最佳射手是谁", "李锐。"),
        ("不对，我问的是第三名", ""),
    )
    assert all(text.startswith("足球联赛") for text in searched)
    assert "河东队" not in "".join(searched)


def test_of_several_persons_the_one_is_meant_who_answers():
    answer = "来自云南的选手杨德旺获得男子组冠军，本地选手吴倩以3秒优势夺得女子组冠军。"
    text = ask("她成绩多少", ("半马女子组冠军是谁？", answer)).search_text
    assert text == "半马女子组冠军 吴倩成绩多少"


def test_the_day_of_an_answer_is_none_of_what_is_pointed_at():
    text = ask("那里有停车场吗？", ("早市搬到了哪里？", "4月9日搬到人民路北侧。")).search_text
    assert "人民路北侧" in text
    assert "4月" not in text


@pytest.mark.parametrize(
    ("said", "asked", "before"),
    [
        ("17日呢？", "17日的党课是谁讲的？", ""),
        ("你确定吗？", "16日的党课是谁讲的？", ""),
        ("不对，我问的是17日", "17日的党课是谁讲的？", ""),
        ("我说的是东湖区", "东湖区 16日的党课是谁讲的？", ""),
        ("他还强调了什么？", "沈东还强调了什么？", "16日的党课是谁讲的？"),
        ("沈东是谁？", "沈东是谁？", ""),
    ],
)
def test_what_is_put_to_who_answers_is_whole_or_follows_a_question(said, asked, before):
    question = ask(said, ("16日的党课是谁讲的？", "区委书记沈东讲授专题党课。"))
    assert (question.asked, question.before) == (asked, before)


def test_a_name_in_the_place_of_a_pronoun_is_told_to_who_answers():
    question = ask("他做了什么？", ("王小明是谁？", "王小明是消防员。"))
    assert (question.asked, question.before) == ("王小明做了什么？", "")
    assert question.followed_up


def test_a_question_follows_one_that_is_completed_itself():
    question = ask("为什么？", MARKET, ("什么时候的事？", "4月9日。"))
    assert question.before == "运河早市搬到了 什么时候的事？"
