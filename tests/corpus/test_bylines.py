import pytest

from rag.corpus.bylines import (
    ending_names,
    is_byline_line,
    is_credit_line,
    is_lead,
    is_person,
    lead_names,
    parse_names,
    without_credit,
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("本报讯(田雨婷)12月16日,会议召开", ("田雨婷",)),
        ("本报讯（薛暮焱 田雨婷）会议召开", ("薛暮焱", "田雨婷")),
        ("本报讯（记者 张三丰 通讯员 李四光）会议召开", ("张三丰", "李四光")),
        ("本报讯（记者张三丰、李四光 通讯员 王 伟）会议召开", ("张三丰", "李四光", "王伟")),
        ("【本报讯】会议召开", ()),
        ("本报讯 记者张三丰报道：会议召开", ("张三丰",)),
        ("本报热线8888000消息（记者 陈果）食堂涨价了？", ("陈果",)),
        ("新华社北京12月5日电（记者李国利、杨晓波）卫星发射", ("李国利", "杨晓波")),
        ("中新社香港8月15日电 (记者 张兴龙)会议召开", ("张兴龙",)),
        ("本报记者 张三丰 报道 会议召开", ("张三丰",)),
        ("【本報訊】記者黃志明報導：港務局公布", ("黃志明",)),
        ("晨报讯（记者 顾晓月 实习生 韩冰）昨日入伏", ("顾晓月", "韩冰")),
        ("今日江口讯（记者 李立）何军返乡养羊", ("李立",)),
        ("江口融媒讯（记者 李立）何军返乡养羊", ("李立",)),
        ("滨江都市报讯 入伏以来，用电量上升", ()),
        ("西江晚报7月9日讯（通讯员 邵平）渡口复航", ("邵平",)),
        ("澄江新闻记者 唐一凡报道：渡口复航", ("唐一凡",)),
    ],
)
def test_names_where_news_opens(text, names):
    assert is_lead(text)
    assert lead_names(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "记者在现场看到，积雪已清除。",
        "12月16日，会议召开。",
        "中新社记者 顾时宏 摄 会议现场",
        "本报记者 顾晓月 实习生 韩冰",
        "本报记者 唐一凡 摄",
        "本报通讯员 邵平",
        "警方通报讯问情况后，家属表示接受。",
        "据晚报消息 渡口复航",
    ],
)
def test_running_text_is_no_opening(text):
    assert not is_lead(text)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("□王淑君 臧素雅", ("王淑君", "臧素雅")),
        ("□本报记者 赵一鸣", ("赵一鸣",)),
        ("本报记者 赵一鸣 通讯员 王 伟", ("赵一鸣", "王伟")),
        ("文/图 赵一鸣", ("赵一鸣",)),
        ("记者 张三丰 李四光 报道", ("张三丰", "李四光")),
        ("全媒体记者 张三丰", ("张三丰",)),
        ("■ 阿布都·热合曼", ("阿布都·热合曼",)),
        ("本报记者 顾晓月 实习生 韩冰", ("顾晓月", "韩冰")),
        ("晨报记者 唐一凡 通讯员 邵平", ("唐一凡", "邵平")),
        ("澄江新闻记者 唐一凡", ("唐一凡",)),
        ("潮头记者 唐一凡 文/图", ("唐一凡",)),
        ("（唐一凡 邵平）", ("唐一凡", "邵平")),
    ],
)
def test_a_line_that_is_a_byline(line, names):
    assert is_byline_line(line)
    assert parse_names(line) == names


@pytest.mark.parametrize(
    "line",
    [
        "以雪为令",
        "（东区街道）",
        "■白石乡",
        "【天气】",
        "记者手记",
        "通讯员培训班开班",
        "文艺汇演举行",
        "编辑部的故事",
    ],
)
def test_a_headline_is_no_byline(line):
    assert not is_byline_line(line)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("老街坊都来。（本报记者 周舟）", ("周舟",)),
        ("迎来新生四百名。（记者 韩冰 文/图）", ("韩冰",)),
        ("效果很好。（张三丰 李四光）", ("张三丰", "李四光")),
        ("任务圆满成功。（完）", ()),
        ("钟楼经开区（北港街道、新闻街道）", ()),
        ("市民在公园里赏花。（市园林局供图）", ()),
        ("详见下文。（以上内容来自网络）", ()),
    ],
)
def test_names_at_the_end(text, names):
    assert ending_names(text) == names


def test_the_credit_of_a_photograph():
    assert is_credit_line("本报记者 唐一凡 摄")
    assert is_credit_line("（邵平 摄）")
    assert is_credit_line("邵 平摄")
    assert is_credit_line("邵平摄（影像中国）")
    assert is_credit_line("新华社发（邵平 摄）")
    assert is_credit_line("图片由市园林局提供")
    assert not is_credit_line("本报记者 唐一凡 文/摄")
    assert without_credit("渡口昨日复航。 记者 唐一凡 摄") == "渡口昨日复航。"
    assert without_credit("渡口昨日复航。现场拍摄") == "渡口昨日复航。现场拍摄"


def test_a_persons_name():
    assert is_person("唐一凡")
    assert is_person("邵 平")
    assert not is_person("复航了")
    assert not is_person("唐家渡口")
