import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_chinese import Rouge

from rag.evaluation import text

chinese = st.text("沈东区委书记主持会议12月.%，。 ab", max_size=24)


def test_segments_are_those_of_cmrc():
    assert text.segments("《战国无双3》由Koei和ω-force开发。") == [
        "战", "国", "无", "双", "3", "由", "koei", "和", "ω", "force", "开", "发",
    ]  # fmt: skip
    assert text.segments("比上年增长2.3%") == ["比", "上", "年", "增", "长", "2.3", "%"]


def test_char_f1_of_a_hand_worked_example():
    # The longest common run is 光荣和 (3 of 6 units, 3 of 3): F1 = 2 * 0.5 * 1 / 1.5.
    assert text.char_f1("由光荣和开发", "光荣和") == pytest.approx(2 / 3, abs=1e-15)
    # A run, not a subsequence: 光荣 and 和 apart count as 光荣 alone.
    assert text.char_f1("光荣与和", "光荣和") == pytest.approx(
        2 * (2 / 4) * (2 / 3) / (2 / 4 + 2 / 3)
    )


@pytest.mark.parametrize(
    ("said", "reference"),
    [
        ("累计血透、血滤达25000人次。", "2.5万人次"),
        ("累计血透、血滤達25,000人次。", "25000人次"),
        ("会议于１２月１６日召开", "12月16日"),
        ("由區長李超鯤鵬主持", "区长李超鲲鹏"),
        ("覆盖率达99.5％", "99.5%"),
        ("最低气温－5℃。", "零下5度"),
        ("最低气温零下十二度", "-12°C"),
        ("白天3℃～-5℃", "零下5摄氏度"),
        ("气温3-5℃", "5℃"),
    ],
)
def test_contains_across_script_width_and_numerals(said, reference):
    assert text.contains(said, reference)


@pytest.mark.parametrize(
    ("said", "reference"),
    [
        ("2012年", "12"),
        ("1.25亿", "25亿"),
        ("12.5%", "12"),
        ("最低气温-5℃", "5℃"),
        ("最低气温零下5度", "5度"),
        ("最低气温5℃", "-5℃"),
        ("kfc", "kf"),
        ("沈东", ""),
        ("", "沈东"),
    ],
)
def test_contains_no_part_of_a_number_or_word(said, reference):
    assert not text.contains(said, reference)


def test_exact_but_for_punctuation_and_script():
    assert text.exact("“主題教育”。", "主题教育")
    assert not text.exact("主题教育会", "主题教育")


@pytest.mark.parametrize(
    ("said", "reference"),
    [
        ("上午9时30分开幕。", "9:30"),
        ("上午９：３０开幕。", "上午9点半"),
        ("上午九点三十分开幕。", "9时30分"),
        ("上午9时30分开幕。", "上午9点30分"),
        ("下午3时许到达", "下午3点"),
    ],
)
def test_contains_times_of_day_in_any_form(said, reference):
    assert text.contains(said, reference)
    assert text.contains(reference, reference)


def test_another_time_of_day_is_not_contained():
    assert not text.contains("上午9时30分开幕。", "9:03")
    assert not text.contains("上午9时30分开幕。", "19:30")
    assert not text.contains("比分为3:2。", "3时2分")


def test_exact_whatever_the_numerals():
    assert text.exact("一百二十人。", "120人")
    assert text.exact("1,200元", "1200元")
    assert text.exact("3.5万元", "35000元")
    assert not text.exact("第1、2名", "第12名")


def test_a_long_reference_is_met_by_most_of_it_but_never_without_its_figures():
    reference = "邹区人民医院血透中心累计血透达25000人次，近三年每年在4800人次以上"
    said = "邹区人民医院的血透中心累计血透、血滤达25000人次，近三年每年均在4800人次以上。"
    assert text.meets(said, reference)
    assert not text.meets(said.replace("25000", "35000"), reference)
    assert not text.meets("邹区人民医院", reference)


def test_rouge_l_is_the_packages():
    said, reference = "区委书记沈东主持会议", "会议由区委书记沈东主持"
    joined = [" ".join(text.segments(item)) for item in (said, reference)]
    expected = Rouge(metrics=["rouge-l"]).get_scores(*joined)[0]["rouge-l"]
    assert text.rouge_l(said, reference) == expected["f"]
    assert text.rouge_l_recall(said, reference) == expected["r"]
    # 区委书记沈东主持 is the longest common subsequence: 8 units of 10 and of 11.
    assert expected["r"] == 8 / 11
    assert expected["p"] == 8 / 10


@given(chinese, chinese)
def test_scores_are_bounded_and_symmetric(left, right):
    for measure in (text.char_f1, text.rouge_l):
        assert 0 <= measure(left, right) <= 1
        assert measure(left, right) == pytest.approx(measure(right, left), abs=1e-6)


@given(chinese)
def test_a_text_agrees_with_itself(said):
    if text.segments(said):
        assert text.exact(said, said)
        assert text.char_f1(said, said) == 1
        if text.comparable(said):
            assert text.contains(said, said)


@given(chinese, chinese, chinese)
def test_what_is_contained_stays_contained(before, reference, after):
    if text.contains(before + "，" + reference, reference):
        assert text.contains(f"{before}，{reference}。{after}", reference)


def test_a_list_of_numbers_does_not_run_together():
    assert text.contains("获得第1、2名", "2")
    assert not text.contains("获得第1、2名", "12")
