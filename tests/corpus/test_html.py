from datetime import date

import pytest

from rag.corpus.html import read_html

NAVIGATION = """
<div class="top-nav"><a href="/">首页</a> <a href="/news">要闻</a> <a href="/life">民生</a></div>
"""
ARTICLE_PAGE = f"""<!DOCTYPE html>
<html><head><meta charset="utf-8">
<title>老渡口变身骑行驿站 - 江城新闻网</title>
<meta property="og:title" content="老渡口变身骑行驿站_江城新闻网">
<meta property="og:url" content="https://news.example.cn/2024/0418/12.html">
<style>p {{ text-indent: 2em }}</style><script>var 广告 = "买一送一，速来抢购。";</script></head>
<body>{NAVIGATION}
<div class="wrap"><div class="left">
  <p class="introtitle">停航十二年，旧貌换新颜</p>
  <h1>老渡口变身骑行驿站</h1>
  <div class="info"><span>2024年04月18日 08:30</span> <span>来源：江城晚报</span>
    <span>作者：林知夏 白露</span></div>
  <div class="article-content">
    <p>停航十二年的石矶渡口近日变身<a href="/ride">骑行</a>驿站，
    候船室改成了<b>修车间</b>和茶室。</p>
    <p>骑行者可以在这里打气、换胎，<br>也可以坐下喝茶、看江。</p>
    <p><strong>六成收入修路</strong></p>
    <p>驿站由附近村民合作社经营，首月接待骑友7600人次，收入十一万元。</p>
    <figure><img src="a.jpg"><figcaption>旧趸船成了观景台。</figcaption></figure>
    <table><tr><th>月份</th><th>人次</th></tr><tr><td>三月</td><td>7600</td></tr></table>
    <div class="ad-box">特价促销，全场五折，数量有限，先到先得！</div>
    <p>合作社理事长石大勇说，接下来要把老照片整理出来，办一个展览。</p>
    <p>责任编辑：柳青</p>
  </div>
</div>
<div class="sidebar"><h3>热门推荐</h3>
<ul><li><a href="/1">河西菜市场重新开张</a></li></ul></div></div>
<div class="comments"><p>网友“江风”：小时候天天从这里过江，真怀念，希望越办越好。</p></div>
<footer>版权所有，未经授权，不得转载。</footer></body></html>"""


def read(page, **more):
    return read_html(page.encode(), "站点/12.html", **more)


def test_an_article_page_gives_the_article_alone():
    result = read(ARTICLE_PAGE)
    (article,) = result.articles
    assert article.headline == "老渡口变身骑行驿站"
    assert article.kicker == "停航十二年，旧貌换新颜"
    assert article.byline == ("林知夏", "白露")
    assert (article.published, article.published_inferred) == (date(2024, 4, 18), False)
    assert article.url == "https://news.example.cn/2024/0418/12.html"
    assert [(p.subhead, p.text) for p in article.paragraphs] == [
        ("", "停航十二年的石矶渡口近日变身骑行驿站，候船室改成了修车间和茶室。"),
        ("", "骑行者可以在这里打气、换胎，"),
        ("", "也可以坐下喝茶、看江。"),
        ("六成收入修路", "驿站由附近村民合作社经营，首月接待骑友7600人次，收入十一万元。"),
        ("六成收入修路", "旧趸船成了观景台。"),
        ("六成收入修路", "月份 人次"),
        ("六成收入修路", "三月 7600"),
        ("六成收入修路", "合作社理事长石大勇说，接下来要把老照片整理出来，办一个展览。"),
    ]
    assert any("责任编辑" in problem.reason for problem in result.dropped)
    assert any("characters of navigation" in problem.reason for problem in result.dropped)


BODY = (
    "<p>本报讯（记者 贺青山）河西菜市场昨日重新开张，摊位增加到138个。</p>"
    "<p>市场内公平秤、饮水点和母婴室一应俱全，检测结果每天公布。</p>"
)


@pytest.mark.parametrize(
    ("head", "body", "day"),
    [
        ('<meta property="article:published_time" content="2024-04-18T08:30:00+08:00">', "", 18),
        ('<meta name="pubdate" content="2024/04/17 10:00">', "", 17),
        ('<script type="application/ld+json">{"datePublished":"2024-04-16"}</script>', "", 16),
        ("", '<p><time datetime="2024-04-15">上周一</time></p>', 15),
        ("", "<p>2024年4月14日 来源：江城晚报</p>", 14),
        ("", "<div>发布时间：2024-04-13 09:00</div>", 13),
    ],
)
def test_the_date_comes_from_where_the_page_states_it(head, body, day):
    page = (
        f"<html><head><title>菜市场开张</title>{head}</head><body><h1>菜市场开张</h1>"
        f"{body}<div id='zw'>{BODY}</div></body></html>"
    )
    (article,) = read(page, published=date(2020, 1, 1)).articles
    assert article.published == date(2024, 4, day)
    assert article.headline == "菜市场开张"
    assert article.byline == ("贺青山",)
    assert len(article.paragraphs) == 2


def test_a_page_without_date_takes_the_file_s():
    (article,) = read(
        f"<title>甲</title><h1>菜市场开张</h1>{BODY}", published=date(2024, 4, 9)
    ).articles
    assert article.published == date(2024, 4, 9)
    assert not article.published_inferred


def test_the_title_serves_without_its_site_where_no_heading_is():
    (article,) = read(f"<title>河西菜市场重新开张_江城网</title><div>{BODY}</div>").articles
    assert article.headline == "河西菜市场重新开张"


def test_the_heading_that_the_title_repeats_is_the_headline():
    page = (
        "<title>河西菜市场重新开张-江城晚报数字报</title><h1>江城晚报</h1>"
        f"<h2>河西菜市场重新开张</h2><div>{BODY}</div>"
    )
    (article,) = read(page).articles
    assert article.headline == "河西菜市场重新开张"


def test_several_article_elements_are_several_articles():
    page = "<main>" + "".join(
        f"<article><h2>{title}</h2><p>{text * 4}</p></article>"
        for title, text in [
            ("古镇里的新茶馆", "在运河边的古镇上，一家茶馆开了三十年。"),
            ("青石桥修缮完工", "历时八个月，青石桥日前修缮完工并恢复通行。"),
        ]
    )
    found = read(f"<title>江城晚报</title>{page}</main>").articles
    assert [article.headline for article in found] == ["古镇里的新茶馆", "青石桥修缮完工"]
    assert "青石桥" not in found[0].text


@pytest.mark.parametrize("tag", ["pre", "div"])
def test_a_page_dump_saved_as_a_web_page_is_read_by_the_page_rules(tag):
    dump = (
        "夜市开街\n\n本报讯（记者 何苗）5月8日晚，西门夜市开街，118个摊位迎客。\n\n"
        "图书馆延长开放时间\n\n本报讯（记者 钱芳）市图书馆自5月起每晚开放至21时。\n"
    )
    inner = dump if tag == "pre" else "".join(f"<p>{line}</p>" for line in dump.split("\n\n"))
    found = read(f"<html><body><{tag}>{inner}</{tag}></body></html>").articles
    assert [article.headline for article in found] == ["夜市开街", "图书馆延长开放时间"]


@pytest.mark.parametrize("charset", ["gb2312", "GBK", "big5", "utf-8"])
def test_the_declared_encoding_holds(charset):
    text = "港务局公布，前十一月吞吐量增加。" if charset != "big5" else "港務局公布，吞吐量增加。"
    page = f'<html><head><meta charset="{charset}"></head><body><h1>港口</h1><p>{text}</p>'
    (article,) = read_html(page.encode(charset), "a.htm").articles
    assert article.text == text


def test_a_wrongly_declared_or_damaged_page_is_still_read():
    page = f'<meta charset="utf-8"><h1>菜市场开张</h1>{BODY}<p>{"摊主都说好，顾客常来。" * 9}</p>'
    (article,) = read_html(page.encode("gb18030"), "a.html").articles
    assert article.paragraphs[0].text.startswith("本报讯")
    broken = page.encode().replace("母婴室".encode(), "母婴室".encode()[:-1], 1)
    result = read_html(broken, "a.html")
    assert result.articles[0].headline == "菜市场开张"
    assert any("no utf-8" in problem.reason for problem in result.dropped)


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "us-ascii", "utf-16", "gb2312"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_an_encoding_that_says_nothing_of_chinese_is_not_believed(declared, encoding):
    page = f'<meta charset="{declared}"><h1>菜市场开张</h1>{BODY}'
    (article,) = read_html(page.encode(encoding), "a.html").articles
    assert article.headline == "菜市场开张"


def test_a_page_in_a_western_language_is_read_as_it_declares():
    page = f'<meta charset="iso-8859-1"><h1>Café ouvert</h1><p>{"Déjà vu, à bientôt. " * 9}</p>'
    result = read_html(page.encode("latin-1"), "a.html")
    assert result.articles[0].headline == "Café ouvert"
    assert not any("that are no" in problem.reason for problem in result.dropped)


def test_hidden_and_deeply_nested_matter_does_no_harm():
    deep = "<div>" * 3000 + BODY + "</div>" * 3000
    page = f"<h1>菜市场开张</h1><p style='display: none'>请登录后查看，谢谢您的支持。</p>{deep}"
    (article,) = read(page).articles
    assert "138个" in article.text
    assert "请登录" not in article.text


def test_an_empty_page_has_no_articles():
    assert read("<html><body><script>1</script></body></html>").articles == ()


def test_an_old_page_laid_out_in_tables_is_read():
    page = f"""<html><head><title>江城晚报多媒体数字版</title></head><body><table width=960><tr>
    <td><table><tr><td><a href=1>第01版：要闻</a></td></tr><tr><td><a href=2>第02版：民生</a></td>
    </tr></table></td><td><table><tr><td align=center><font color=red>摊位多了，市民笑了</font></td>
    </tr><tr><td align=center><strong class="title">河西菜市场重新开张</strong>
    </td></tr><tr><td>2024年04月18日 来源：江城晚报 作者：贺青山</td></tr>
    <tr><td><founder-content>{BODY}<p>&nbsp;&nbsp;摊主周桂兰说，地面不再湿滑了。</p>
    </founder-content></td></tr></table></td></tr></table>
    <table><tr><td>上一篇 <a href=0>图书馆夜间开放</a></td></tr>
    </table></body></html>"""
    (article,) = read(page).articles
    assert article.headline == "河西菜市场重新开张"
    assert article.published == date(2024, 4, 18)
    assert article.byline == ("贺青山",)
    assert len(article.paragraphs) == 3


TABLES_PAGE = """<html><head><meta charset="utf-8"><title>江城日报数字报-老渡口变身驿站</title>
</head><body><table><tr><td><div id="logo">江城日报</div></td></tr><tr><td><table>
<tr><td>停航十二年</td></tr>
<tr><td><strong>老渡口变身驿站</strong></td></tr>
<tr><td>2024年03月02日 第01版：要闻 作者：林知夏</td></tr>
<tr><td><div id="ozoom"><p>停航十二年的石矶渡口近日变身骑行驿站，候船室改成了修车间和茶室。</p>
<p>驿站由附近村民合作社经营，首月接待骑友7600人次，收入十一万元。</p></div></td></tr>
</table></td></tr><tr><td>版权所有 江城日报社</td></tr></table></body></html>"""


def test_a_page_laid_out_in_tables_has_the_headline_that_its_title_names():
    (article,) = read_html(TABLES_PAGE.encode(), "a.html").articles
    assert article.headline == "老渡口变身驿站"
    assert (article.published, article.byline) == (date(2024, 3, 2), ("林知夏",))
    assert article.section == "第01版：要闻"


def test_the_line_of_date_and_source_may_end_with_the_sizes_of_type():
    page = """<html><head><title>渡口复航_江城网</title></head><body><h1>渡口复航</h1>
    <div>2024-01-05 09:30:12  来源：江城日报  作者：白露  浏览次数：1203  字体：[大 中 小]</div>
    <div class="content"><p>停航十二年的石矶渡口近日复航，乘客可以坐船过江，票价不变。</p></div>
    </body></html>"""
    (article,) = read_html(page.encode(), "a.html").articles
    assert (article.published, article.byline) == (date(2024, 1, 5), ("白露",))
