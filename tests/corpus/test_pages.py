from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.pages import read_pages
from rag.corpus.readers import read_path

from . import dumps

SEED = next((Path(__file__).parents[2] / "seeds").glob("000_*.txt"))


def articles(dump, source="page.txt"):
    return read_pages(dump, source).articles


def headlines(dump):
    return [article.headline for article in articles(dump)]


def bodies(article):
    return [paragraph.text for paragraph in article.paragraphs]


def reasons(dump):
    return " | ".join(problem.reason for problem in read_pages(dump, "page.txt").dropped)


@pytest.fixture(scope="module")
def seed():
    return read_path(SEED)


def test_the_seed_has_nine_articles(seed):
    assert [article.headline for article in seed.articles] == [
        "区委常委会主题教育调研成果交流会召开",
        "沈东讲授主题教育专题党课",
        "区委常委会集体调研各板块",
        "在一线研究问题、解决问题 为经济发展增动能、添实效",
        "区政府召开专题会议 听取城中村改造工作情况汇报",
        "以雪为令",
        "邹区人民医院 血液透析中心获省级荣誉",
        "“融创益家”:北港“破题”商居融合",
        "为群租房上好“安全锁”",
    ]


def test_the_seed_has_its_kicker_and_its_reporters(seed):
    assert [article.kicker for article in seed.articles if article.kicker] == [
        "树牢正确政绩观 求真务实促发展"
    ]
    assert [article.byline for article in seed.articles] == [
        ("田雨婷",),
        ("田雨婷",),
        ("薛暮焱", "田雨婷"),
        ("薛暮焱",),
        ("田雨婷", "臧赫赫"),
        (),
        ("伍浩",),
        ("王淑君", "臧素雅"),
        ("谈磊", "姜云峰"),
    ]


def test_the_seed_has_whole_paragraphs(seed):
    assert [len(article.paragraphs) for article in seed.articles] == [7, 2, 5, 3, 2, 2, 2, 9, 3]
    text = seed.articles[2].text
    assert "堪当重任的干部队伍,锻造敢拼敢干" in text
    assert "后半篇文章;有序启动" in text
    assert "区委常委会集体调研各板块" not in text
    assert "以“产业强区夯基工程" in seed.articles[0].text
    assert "“零地增效”“危污乱散低”" in seed.articles[3].text


def test_the_seed_has_one_cut_article_and_three_subheads(seed):
    assert [article.headline for article in seed.articles if not article.complete] == ["以雪为令"]
    assert seed.articles[5].text.endswith("钟楼区城管局提")
    subheads = dict.fromkeys(paragraph.subhead for paragraph in seed.articles[7].paragraphs)
    assert list(subheads) == [
        "",
        "整合资源,构筑共建治理联盟",
        "场景拓展,打造便民服务站",
        "项目驱动,促进商居融合发展",
    ]


def test_the_seed_was_published_just_after_its_last_event(seed):
    published = {article.published for article in seed.articles}
    assert len(published) == 1
    assert "2023-12-19" <= str(published.pop()) <= "2023-12-22"
    assert all(article.published_inferred for article in seed.articles)


def characters_of(dump, result):
    kept = Counter()
    for article in result.articles:
        kept.update("".join((article.headline + article.kicker + article.text).split()))
    for problem in result.dropped:
        kept.update("".join(problem.reason.partition("：")[2].split()))
    printed = Counter(character for character in dump if not character.isspace())
    return printed, kept


def test_every_character_of_the_seed_is_accounted_for(seed):
    printed, kept = characters_of(SEED.read_text(encoding="utf-8"), seed)
    assert printed - kept == Counter("□王淑君臧素雅")
    assert kept - printed == Counter()
    assert seed.articles[7].byline == ("王淑君", "臧素雅")


@pytest.mark.parametrize(
    ("dump", "marks"),
    [
        (dumps.HEADERS, "□本报记者赵一鸣"),
        (dumps.PAGES, ""),
        (dumps.TEASER, ""),
        (dumps.AGENCY, ""),
        (dumps.TRADITIONAL, "本報記者陳美玲"),
        (dumps.WRAPPED, ""),
        (dumps.ONE_ARTICLE, ""),
    ],
)
def test_nothing_printed_is_lost(dump, marks):
    printed, kept = characters_of(dump, read_pages(dump, "page.txt"))
    assert printed - kept == Counter(marks)
    assert kept - printed == Counter()


def test_every_paragraph_is_where_its_offsets_say():
    for dump in vars(dumps).values():
        if isinstance(dump, str) and len(dump) > 200:
            for article in articles(dump):
                for paragraph in article.paragraphs:
                    assert article.text[paragraph.start : paragraph.end] == paragraph.text


def test_page_headers_give_section_and_date():
    first, second = articles(dumps.HEADERS)
    assert (first.headline, second.headline) == ("我市春耕备耕全面展开！", "这些路口为何不堵了？")
    assert "要闻" in first.section
    assert "民生" in second.section
    assert {str(first.published), str(second.published)} == {"2024-03-06"}
    assert not first.published_inferred
    assert first.byline == ("陈立", "王伟")
    assert second.byline == ("赵一鸣",)
    assert "抢抓农时，确保粮食" in first.text


def test_a_subtitle_is_kept_and_numbered_lines_are_subheads():
    second = articles(dumps.HEADERS)[1]
    assert second.kicker == "——来自南湖路的观察"
    assert [(p.subhead, p.text) for p in second.paragraphs][1:] == [
        ("", "“以前要等三个红灯，现在一个就过。”市民刘女士说。"),
        ("一、调整信号配时", "交警支队对12个路口重新配时。"),
        ("二、增设可变车道", "可变车道使通行效率提高两成。"),
    ]


ANNOUNCED = "本报讯（记者 陈立）记者从区发改局获悉，今年的民生实事已全部办结，具体如下："
ENTRIES = [
    "1. 新建口袋公园10个",
    "2. 改造老旧小区12个",
    "3. 新增停车位2000个",
    "4. 建成社区食堂5家、日间照料中心12个，新增养老床位300张，惠及老人1.2万名",
]
CLOSED = "以上项目均已通过验收。"


@pytest.mark.parametrize("before", [["民生实事年底交卷", ANNOUNCED], [ANNOUNCED]])
@pytest.mark.parametrize("after", [[], [CLOSED]])
@pytest.mark.parametrize("entries", [ENTRIES[:2], ENTRIES])
def test_the_entries_of_a_list_stay_apart_from_one_another_and_from_the_text_after(
    before, entries, after
):
    (article,) = articles("\n\n".join([*before, *entries, *after]))
    expected = [ANNOUNCED, *entries, *after]
    assert [(p.subhead, p.text) for p in article.paragraphs] == [("", text) for text in expected]
    assert article.complete


def test_subheads_under_and_after_entries_numbered_otherwise_are_subheads():
    lines = [
        "我区出台停车管理办法",
        "区政府日前印发《停车管理办法》，主要内容如下：",
        "一、总体要求",
        "（一）主要目标",
        "到2025年，全区停车位达到5万个。",
        "（二）实施范围",
        "1. 城区各街道",
        "2. 经济开发区",
        "二、保障措施",
        "各街道要落实资金，定期通报进度。",
    ]
    (article,) = articles("\n\n".join(lines))
    assert [(p.subhead, p.text) for p in article.paragraphs][1:] == [
        ("", "一、总体要求"),
        ("（一）主要目标", "到2025年，全区停车位达到5万个。"),
        ("（一）主要目标", "（二）实施范围"),
        ("（一）主要目标", "1. 城区各街道"),
        ("（一）主要目标", "2. 经济开发区"),
        ("二、保障措施", "各街道要落实资金，定期通报进度。"),
    ]


def test_colophon_lines_are_dropped_and_reported():
    assert "报料热线" not in " ".join(article.text for article in articles(dumps.HEADERS))
    assert "报料热线" in reasons(dumps.HEADERS)
    assert "江城日报印务公司" in reasons(dumps.HEADERS)


def test_hard_wrapped_lines_without_blank_lines():
    first, second = articles(dumps.WRAPPED)
    assert (first.kicker, first.headline) == ("惠民政策暖人心", "山区老人吃上热乎饭")
    assert first.byline == ("李想",)
    assert len(first.paragraphs) == 3
    assert "每天为1200名老人提供午餐。" in first.text
    assert bodies(first)[1] == "“饭菜软和，价钱也便宜。”八十岁的张大爷说，他每天都来。"
    assert second.headline == "青石桥修缮完工"
    assert second.byline == ("吴芳",)
    assert "始建于清代的青石桥" in second.text
    assert len(second.paragraphs) == 2


def test_an_article_that_continues_on_another_page_is_joined():
    found = articles(dumps.PAGES)
    assert [article.headline for article in found] == [
        "全市项目建设推进会召开",
        "图书馆延长开放时间",
        "夜市开街",
    ]
    assert bodies(found[0])[1].endswith("抓好要素保障，确保项目早开工、早投产。")
    assert bodies(found[0])[2] == "会议还部署了安全生产工作。"
    assert all(article.complete for article in found)
    assert "下转第二版" in reasons(dumps.PAGES)


def test_short_items_under_a_column_title_are_articles_of_their_own():
    first, second, third = articles(dumps.BRIEFS)
    assert "义诊活动" in first.text
    assert first.section == second.section == "简讯"
    assert "书法展" in second.text
    assert third.headline == "县城新增公交线路两条"
    assert third.section == ""
    assert third.byline == ("方圆",)
    assert bodies(third)[-1] == "图为新线路首班车发车。 方圆 摄"


def test_traditional_characters():
    first, second = articles(dumps.TRADITIONAL)
    assert first.headline == "港口吞吐量再創新高"
    assert first.byline == ("黃志明",)
    assert "三百八十萬箱，同比增長" in first.text
    assert second.headline == "老街修復獲獎"
    assert second.byline == ("陳美玲",)


def test_a_teaser_that_repeats_a_headline_is_dropped_and_reported():
    assert headlines(dumps.TEASER) == ["全区安全生产会议召开", "志愿服务进社区 温情守护每一天"]
    assert not any(article.kicker for article in articles(dumps.TEASER))
    assert "全区安全生产会议召开！" in reasons(dumps.TEASER)


def test_bylines_of_agencies_and_at_the_end():
    first, second, third = articles(dumps.AGENCY)
    assert first.byline == ("李国利", "杨晓波")
    assert second.headline == "古镇里的新茶馆"
    assert second.byline == ("周舟",)
    assert third.headline == "城北学校迎来第一批新生"
    assert third.byline == ("韩冰",)


DECKS = """\
今日导读

深化改革再出发

聚焦民生办实事 凝心聚力促发展

全区重点工程建设提速

前11个月完成投资86亿元

本报讯（首席记者 陈立）记者从区发改委获悉，投资完成86亿元。

◎本报全媒体记者 周舟 文/图

暖冬行动进行时

清晨六点，菜市场里已经热闹起来。检查分三步：

①检查摊位；

②公示结果。

“谁来做饭？谁来送饭？”

本报讯（记者 吴芳）社区食堂开业。
"""


def test_contents_lines_decks_and_a_byline_over_its_headline():
    first, second, third = articles(DECKS)
    assert (first.kicker, first.headline) == ("全区重点工程建设提速", "前11个月完成投资86亿元")
    assert first.byline == ("陈立",)
    assert (second.headline, second.byline) == ("暖冬行动进行时", ("周舟",))
    assert bodies(second)[1:] == ["①检查摊位；", "②公示结果。"]
    assert third.headline == "“谁来做饭？谁来送饭？”"
    assert "深化改革再出发" in reasons(DECKS)
    assert not any(article.section for article in (first, second, third))


STORIES = """\
城北学校迎来新生
城北学校昨日开学，迎来新生四百名。学校为新生准备了丰富的入学活动，校长在开学典礼上勉励同学们勤奋学习，\
家长们也参观了新建的实验楼和操场，对学校的教学环境表示满意，老师们介绍了课程安排。
菜价回落
随着天气转暖，本地蔬菜大量上市，菜价持续回落。黄瓜每斤两元，西红柿每斤三元，比上周下降两成，摊主说预计\
下周价格还会继续走低，市民纷纷前来选购，超市也推出了平价柜台。
"""


def test_a_short_headline_without_any_mark_is_told_by_its_other_subject():
    assert headlines(STORIES) == ["城北学校迎来新生", "菜价回落"]
    assert read_pages(STORIES, "page.txt").doubted


def test_a_file_that_is_one_article():
    (article,) = articles(dumps.ONE_ARTICLE)
    assert article.headline == "我和我的小院"
    assert len(article.paragraphs) == 3
    assert article.complete


def test_a_file_without_headline():
    (article,) = articles(dumps.NO_HEADLINE)
    assert article.headline == "昨天下午，一场大雨突袭县城"
    assert len(article.paragraphs) == 2
    assert read_pages(dumps.NO_HEADLINE, "page.txt").doubted


def test_identical_items_get_ids_of_their_own():
    item = "雪后初晴\n\n本报讯（记者 陈立）昨日雪后初晴。\n\n\n\n"
    first, second = articles(item + item)
    assert first.text == second.text
    assert first.id != second.id
    assert [article.id for article in articles(item + item)] == [first.id, second.id]


def test_ids_depend_on_source_headline_and_text():
    once = articles(dumps.ONE_ARTICLE)[0].id
    assert articles(dumps.ONE_ARTICLE)[0].id == once
    assert articles(dumps.ONE_ARTICLE, "other.txt")[0].id != once
    assert articles(dumps.ONE_ARTICLE.replace("枣树", "桃树"))[0].id != once


LINES = [
    "全市项目建设推进会召开",
    "——来自南湖路的观察",
    "要闻",
    "第03版 民生",
    "本报讯（记者 陈立）会议昨日召开。",
    "会议指出，要抓好要素保",
    "障，确保项目早投产。",
    "一、加强领导",
    "● 东山镇举行义诊活动，服务村民。",
    "（下转第二版）",
    "（上接第一版）他说，进展顺利。",
    "报料热线：0555-1234567",
    "图为会议现场。 方圆 摄",
    "　　记者看到，道路畅通。",
    "———",
    "\f",
    "",
    "",
]


@given(st.lists(st.sampled_from(LINES), max_size=30))
def test_nothing_is_lost_in_any_order(lines):
    dump = "\n".join(lines)
    found = read_pages(dump, "page.txt")
    printed, kept = characters_of(dump, found)
    assert printed - kept == Counter()
    assert all(article.headline and article.paragraphs for article in found.articles)
    assert len({article.id for article in found.articles}) == len(found.articles)
