from rag.corpus.drafts import Draft
from rag.corpus.waiting import Waiting


def draft(headline, *paragraphs, line=0):
    made = Draft(headline, line=line)
    for paragraph in paragraphs:
        made.add_paragraph(paragraph)
    return made


def test_the_latest_unfinished_article_under_its_headline_or_its_abbreviation():
    waiting = Waiting()
    whole = draft("西江渡口昨日恢复通航", "渡口复航。", line=1)
    first = draft("西江渡口昨日恢复通航", "渡口昨日恢", line=5)
    second = draft("西江渡口昨日恢复通航！", "渡口昨日", line=9)
    for each in (whole, first, second):
        waiting.add(each)
    assert waiting.unfinished("西江渡口昨日恢复通航", None) is second
    assert waiting.unfinished("渡口昨日恢复通航", None) is second
    assert waiting.unfinished("西江渡口昨日恢复通航 票价不变", None) is second
    assert waiting.unfinished("东江渡口今日停航", None) is None


def test_a_notice_finds_finished_articles_also():
    waiting = Waiting()
    whole = draft("西江渡口昨日恢复通航", "渡口复航。")
    waiting.add(whole)
    assert waiting.unfinished("西江渡口昨日恢复通航", None) is None
    assert waiting.announced("西江渡口昨日恢复通航") is whole
    whole.continue_paragraph("票价")
    assert waiting.unfinished("西江渡口昨日恢复通航", None) is whole


def test_without_an_agreeing_headline_the_only_turned_article_goes_on():
    waiting = Waiting()
    one, other = draft("渡口复航", "渡口复"), draft("入伏第一天", "入伏")
    waiting.turn(one)
    waiting.turn(one)
    assert waiting.announced("完全另一个标题") is one
    waiting.turn(other)
    assert waiting.announced("完全另一个标题") is None
