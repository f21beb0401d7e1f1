"""Pages as electronic papers, content systems and word processors hand them on."""

from tests.corpus.reading import articles, bodies

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


BRIEFS = """\
要　闻

新桥通车

本报讯（记者 罗成）1月8日，新桥通车。

简　讯

◎ 3月6日，东街社区举办义诊活动，服务居民60人次。
◎ 3月7日，区图书馆新书上架。
区司法局 12月4日，在人民广场开展国家宪法日宣传活动。
（刘斌）
河口镇 近日，召开冬春水利兴修动员会。
（吴刚）
城关镇 日前，举办篮球赛。（赵倩）
白石乡 近日，修通产业路。（孙娜）

护航春耕有“检”力

本报讯（通讯员 陈晨）近日，区检察院走访农资商店。
"""


def test_short_news_under_a_spaced_title_is_parted_by_bullets_and_by_signatures():
    bridge, doctors, books, law, dikes, game, road, fields = articles(BRIEFS)
    assert bridge.section == "要 闻"
    assert doctors.headline == "3月6日，东街社区举办义诊活动"
    assert "新书上架" in books.text
    assert (law.text, law.byline) == (
        "区司法局 12月4日，在人民广场开展国家宪法日宣传活动。",
        ("刘斌",),
    )
    assert (dikes.byline, dikes.section) == (("吴刚",), "简 讯")
    assert (game.byline, road.byline) == (("赵倩",), ("孙娜",))
    assert (fields.headline, fields.byline, fields.section) == (
        "护航春耕有“检”力",
        ("陈晨",),
        "",
    )


SUBHEAD_FIRST = """\
荷塘月色新

□记者 王平

引子

清晨的荷塘，薄雾轻笼，几只白鹭掠过水面，落在远处的田埂上，村民们开始了一天的劳作。

一湖清水引客来

记者走进荷塘村，看到游人如织，农家乐里座无虚席，村民们忙着招呼客人，脸上都是笑容。

老街焕新记

□记者 赵倩

——来自城南老街的报道

城南老街的青石板路，曾经坑坑洼洼，如今平平整整，两旁的店铺又热闹起来。

“一老一小”有人管

来源：江口发布


政策“送上门”

近日，区民政局把养老服务政策送到居民家门口，居民足不出户就能了解补贴申领的办法。
"""


def test_what_stands_under_the_reporters_is_a_subhead_or_subtitle_of_their_article():
    lotus, street, care = articles(SUBHEAD_FIRST)
    assert [paragraph.subhead for paragraph in lotus.paragraphs] == ["引子", "一湖清水引客来"]
    assert (lotus.headline, lotus.byline) == ("荷塘月色新", ("王平",))
    assert (street.headline, street.kicker) == ("老街焕新记", "——来自城南老街的报道")
    assert care.headline == "“一老一小”有人管"
    assert care.paragraphs[0].subhead == "政策“送上门”"


NOTES = """\
新桥通车

本报讯（记者 罗成）1月8日，新桥通车。

编者按：春耕时节，本报推出系列报道。

今日推出第一篇。

田间来了“新农人”

90后小伙吴迪返乡种田，已流转土地500亩。

产业园里春潮涌
【编者按】为展示奋战新征程的精神风貌，即日起本报开设专栏。
本报讯（记者 王平）3月6日，产业园开工。

河道变清 白鹭归来
编者的话：护城河整治历时半年，记者近日前往探访。
□ 赵倩
河水变清，白鹭归来，市民们又可以在河边散步了。

编者按

护城河的变化，是全区治水的缩影。
"""


def test_an_editors_note_is_of_the_article_that_it_introduces():
    bridge, farmer, park, river = articles(NOTES)
    assert len(bridge.paragraphs) == 1
    assert (farmer.headline, bodies(farmer)[:2]) == (
        "田间来了“新农人”",
        ["编者按：春耕时节，本报推出系列报道。", "今日推出第一篇。"],
    )
    assert (park.headline, park.byline, len(park.paragraphs)) == (
        "产业园里春潮涌",
        ("王平",),
        2,
    )
    assert (river.headline, river.byline) == ("河道变清 白鹭归来", ("赵倩",))
    assert bodies(river)[-1] == "护城河的变化，是全区治水的缩影。"


PUBLIC_NOTICES = """\
新桥通车

本报讯（记者 罗成）1月8日，新桥通车。

招聘启事

江口区融媒体中心招聘记者2名，要求本科以上学历。

江口区融媒体中心

2024年3月6日

注销公告

江口市宏达建材有限公司经股东会决议拟注销，请债权人申报债权。

江口市宏达建材有限公司

河道整治见成效

历时半年，护城河整治工程完工，市民们又可以在河边散步了。

王小明遗失身份证，号码341200199001011234，特此声明。
"""


def test_notices_of_any_name_end_with_the_office_and_the_day():
    bridge, job, closed, river = articles(PUBLIC_NOTICES)
    assert len(bridge.paragraphs) == 1
    assert job.headline == "招聘启事"
    assert bodies(job)[1:] == ["江口区融媒体中心", "2024年3月6日"]
    assert closed.headline == "注销公告"
    assert bodies(closed)[1:] == ["江口市宏达建材有限公司"]
    assert (river.headline, river.kicker, len(river.paragraphs)) == ("河道整治见成效", "", 1)


def test_a_headline_that_breaks_behind_its_comma_or_colon_is_one():
    dump = (
        "新桥通车\n\n今日江口讯（记者 罗成）1月8日，新桥通车。\n\n"
        "打工仔回乡当“羊倌”，\n年收入翻两番\n\n"
        "今日江口讯（记者 李立）三年前，打工仔何军回乡养羊。\n"
    )
    dump += "\n公交集团：\n正月十五增开夜间专线\n\n河口晚报讯（记者 周琦）公交集团增开夜间专线。\n"
    bridge, sheep, lines = articles(dump)
    assert lines.headline == "公交集团：正月十五增开夜间专线"
    assert len(bridge.paragraphs) == 1
    assert (sheep.headline, sheep.byline) == ("打工仔回乡当“羊倌”，年收入翻两番", ("李立",))


DISTRICT = """\
荷花池街道：“五老”银辉映初心

本报讯 通讯员 何静 报道 近日，荷花池街道组织“五老”志愿者走进校园。

我区4人入选“全省好人榜”

近日，省文明办发布“全省好人榜”，我区4人入选。（区文明办）

■ 延伸阅读

“全省好人榜”评选活动自2010年起举办。

图片新闻

3月21日，在新桥街道的油菜花田里，无人机正在进行植保作业。

周晓雯 摄

西林街道 打造“小哥友好”街区

本报讯（许静）西林街道建成“小哥驿站”12个。

（上接第1版）会议强调，要抓好春季农业生产，确保粮食稳产增产。

会议还研究了其他事项。

（田雨）

老街换新颜

本报讯（李青）老街换新颜。
"""


def test_a_page_of_a_district_paper():
    veterans, good, picture, riders, meeting, street = articles(DISTRICT)
    assert veterans.byline == ("何静",)
    assert good.headline == "我区4人入选“全省好人榜”"
    assert good.paragraphs[-1].subhead == "■ 延伸阅读"
    assert (picture.section, picture.byline) == ("图片新闻", ("周晓雯",))
    assert (riders.section, len(riders.paragraphs)) == ("", 1)
    assert (len(meeting.paragraphs), meeting.byline) == (2, ("田雨",))
    assert street.byline == ("李青",)


def test_the_place_over_a_headline_is_no_headline():
    dump = (
        "■东湖镇\n开展“敲门行动” 关爱独居老人\n连日来，东湖镇志愿者为63名独居老人送去关爱。\n"
        "■白石乡\n修通产业路 铺就致富路\n近日，白石乡产业路竣工通车，惠及4个村、860户群众。\n"
    )
    found = articles(dump)
    assert [(article.kicker, article.headline) for article in found] == [
        ("■东湖镇", "开展“敲门行动” 关爱独居老人"),
        ("■白石乡", "修通产业路 铺就致富路"),
    ]


WEB_PAGE = """\
首页 > 新闻 > 本地新闻 > 正文
荷花池街道开展消防演练
2024-03-05 10:21 来源：今日江口 作者：谈磊 编辑：李娟 阅读：325
分享到：
本报讯（谈磊）3月4日，荷花池街道开展消防演练，居民120人参加。
演练现场，消防员讲解了灭火器的使用方法。
[责任编辑：李娟]
上一篇：南大街街道走访企业
下一篇：永红街道举办书画展
"""


def test_what_stands_around_a_copied_web_page_is_no_text():
    (drill,) = articles(WEB_PAGE)
    assert (drill.headline, drill.kicker, drill.byline) == (
        "荷花池街道开展消防演练",
        "",
        ("谈磊",),
    )
    assert len(drill.paragraphs) == 2
    assert str(drill.published) == "2024-03-05"
