"""Page dumps as evening, county and metropolitan papers print them."""

from tests.corpus.reading import articles, bodies, read

EVENING = """\
A06 城事
西江晚报 2024-07-09 编辑/顾晓 美编/韩冰

伏天的渡口有多热？
甲板温度超过50℃，船工每天喝水8升
本报记者 顾晓月 实习生 韩冰

昨天中午，记者登上西江渡口的轮渡。甲板晒得烫脚。

船工怎么避暑

船工邵平说，大家轮流到船舱里休息。

老渡口添了新船 过江只要八分钟

晨报讯（通讯员 邵平 记者 唐一凡）7月8日，西江渡口的新船下水。

乘客陆续登船。 记者 唐一凡 摄

夜市搬新家 摊位多一倍

晨报讯（记者 唐一凡）西门夜市昨晚迁入新址，摊位增至240个。

【天气】
今天晴转多云，27℃~36℃，南风2级
明天多云，26℃~35℃

电话：0555-7654321 总编辑：顾晓 零售价：1.00元
"""


def test_an_evening_paper():
    found = read(EVENING)
    heat, ferry, market, weather = found.articles
    assert heat.headline == "伏天的渡口有多热？"
    assert heat.kicker == "甲板温度超过50℃，船工每天喝水8升"
    assert heat.byline == ("顾晓月", "韩冰")
    assert [paragraph.subhead for paragraph in heat.paragraphs] == ["", "船工怎么避暑"]
    assert ferry.headline == "老渡口添了新船 过江只要八分钟"
    assert ferry.byline == ("邵平", "唐一凡")
    assert bodies(ferry)[-1] == "乘客陆续登船。 记者 唐一凡 摄"
    assert market.headline == "夜市搬新家 摊位多一倍"
    assert weather.headline == "天气"
    assert bodies(weather) == ["今天晴转多云，27℃~36℃，南风2级", "明天多云，26℃~35℃"]
    assert {str(article.published) for article in found.articles} == {"2024-07-09"}
    assert {article.section for article in found.articles} == {"A06 城事"}
    assert all(article.complete for article in found.articles)


CREDITS = """\
西江渡口复航

本报讯（记者 唐一凡）7月8日，西江渡口复航。

图为复航现场。
本报记者 邵平 摄

秋茶飘香 茶农采摘忙

进入白露，山里的秋茶开采了。茶农们天不亮就上山。

（顾晓月 韩冰）

本报记者 邵平 摄

稻子黄了 农机手忙了

平原上的稻子熟了，农机手开着收割机下田。
"""


def test_the_credit_of_a_photograph_opens_no_article_and_closes_its_caption():
    ferry, tea, rice = articles(CREDITS)
    assert bodies(ferry)[-1] == "图为复航现场。 本报记者 邵平 摄"
    assert (tea.headline, tea.byline) == ("秋茶飘香 茶农采摘忙", ("顾晓月", "韩冰"))
    assert rice.headline == "稻子黄了 农机手忙了"
    assert rice.byline == ()
    dropped = " ".join(problem.reason for problem in read(CREDITS).dropped)
    assert "credit of a photograph" in dropped


HEADLINES = """\
全市水利建设现场会召开
部署今冬明春水利建设 通报上半年各县区考核情况

本报讯（记者 唐一凡）7月8日，全市水利建设现场会在柳河县召开，市长郑海波出席。

柳河水库除险加固工程开工
总投资超过3亿元
——建成后可灌溉农田20万亩

本报讯（记者 邵平）柳河水库除险加固工程昨日开工，总投资3.2亿元。

弘扬丝路精神
山里的孩子有了新操场

本报讯（记者 邵平）柳河小学的孩子有了新操场。
"""


def test_the_line_that_the_news_takes_up_is_the_headline():
    meeting, dam, school = articles(HEADLINES)
    assert meeting.headline == "全市水利建设现场会召开"
    assert meeting.kicker == "部署今冬明春水利建设 通报上半年各县区考核情况"
    assert dam.headline == "柳河水库除险加固工程开工"
    assert dam.kicker == "总投资超过3亿元 ——建成后可灌溉农田20万亩"
    assert (school.kicker, school.headline) == ("弘扬丝路精神", "山里的孩子有了新操场")


FEATURE = """\
深度周刊 06-07
2024年7月9日 星期二

船工邵平的两本账

一本记渡客，一本记水位，四十年没有断过；
他说，"江水认得每一个人"

潮头记者 唐一凡 文/图

清晨五点，邵平解开缆绳，开始一天的第一趟摆渡。

老渡口的人都叫他"活水文站"。

渡口主任韩冰告诉记者："他的账本比

仪器还准。"

【对话】
记者：还能摆渡几年？
邵平：能撑一年是一年。
记者：有人接班吗？
邵平：我儿子愿意学。

水位专家认为

，这些账本填补了水文资料的空白。

短评：一叶渡船 半部江史

四十年的账本，记下了一条江的脾气。
"""


def test_a_feature_with_deck_dialogue_and_cut_lines():
    feature, comment = articles(FEATURE)
    assert feature.headline == "船工邵平的两本账"
    assert feature.kicker.startswith("一本记渡客")
    assert feature.kicker.endswith('每一个人"')
    assert feature.byline == ("唐一凡",)
    assert feature.section == "深度周刊 06-07"
    assert '渡口主任韩冰告诉记者："他的账本比仪器还准。"' in bodies(feature)
    assert "水位专家认为，这些账本填补了水文资料的空白。" in bodies(feature)
    assert list(dict.fromkeys(p.subhead for p in feature.paragraphs)) == ["", "【对话】"]
    assert "记者：有人接班吗？" in bodies(feature)
    assert comment.headline == "短评：一叶渡船 半部江史"


COUNTY = """\
3 社会新闻 SHEHUI XINWEN 2024.07.09 星期二

    柳河县三人获评全省好人

    近日，柳河县三人上榜全省好人，他们是唐一凡、邵平、韩冰。

    公  告
    因维修需要，滨江路自2024年7月15日至8月20日封闭施工，请绕行。
                            柳河县公安局交通警察大队
                                 2024年7月5日

    短评
    好人为何越来越多
    顾晓月

    好人多了，是因为做好事有人看见。
"""


def test_a_notice_is_an_item_of_its_own_with_its_signature():
    people, notice, comment = articles(COUNTY)
    assert len(people.paragraphs) == 1
    assert notice.headline == "公告"
    assert bodies(notice)[1:] == ["柳河县公安局交通警察大队", "2024年7月5日"]
    assert notice.complete
    assert str(people.published) == "2024-07-09"
    assert (comment.headline, comment.byline, comment.section) == (
        "好人为何越来越多",
        ("顾晓月",),
        "短评",
    )


def test_a_notice_without_blank_lines_ends_at_the_next_headline():
    dump = (
        "公告\n因维修需要，滨江路封闭施工，请绕行。\n柳河渡口复航\n"
        "本报讯（记者 邵平）7月8日，柳河渡口复航。\n"
    )
    notice, ferry = articles(dump)
    assert bodies(notice) == ["因维修需要，滨江路封闭施工，请绕行。"]
    assert ferry.headline == "柳河渡口复航"


ESSAY = """\
渡口的早晨

天还没有亮，渡口已经醒了。

江面上飘着薄雾，第一班船要开了。

韩冰

外婆的蓝印花布

外婆的柜子里，有一匹蓝印花布。

邵平
"""


def test_a_name_under_an_essay_is_its_authors():
    found = articles(ESSAY)
    assert [(article.headline, article.byline) for article in found] == [
        ("渡口的早晨", ("韩冰",)),
        ("外婆的蓝印花布", ("邵平",)),
    ]


CUT_SHORT = """\
滨海日报
2023年12月18日 星期一 第3版 要闻

打造临港产业新高地
我市重大项目集中开工

本报记者 陈卫东 通讯员 刘 洋

12月16日上午，全市四季度重大项目集中开工仪式举行，市委书记周明远宣布开工，市长何建平主持仪

滨海日报
式。此次集中开工项目48个。

周明远指出，要坚持大抓项目、抓大项目，以高质量项目支撑高质量发

打造临港产业新高地

展。何建平强调，要做到“有求必应、无事不扰”。

科技赋能 品质升级

合作社与自治区农科院合作，建起育苗中心，螺苗成活率从60%提高到

92%。

■法官提醒

借名买房风险较大，需要谨慎。

检察官进校园

检察官走进育才中学，为师生送上一堂法治课。

（李静 文/图）
"""


def test_short_lines_that_a_column_cut_stand_beside_running_headlines_and_subheads():
    projects, school = articles(CUT_SHORT)
    assert (projects.kicker, projects.headline) == ("打造临港产业新高地", "我市重大项目集中开工")
    assert projects.byline == ("陈卫东", "刘洋")
    ends = {paragraph.text[-7:]: paragraph.subhead for paragraph in projects.paragraphs}
    assert ends == {
        "工项目48个。": "",
        "、无事不扰”。": "",
        "提高到92%。": "科技赋能 品质升级",
        "大，需要谨慎。": "■法官提醒",
    }
    assert "高质量发展" in projects.text
    assert (school.headline, school.byline, school.complete) == ("检察官进校园", ("李静",), True)


TAIWAN = """\
立院三讀通過 道安新制明年上路

【記者張家豪／台北報導】立法院昨日三讀通過道路交通安全基本法。

民團：仍有三大不足

還路於民協會表示，新法仍缺乏罰則，盼儘速補

正。

冷氣團南下 周末探10度

〔記者林怡君／台中報導〕氣象署表示，周六清晨平地低溫下探10度。
"""


def test_the_reporter_and_the_place_in_brackets_open_the_news():
    law, weather = articles(TAIWAN)
    assert (law.byline, weather.byline) == (("張家豪",), ("林怡君",))
    assert bodies(law)[-1] == "還路於民協會表示，新法仍缺乏罰則，盼儘速補正。"
    assert law.paragraphs[-1].subhead == "民團：仍有三大不足"
    assert weather.headline == "冷氣團南下 周末探10度"


BARE = """\
小麦返青 农户忙追肥

平原上的小麦返青了，农户们正在田里追肥浇水，农技员到地头讲解要领。

党的二十大文件民族文字版出版发行

七种民族文字版单行本已由民族出版社出版，即日起在新华书店发行。

韩正出席今冬保供工作电视电话会

会议指出，要多措并举增加供应，确保群众温暖过冬。
"""


def test_a_line_that_says_what_happened_is_a_headline_without_any_other_mark():
    assert [article.headline for article in articles(BARE)] == [
        "小麦返青 农户忙追肥",
        "党的二十大文件民族文字版出版发行",
        "韩正出席今冬保供工作电视电话会",
    ]


PARTY_PAPER = """\
北山日报
BEISHAN DAILY
2024年3月12日  星期二  农历甲辰年二月初三
中共北山市委机关报

全市义务植树活动举行

郭涛 何建平等参加

本报讯（记者 方芳）3月11日，市委书记郭涛，市长何建平等参加义务植树活动。

山城老区“换新颜”
——北山市城市更新一线观察

□本报记者 丁宁 通讯员 许诺

3月的北山，春寒料峭。

北山市今年计划改造老旧小区86个，惠及居民2.1万户。（下转第三版）

===== 第3版 =====

山城老区“换新颜”

（上接第一版）改造资金从哪里来？

“我们家出了2000元，值！”居民王建国说。
"""


def test_who_took_part_is_no_headline_and_ruled_page_numbers_are_page_headers():
    trees, town = articles(PARTY_PAPER)
    assert (trees.headline, trees.kicker) == ("全市义务植树活动举行", "郭涛 何建平等参加")
    assert (town.headline, town.byline) == ("山城老区“换新颜”", ("丁宁", "许诺"))
    assert town.kicker == "——北山市城市更新一线观察"
    assert bodies(town)[-1].endswith("居民王建国说。")
    assert {str(article.published) for article in (trees, town)} == {"2024-03-12"}
