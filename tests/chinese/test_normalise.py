import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chinese.normalise import fold, level, simplify


@pytest.mark.parametrize(
    ("printed", "asked"),
    [
        ("二十五", "25"),
        ("１２", "12"),
        ("三千八百", "3800"),
        ("2.5万", "25000"),
        ("25,000人次", "25000人次"),
        ("两万五千户", "2.5万户"),
        ("百分之三十", "30%"),
        ("百分之三十点五", "30.5%"),
        ("第三次", "第3次"),
        ("三次会议", "3次会议"),
        ("二〇二三年十二月", "2023年12月"),
        ("繁體中文", "繁体中文"),
        ("臺灣與 香港", "台湾与香港"),
        ("12 月 16 日", "12月16日"),
        ("ＡＩ芯片", "ai芯片"),
        ("党的20大", "党的二十大"),
        ("三亿五千万元", "3.5亿元"),
        ("一百零八位", "108位"),
        ("上午九时", "上午9时"),
        ("十六日凌晨两点", "16日凌晨2点"),
        ("十二月十六号", "12月16日"),
        ("2023-12-16", "二〇二三年十二月十六日"),
        ("2023/1/5", "2023年1月5日"),
    ],
)
def test_different_spellings_meet(printed, asked):
    assert fold(printed) == fold(asked)


WORDS = """
统一 一个 一些 万一 千万别忘 四面八方 三番五次 十分重要 十四五规划 党的二十大精神
一带一路 两会 五一劳动节 一二三产业 三四十人 十几人 数十人 百姓 三明市 八点一刻
一时兴起 三点意见 3月8号楼 2.0.12 一心一意 三天两头 十大功能中心 3千米 3千克
"""


@pytest.mark.parametrize("word", WORDS.split())
def test_words_with_numerals_stay_words(word):
    assert fold(word) == word


@pytest.mark.parametrize("text", ["三个一是什么", "“三个一”", "三个一的要求", "落实三个一"])
def test_a_term_of_numerals_reads_the_same_wherever_it_stands(text):
    assert "3个一" in fold(text)


def test_spaces_stay_between_english_words_and_line_breaks_stay():
    assert fold("在 New  York 举行\n　　第二天") == "在new york举行\n第2天"


def test_leading_zeros_and_decimals_stay_as_printed():
    assert fold("电话0519-86881234，涨幅3.50%") == "电话0519-86881234,涨幅3.50%"


@given(st.text())
def test_simplify_and_level_keep_every_offset(text):
    assert len(simplify(text)) == len(text)
    assert len(level(text)) == len(text)


@given(st.text(alphabet="零一二两三十百千万亿点分之第个%0123456789.,，年月 \n体體a"))
def test_fold_takes_any_text_and_is_settled_on_plain_text(text):
    folded = fold(text)
    assert "  " not in folded
