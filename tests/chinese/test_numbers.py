import pytest

from rag.chinese.numbers import find_numbers, parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3800", 3800),
        ("三千八百", 3800),
        ("三千零八", 3008),
        ("三千八", 3800),
        ("2.5万", 25000),
        ("２．５万", 25000),
        ("25,000", 25000),
        ("3亿5000万", 350_000_000),
        ("1.2万亿", 1.2e12),
        ("一万五", 15000),
        ("十", 10),
        ("两", 2),
        ("二〇二三", 2023),
        ("七点三", 7.3),
        ("百分之三十", 30),
        ("30%", 30),
        ("三分之二", 2 / 3),
        ("二十萬", 200000),
        ("三点五亿", 350_000_000),
        ("零点五", 0.5),
        ("3万5", 35000),
    ],
)
def test_value_of_a_figure(text, value):
    assert parse_number(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["", "abc", "十四五", "三四十", "半", "万一", "零零", "3个", "亿" * 40]
)
def test_what_is_no_figure_has_no_value(text):
    assert parse_number(text) is None


def found(text):
    return [(mention.text, mention.value, mention.unit) for mention in find_numbers(text)]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("投入30多万元", [("30多万元", 300_000, "元")]),
        ("来了20余万人次", [("20余万人次", 200_000, "人次")]),
        ("十余万元、百余名居民", [("十余万元", 100_000, "元"), ("百余名", 100, "名")]),
        ("万余名市民", [("万余名", 10_000, "名")]),
        ("数百余名、成千上万名、千万别、百姓", []),
        ("学习12个小时", [("12个小时", 12, "小时")]),
        (
            "最低-5℃，山区零下八度，最高3℃",
            [("-5℃", -5, "℃"), ("零下八度", -8, "度"), ("3℃", 3, "℃")],
        ),
        ("气温3-5℃", [("3", 3, ""), ("5℃", 5, "℃")]),
    ],
)
def test_round_figures_and_those_below_zero(text, figures):
    assert found(text) == figures


def test_figures_with_their_measure_words():
    assert found("现共收治70余位患者,累计血透达25000人次,占百分之三十。") == [
        ("70余位", 70, "位"),
        ("25000人次", 25000, "人次"),
        ("百分之三十", 30, "%"),
    ]
    assert found("居民住宅2826户，行动3次，同比增长7.3%，面积约3.5万平方米") == [
        ("2826户", 2826, "户"),
        ("3次", 3, "次"),
        ("7.3%", 7.3, "%"),
        ("3.5万平方米", 35000, "平方米"),
    ]
    assert found("二十多名志愿者，第三次，5个百分点") == [
        ("二十多名", 20, "名"),
        ("第三次", 3, "次"),
        ("5个百分点", 5, "个百分点"),
    ]


def test_offsets_point_into_the_printed_text():
    text = "這裡有２５　與三千八百戶"
    for mention in find_numbers(text):
        assert text[mention.start : mention.end] == mention.text
    assert [mention.value for mention in find_numbers(text)] == [25, 3800]


@pytest.mark.parametrize(
    "text",
    [
        *("12月13日—15日", "2023年", "2018年4月", "13—15日", "2022年度", "2023—2025年"),
        *("2023-12-05", "十二月三日", "二〇二三年", "23年12月", "98年底"),
        *("G312国道", "0519-86881234", "统一一个标准"),
    ],
)
def test_dates_identifiers_and_telephones_are_no_figures(text):
    assert found(text) == []


def test_durations_are_figures():
    assert found("近三年投入12个月,共30分钟") == [
        ("三年", 3, "年"),
        ("12个月", 12, "个月"),
        ("30分钟", 30, "分钟"),
    ]


def test_a_year_of_school_is_no_year():
    (figure,) = find_numbers("小学一年级新生")
    assert (figure.text, figure.unit) == ("一年级", "年级")
