"""Short lines that are text and no headings: entries of lists, rows, names, verse."""

import sys

import pytest

from tests.corpus.reading import articles, bodies, read

LISTS = """\
全区妇女表彰大会召开

本报讯（记者 罗成）3月8日，全区妇女表彰大会召开，表彰了三八红旗手。
名单如下：
王秀兰 平湖第一小学教师
李晓梅 区人民医院护士长
赵雪琴 区市场监管局科员

“3·15”国际消费者权益日
区市场监管局公布消费投诉热点

本报讯（通讯员 石磊）昨日，区市场监管局公布了消费投诉热点。

投诉类别	件数	占比
预付卡	1203	31.5%
快递服务	402	10.5%

数据显示，投诉同比增长12%。

地铁今晚延时

本报讯（记者 周琦）今晚，地铁1号线延长运营。

东岗站 末班车1:00
陈官营站 1:05
雁白站 0:58

请乘客留意站内公告。
"""


def test_entries_of_lists_and_rows_of_tables_are_text():
    women, complaints, metro = articles(LISTS)
    assert bodies(women)[1:] == [
        "名单如下：",
        "王秀兰 平湖第一小学教师",
        "李晓梅 区人民医院护士长",
        "赵雪琴 区市场监管局科员",
    ]
    assert complaints.headline == "区市场监管局公布消费投诉热点"
    assert bodies(complaints)[1:] == [
        "投诉类别 件数 占比",
        "预付卡 1203 31.5%",
        "快递服务 402 10.5%",
        "数据显示，投诉同比增长12%。",
    ]
    assert metro.headline == "地铁今晚延时"


def test_a_page_that_is_a_list_of_names():
    dump = "第5版 公示\n\n2023年度江口好人名单\n\n王秀兰\n李晓梅\n赵雪琴\n孙立国\n"
    (article,) = articles(dump)
    assert article.headline == "2023年度江口好人名单"
    assert bodies(article) == ["王秀兰", "李晓梅", "赵雪琴", "孙立国"]


def test_rows_of_names_are_text():
    dump = (
        "区委表彰先进集体和先进个人\n\n近日，区委决定表彰先进集体和先进个人。\n"
        "一、先进集体（10个）\n永宁街道 北港街道 区发改局 区住建局 区教育局\n"
        "区卫健局 区城管局 区税务局 区公安分局 区融媒体中心\n"
        "二、先进个人（5名）\n张 勇 李 静 王 芳 赵 磊 孙 悦\n\n"
        "打好“组合拳” 护航企业发展\n\n本报讯（记者 李青）1月9日，区司法局走进企业。\n\n"
        "【学思想 强党性 重实践 建新功】以学促干 筑牢压舱石\n\n区农业农村局深入调查研究。\n"
    )
    praised, firms, grain = articles(dump)
    assert grain.headline.endswith("筑牢压舱石")
    assert bodies(praised)[-1] == "张 勇 李 静 王 芳 赵 磊 孙 悦"
    assert (firms.headline, firms.kicker) == ("打好“组合拳” 护航企业发展", "")


VERSE = """\
B4 副刊

秋天的田野
李明轩

金黄的稻浪
在风中起伏
母亲弯下腰
拾起一粒粒阳光

我站在村口
等一声
熟悉的呼唤

红烛颂
□ 赵文静
三尺讲台，
写尽春秋四季。

多少个夜晚，
灯光映着你的背影。

父亲的扁担
陈晓云
父亲的扁担，是用老家后山的桑木做的，中间宽，两头窄，被汗水浸得油亮。
"""


def test_verse_is_text_line_by_line():
    field, candle, pole = articles(VERSE)
    assert (field.headline, field.byline) == ("秋天的田野", ("李明轩",))
    assert bodies(field)[:2] == ["金黄的稻浪", "在风中起伏"]
    assert bodies(field)[-1] == "熟悉的呼唤"
    assert field.complete
    assert (candle.headline, candle.byline) == ("红烛颂", ("赵文静",))
    assert bodies(candle)[-1].endswith("灯光映着你的背影。")
    assert (pole.headline, pole.byline) == ("父亲的扁担", ("陈晓云",))


@pytest.mark.parametrize("between", ["\n", "\n\n"])
@pytest.mark.parametrize("announced", ["，名单如下：", "。"])
def test_names_on_lines_of_their_own_are_a_list_and_no_reporters(announced: str, between: str):
    names = ["张三丰", "李小四", "王五六", "赵一鸣", "钱多多", "孙小美", "周大福"]
    first, second = articles(
        f"全市表彰优秀教师\n\n本报讯（记者 罗成）市教育局昨天表彰七名优秀教师{announced}\n\n"
        + between.join(names)
        + "\n\n城西新公园开园\n\n本报讯（记者 江雨）城西新公园昨天开园，市民可免费入园。\n"
    )
    assert bodies(first)[1:] == names
    assert (first.byline, second.byline) == (("罗成",), ("江雨",))


def steps(dump):
    """How many operations of the interpreter it takes to read a dump."""
    count = 0

    def trace(frame, *_):
        nonlocal count
        frame.f_trace_opcodes = True
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        read(dump)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("line", ["词{} 值", "一、第{}件物品"], ids=["words", "entries"])
def test_reading_goes_by_the_number_of_short_lines_and_not_by_its_square(line: str):
    news = "旧厂房改成社区书屋\n\n本报讯（记者 罗成）8日，城北旧厂房改成的社区书屋开门迎客。\n\n"
    few, twice = (
        steps(news + "\n".join(line.format(number) for number in range(count)))
        for count in (400, 800)
    )
    assert twice < 2.2 * few
