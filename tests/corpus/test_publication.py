from datetime import date

import pytest

from rag.corpus.publication import infer_day, parse_day


@pytest.mark.parametrize(
    "text",
    [
        "page_2023-12-20.txt",
        "20231220-A2.txt",
        "2023年12月20日 星期三",
        "二〇二三年十二月二十日",
        "2023/12/20",
    ],
)
def test_a_written_day(text):
    assert parse_day(text) == date(2023, 12, 20)


@pytest.mark.parametrize(
    "text",
    [
        "000_cd2e6cbcf113aa53.txt",
        "20231340.txt",
        "要闻",
        "2023年",
        "2023-12.txt",
        "202311.txt",
        "城东区报2023年12月合订本.txt",
        "2023-12-2024-01.zip",
    ],
)
def test_no_day(text):
    assert parse_day(text) is None


def test_the_latest_event_decides():
    assert infer_day(
        ["2023年的工作总结。12月16日召开会议。", "12月18日上午至12月19日，扫雪。"]
    ) == date(2023, 12, 19)


def test_background_years_and_plans_do_not_count():
    texts = [
        "中心在2018年4月成立，2021年被确认，2023年运行良好。12月5日，中心获奖。",
        "大会将于12月28日举行。拍卖会定于2023年12月30日举行。明年计划新建20个，2024年要紧扣两个关键词。",
        "《三年行动方案（2023—2025年）》。",
    ]
    assert infer_day(texts) == date(2023, 12, 5)


def test_around_new_year_the_old_months_belong_to_the_old_year():
    assert infer_day(["2024年第一场雪。12月30日降温，1月3日降雪。"]) == date(2024, 1, 3)


def test_without_a_year_nothing_is_inferred():
    assert infer_day(["12月16日，会议召开。"]) is None
    assert infer_day([]) is None


TASKS = "会议总结2023年经济工作，安排部署2024年重点任务。"


@pytest.mark.parametrize(
    ("day", "published"),
    [
        ("12月28日", date(2023, 12, 28)),
        ("11月30日", date(2023, 11, 30)),
        ("1月2日", date(2024, 1, 2)),
    ],
)
def test_the_year_for_which_tasks_are_set_is_the_next_one_in_winter(day, published):
    assert infer_day([f"{day}，区委经济工作会议召开。{TASKS}"]) == published
    assert infer_day([f"{day}，区委研究谋划2024年工作思路。"]) == published
    assert infer_day([f"{day}，区委审议《2024年民生实事实施方案》。"]) == published


def test_an_announced_range_is_no_event():
    texts = [
        "2024年7月8日，渡口复航。",
        "因维修，滨江路自2024年7月15日至8月20日封闭施工。",
        "7月20日至8月1日停水，请市民提前储水。",
    ]
    assert infer_day(texts) == date(2024, 7, 8)


def test_the_year_of_what_is_expected_is_not_the_papers():
    texts = ["2024年3月12日，教育局回应传言。", "大桥3月10日合龙，预计2025年6月建成通车。"]
    assert infer_day(texts) == date(2024, 3, 12)
