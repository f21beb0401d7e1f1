"""Pages as electronic papers, content systems and word processors hand them on."""

from rag.corpus.pages import read_pages


def read(dump):
    return read_pages(dump, "page.txt")


def articles(dump):
    return read(dump).articles


def bodies(article):
    return [paragraph.text for paragraph in article.paragraphs]


ELECTRONIC_PAPER = """\
把风雨挡在城墙外
——平湖古城墙保护工作综述

本报记者 罗 成 江雨桐
《 平湖日报 》（ 2024年01月09日   第 01 版）

　　隆冬时节，平湖古城墙下游人如织。
　　去年以来，全市投入4200万元加固城墙。

新桥通车

　　本报平湖1月8日电 （记者 罗成）1月8日，新桥通车。
"""


def test_the_line_of_paper_day_and_page_under_a_headline_is_no_headline():
    wall, bridge = articles(ELECTRONIC_PAPER)
    assert (wall.headline, wall.kicker) == ("把风雨挡在城墙外", "——平湖古城墙保护工作综述")
    assert wall.byline == ("罗成", "江雨桐")
    assert str(wall.published) == "2024-01-09"
    assert not wall.published_inferred
    assert len(wall.paragraphs) == 2
    assert bridge.headline == "新桥通车"


REMARKS = """\
国务院部署防汛工作

新华社北京7月8日电 国务院日前部署防汛工作。

（据新华社北京7月8日电）

外婆的菜园

外婆的菜园不大，四季常青。

（作者系平湖市作家协会会员）

本文有删节，全文见平湖发布客户端。
"""


def test_a_remark_in_brackets_is_whole():
    flood, garden = articles(REMARKS)
    assert flood.complete
    assert garden.complete
    assert bodies(garden)[1:] == [
        "（作者系平湖市作家协会会员）",
        "本文有删节，全文见平湖发布客户端。",
    ]


PICTURES = """\
车间里的年味

1月8日，平湖开发区一家工厂里，工人在赶制灯笼。

翟文勇摄（影像中国）

新桥通车

　　本报讯（记者 罗成）1月8日，新桥通车。

新华社发（江雨桐 摄）

花开公园 春意渐浓

　　1月9日，市民在公园里赏花。（市园林局供图）

雪落古城 游人如织

　　昨夜，古城迎来初雪。

本报记者 罗 成摄
"""


def test_credits_of_photographs_with_agency_or_giver():
    lanterns, bridge, flowers, snow = articles(PICTURES)
    assert [article.headline for article in (lanterns, bridge, flowers, snow)] == [
        "车间里的年味",
        "新桥通车",
        "花开公园 春意渐浓",
        "雪落古城 游人如织",
    ]
    assert (lanterns.byline, bridge.byline) == (("翟文勇",), ("罗成",))
    assert (flowers.byline, snow.byline) == ((), ("罗成",))
    assert not any(article.kicker for article in articles(PICTURES))
