import pytest

from rag.corpus.kinds import Kind, cuts_quotation, is_finished, kind_of, starts_inside


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("西江晚报 2024-07-09 编辑/顾晓 美编/韩冰", Kind.HEADER),
        ("3 社会新闻 SHEHUI XINWEN 2024.07.09 星期二", Kind.HEADER),
        ("深度周刊 06-07", Kind.HEADER),
        ("要聞 A3", Kind.HEADER),
        ("【天气】", Kind.NOTICE),
        ("通 告", Kind.NOTICE),
        ("短评", Kind.COLUMN),
        ("【对话】", Kind.SHORT),
        ("记者：渡口何时复航？", Kind.BODY),
        ("问：票价涨了吗？", Kind.BODY),
        ("渡口何时复航？", Kind.SHORT),
        ("本报记者 唐一凡 摄", Kind.CAPTION),
        ("乘客陆续登船。 记者 唐一凡 摄", Kind.CAPTION),
        ("本报记者 唐一凡 文/摄", Kind.BYLINE),
        ("电话：0555-7654321 总编辑：顾晓 零售价：1.00元", Kind.COLOPHON),
        ("电话：0555-7654321", Kind.SHORT),
    ],
)
def test_the_kind_of_a_line(text, kind):
    assert kind_of(text) is kind


def test_a_credit_ends_its_paragraph():
    assert is_finished("乘客陆续登船。 记者 唐一凡 摄")
    assert not is_finished("乘客陆续登船，记者在现场拍摄")


def test_running_text_that_a_column_cut():
    assert starts_inside("，票价不变。")
    assert not starts_inside("“票价不变。”")
    assert cuts_quotation("他说：“渡口的人都")
    assert not cuts_quotation("他说：“渡口开了”")
