import pytest

from rag.evaluation.cases import Case, TestSet
from tests.evaluation.standin import StandIn

CASES = (
    Case(
        id="血透人次",
        question="邹区人民医院血透中心累计血透、血滤达多少人次？",
        answers=("25000人次", "2.5万人次"),
        relevant=("邹区人民医院 血液透析中心获省级荣誉",),
        tags=("数字",),
    ),
    Case(
        id="驿站",
        question="宝龙社区管辖的居民住宅有多少户？",
        answers=("2826户",),
        quotes=("宝龙社区管辖宝龙国际花园一期、二期、三期,居民住宅2826户",),
        tags=("数字",),
    ),
    Case(
        id="六大工程",
        question="六大工程是哪六大工程？",
        points=(("产业强区夯基工程",), ("改革开放赋能工程",), ("党的建设领航工程",)),
        relevant=("区委常委会主题教育调研成果交流会召开",),
        tags=("列举",),
    ),
    Case(
        id="专题党课",
        question="沈东什么时候为领导干部讲授专题党课？",
        answers=("12月16日",),
        relevant=("沈东讲授主题教育专题党课",),
        tags=("日期",),
    ),
    Case(id="奥运", question="巴黎奥运会的吉祥物叫什么名字？", answerable=False, tags=("不可答",)),
    Case(
        id="预算", question="钟楼区2025年的财政预算是多少亿元？", answerable=False, tags=("不可答",)
    ),
)


@pytest.fixture
def test_set():
    return TestSet("钟楼", CASES)


@pytest.fixture
def assistant():
    return StandIn()
