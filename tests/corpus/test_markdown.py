from datetime import date

from rag.corpus.markdown import read_markdown

PAPER = """\
---
title: 一周要闻
date: 2024-03-06
authors:
  - 陈立
  - 王伟
source: 江城晚报
---
# 春耕**备耕**全面展开

记者从[市农业局](http://example.com/a_b)获悉，*春耕*面积达120万亩。
目前进展顺利。

## 农资供应充足

- 化肥储备3万吨
- 种子储备800吨

![春耕现场](a.jpg)

# 南湖路不堵了

□赵一鸣

交警重新配时，`高峰`更畅通。
"""


def test_headings_open_articles_and_front_matter_serves_them():
    first, second = read_markdown(PAPER, "a.md").articles
    assert (first.headline, second.headline) == ("春耕备耕全面展开", "南湖路不堵了")
    assert first.published == second.published == date(2024, 3, 6)
    assert not first.published_inferred
    assert first.byline == ("陈立", "王伟")
    assert second.byline == ("赵一鸣",)
    assert first.section == "江城晚报"


def test_markup_is_stripped_and_subheads_are_kept():
    first, second = read_markdown(PAPER, "a.md").articles
    assert [(paragraph.subhead, paragraph.text) for paragraph in first.paragraphs] == [
        ("", "记者从市农业局获悉，春耕面积达120万亩。目前进展顺利。"),
        ("农资供应充足", "化肥储备3万吨"),
        ("农资供应充足", "种子储备800吨"),
        ("农资供应充足", "春耕现场"),
    ]
    assert second.text == "交警重新配时，高峰更畅通。"


def test_the_title_of_the_front_matter_is_the_headline_where_no_heading_is():
    (article,) = read_markdown("---\ntitle: 雪后初晴\n---\n道路已通。\n", "a.md").articles
    assert article.headline == "雪后初晴"
    assert article.published is None


def test_a_heading_without_text_is_reported():
    found = read_markdown("# 空\n\n# 雪后初晴\n\n道路已通。\n", "a.md")
    assert [article.headline for article in found.articles] == ["雪后初晴"]
    assert "空" in found.dropped[0].reason


def test_text_without_any_heading_is_one_doubted_article():
    found = read_markdown("昨日雪后初晴，道路已通。\n\n今天继续。\n", "a.md")
    assert len(found.articles) == 1
    assert found.doubted


NUMBER = """\
# 江口日报 2024年3月2日

## 渡口复航

**守护一江碧水**

*本报记者 邵平*

渡口昨日复航。

### 票价不变

票价为2元。

（下转第二版）

## 图书馆夜间开放

本报讯（记者 孙晓）图书馆开放至21时。

| 时间 | 场次 |
|---|---|
| 周一 | 2 |

责任编辑：李月
"""


def test_a_heading_with_the_name_of_the_paper_stands_over_articles():
    found = read_markdown(NUMBER, "a.md")
    ferry, library = found.articles
    assert (ferry.headline, ferry.byline) == ("渡口复航", ("邵平",))
    assert ferry.paragraphs[-1].subhead == "票价不变"
    assert ferry.published == library.published == date(2024, 3, 2)
    assert ferry.section == "江口日报"
    assert library.text.split("\n")[1:] == ["时间 场次", "周一 2"]
    assert library.complete
    dropped = " ".join(problem.reason for problem in found.dropped)
    assert "下转第二版" in dropped
    assert "责任编辑：李月" in dropped


POST = """\
---
title: 老街焕新记
author: 赵倩
---
老街的青石板路平平整整。

## 修旧如旧

修缮用了半年。

## 人气回来了

店铺又热闹起来。
"""


def test_deeper_headings_under_the_title_of_the_front_matter_are_subheads():
    (article,) = read_markdown(POST, "a.md").articles
    assert (article.headline, article.byline) == ("老街焕新记", ("赵倩",))
    assert [paragraph.subhead for paragraph in article.paragraphs] == ["", "修旧如旧", "人气回来了"]
