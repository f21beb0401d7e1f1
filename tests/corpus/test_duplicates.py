from datetime import date

from rag.corpus.duplicates import find_reprints
from tests.support.collections import article

TEXT = (
    "停航十二年的石矶渡口近日变身骑行驿站。候船室改成了修车间和茶室，旧趸船成了观景台，骑行者可以在这里打气、"
    "换胎、喝茶、看江。驿站由附近村民合作社经营，首月接待骑友7600人次，收入十一万元，其中六成用于村里的道路养护。"
    "合作社理事长石大勇说，接下来要把渡口的老照片整理出来，办一个小小的展览，让年轻人知道渡口曾经的热闹。"
)
OTHER = "河西菜市场昨日重新开张，摊位由96个增加到138个，新增冷链柜台，公平秤一应俱全。"


def pairs(reprints):
    return [(r.article.headline, r.original.headline) for r in reprints]


def test_the_later_of_two_like_articles_is_the_reprint():
    first = article("老渡口变身骑行驿站", TEXT, source="a.txt", published=date(2024, 4, 18))
    again = article("渡口变驿站", TEXT[:-12], source="b.txt", published=date(2024, 4, 20))
    other = article("菜市场开张", OTHER, source="c.txt", published=date(2024, 4, 19))
    for order in ([first, again, other], [again, other, first]):
        found = find_reprints(order)
        assert pairs(found) == [("渡口变驿站", "老渡口变身骑行驿站")]
        assert 0.9 < found[0].similarity < 1


def test_typography_makes_no_difference():
    first = article(
        "甲", "港务局公布，今年前十一个月吞吐量达380万箱，同比增长百分之六，码头明年启用。"
    )
    again = article(
        "乙", "港務局公布,今年前十一個月吞吐量達３８０萬箱,同比增長百分之六,碼頭明年啓用。"
    )
    (found,) = find_reprints([first, again])
    assert found.similarity == 1.0


def test_known_articles_are_originals_and_are_not_reported_themselves():
    known = [article("旧", TEXT, source="旧.txt"), article("旧二", TEXT, source="旧二.txt")]
    found = find_reprints([article("新", TEXT, source="新.txt", published=date(1999, 1, 1))], known)
    assert pairs(found) == [("新", "旧")]
    assert find_reprints([known[0]], known[:1]) == []


def test_other_articles_and_short_texts_are_none():
    assert find_reprints([article("甲", TEXT), article("乙", OTHER)]) == []
    short = "图为启动现场。"
    assert find_reprints([article("甲", short), article("乙", short)]) == []
    half = TEXT[: len(TEXT) // 2]
    assert find_reprints([article("甲", TEXT), article("乙", half + OTHER)]) == []
