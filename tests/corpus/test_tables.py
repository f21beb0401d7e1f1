import json
from datetime import date

import pytest

from rag.corpus.tables import read_csv, read_json, read_jsonl
from rag.errors import CorpusError


def test_json_lines_with_bad_lines_between():
    rows = [
        json.dumps(
            {"id": 1, "title": "雪后初晴", "text": "第一段。\n第二段。", "date": "2024-03-06"}
        ),
        "{broken",
        json.dumps({"标题": "路通了", "正文": "道路已通", "作者": "记者 陈立", "日期": "20240307"}),
        "[1]",
        json.dumps({"title": "没有正文"}),
        "",
    ]
    found = read_jsonl("\n".join(rows), "a.jsonl")
    first, second = found.articles
    assert [paragraph.text for paragraph in first.paragraphs] == ["第一段。", "第二段。"]
    assert first.published == date(2024, 3, 6)
    assert not first.published_inferred
    assert (second.headline, second.byline) == ("路通了", ("陈立",))
    assert second.published == date(2024, 3, 7)
    assert [problem.reason.split(":")[0] for problem in found.dropped] == [
        "line 2",
        "line 4",
        "line 5",
    ]


def test_csv_with_chinese_columns_and_line_breaks_in_fields():
    text = (
        "标题,日期,作者,来源,链接,正文\n"
        '雪后初晴,2024年3月6日,陈立、王伟,江城晚报,http://example.com/1,"第一段。\n第二段。"\n'
        "少一列,2024年3月6日\n"
        '路通了,,,,,"道路已通，""很好""。"\n'
    )
    found = read_csv(text, "a.csv", date(2024, 3, 8))
    first, second = found.articles
    assert first.byline == ("陈立", "王伟")
    assert (first.section, first.url) == ("江城晚报", "http://example.com/1")
    assert len(first.paragraphs) == 2
    assert second.text == '道路已通，"很好"。'
    assert second.published == date(2024, 3, 8)
    assert [problem.reason.split(":")[0] for problem in found.dropped] == ["line 4"]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (1702656000, date(2023, 12, 16)),
        ("1702656000000", date(2023, 12, 16)),
        ("2023-12-15T16:00:00Z", date(2023, 12, 16)),
        ("2023-12-16T08:00:00", date(2023, 12, 16)),
        ("2023-12", date(2023, 12, 20)),
    ],
)
def test_a_moment_is_of_its_day_in_china_and_a_month_of_the_files_day(cell, day):
    row = json.dumps({"title": "路通了", "text": "滨江路已恢复通行。", "date": cell})
    (article,) = read_jsonl(row, "2023-12-20.jsonl", date(2023, 12, 20)).articles
    assert article.published == day


def test_page_rules_do_not_apply():
    row = {"title": "通知", "text": "简讯\n\n广告\n第03版"}
    (article,) = read_jsonl(json.dumps(row), "a.jsonl").articles
    assert article.text == "简讯\n广告\n第03版"


def test_a_table_without_text_column_says_which_columns_it_has():
    found = read_csv("a,b\n1,2\n", "a.csv")
    assert not found.articles
    assert "a, b" in found.dropped[0].reason


def test_identical_rows_get_ids_of_their_own():
    row = json.dumps({"title": "雪后初晴", "text": "道路已通。"})
    first, second = read_jsonl(f"{row}\n{row}", "a.jsonl").articles
    assert first.id != second.id


def test_columns_as_content_systems_name_them():
    text = (
        "稿件标题,肩题,副标题,稿件内容,出版日期,版次,版面名称,稿件作者\n"
        "渡口复航,守护一江碧水,——西江航运见闻,渡口昨日复航。,2024-07-09,A01,要闻,邵平\n"
    )
    (article,) = read_csv(text, "a.csv").articles
    assert (article.headline, article.text) == ("渡口复航", "渡口昨日复航。")
    assert article.kicker == "守护一江碧水 ——西江航运见闻"
    assert (article.byline, article.section) == (("邵平",), "A01 要闻")
    assert article.published == date(2024, 7, 9)
    row = {"News_Title": "渡口复航", "newsContent": "渡口昨日复航。", "publish_time": "2024-07-09"}
    (article,) = read_jsonl(json.dumps(row), "a.jsonl").articles
    assert (article.headline, article.published) == ("渡口复航", date(2024, 7, 9))


@pytest.mark.parametrize(
    "body",
    [
        "<p>　　渡口昨日复航。</p><p>票价&nbsp;不变。</p>",
        "渡口昨日复航。<br/>票价 不变。<script>x()</script>",
        "&lt;p&gt;渡口昨日复航。&lt;/p&gt;&lt;p&gt;票价 不变。&lt;/p&gt;",
        "<div>渡口昨日复航。</div>\r\n<div>票价&nbsp;不变。</div>",
    ],
)
def test_the_markup_of_a_content_system_is_no_text(body):
    (article,) = read_jsonl(json.dumps({"title": "<b>复航</b>", "text": body}), "a.jsonl").articles
    assert article.headline == "复航"
    assert [paragraph.text for paragraph in article.paragraphs] == ["渡口昨日复航。", "票价 不变。"]


def test_less_and_greater_are_text():
    row = json.dumps({"title": "化验", "text": "含量<0.5克且>0.1克，合格。"})
    assert read_jsonl(row, "a.jsonl").articles[0].text == "含量<0.5克且>0.1克，合格。"


ROWS = [{"标题": "渡口复航", "正文": "渡口昨日复航。"}, {"标题": "空", "正文": ""}]
SECOND = {"title": "新桥通车", "content": ["新桥昨日通车。", "全长两公里。"]}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROWS),
        json.dumps({"code": 0, "data": {"total": 2, "list": ROWS}}),
        "\n".join(map(json.dumps, ROWS)),
    ],
)
def test_a_json_file_with_a_list_of_articles(text):
    found = read_json(text, "a.json")
    assert [article.headline for article in found.articles] == ["渡口复航"]
    assert "no text" in found.dropped[0].reason


@pytest.mark.parametrize(
    "value",
    [
        {"1": ROWS[0], "2": SECOND},
        {"A01": [ROWS[0]], "A02": [SECOND]},
        [{"page": "A01", "articles": [ROWS[0]]}, {"page": "A02", "articles": [SECOND]}],
        {"tags": [{"name": "要闻"}], "articles": [ROWS[0], SECOND]},
        {"hits": {"hits": [{"_id": "1", "_source": ROWS[0]}, {"_id": "2", "_source": SECOND}]}},
        [ROWS[0], {"article": 17} | SECOND],
    ],
    ids=["by number", "by page", "in pages", "behind another list", "hits", "numbered"],
)
def test_no_article_of_a_json_file_is_lost_wherever_it_stands(value):
    found = read_json(json.dumps(value), "a.json")
    told = [(article.headline, article.text) for article in found.articles]
    assert told == [("渡口复航", "渡口昨日复航。"), ("新桥通车", "新桥昨日通车。\n全长两公里。")]


def test_a_json_file_that_is_one_article_or_none():
    (article,) = read_json(json.dumps(ROWS[0]), "a.json").articles
    assert article.headline == "渡口复航"
    assert "name one text" in read_json('[{"name": "x"}]', "a.json").dropped[0].reason
    for text in ('{"name": "x"}', "[1]", "{broken"):
        with pytest.raises(CorpusError):
            read_json(text, "a.json")
