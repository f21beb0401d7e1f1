import gzip
import json
import zipfile
from datetime import datetime, time

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import TestSetError
from rag.evaluation.cases import Case, TestSet
from rag.evaluation.template import EXAMPLES, write_template
from rag.evaluation.testset import (
    WrittenCase,
    check_test_set,
    read_test_set,
    write_test_set,
)
from rag.types import Turn


def workbook(path, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_xlsx_with_chinese_columns(tmp_path):
    path = workbook(
        tmp_path / "题.xlsx",
        ["编号", "问题", "答案", "出处", "原文", "是否可答", "标签", "上文"],
        [1, "收治多少患者？", "70余位|七十余位", "邹区人民医院", None, "是", "数字、医疗", ""],
        [2, "奥运会吉祥物是什么？", None, None, None, "否", "不可答", None],
        [None, None, None, None, None, None, None, None],
        [3, "他还强调了什么？", "不动摇", None, "沈东强调,要保持战略定力", "", "追问",
         "问：沈东是谁？\n答：区委书记"],
    )  # fmt: skip
    cases = read_test_set(path).cases
    assert [case.id for case in cases] == ["1", "2", "3"]
    assert cases[0].answers == ("70余位", "七十余位")
    assert cases[0].relevant == ("邹区人民医院",)
    assert cases[0].tags == ("数字", "医疗")
    assert not cases[1].answerable
    assert cases[2].quotes == ("沈东强调,要保持战略定力",)
    assert cases[2].history == (Turn("沈东是谁？", "区委书记"),)


def test_a_title_row_above_the_header_is_skipped_and_lines_stay_those_of_the_sheet(tmp_path):
    path = workbook(
        tmp_path / "题.xlsx",
        ["2024 年评测题"],
        ["问题", "是否可答"],
        ["谁主持会议？", "也许"],
    )
    _, problems = check_test_set(path)
    assert [(p.line, p.column) for p in problems if p.severity == "error"] == [(3, "B (是否可答)")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_as_spreadsheets_save_it(tmp_path, encoding, delimiter):
    path = tmp_path / "题.csv"
    rows = [["问题", "答案"], ["谁主持会议？", '"沈东\n区委书记沈东"']]
    path.write_bytes("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    assert read_test_set(path).cases[0].answers == ("沈东", "区委书记沈东")


def test_what_excel_made_of_typed_text_is_read_as_shown_or_reported(tmp_path):
    path = workbook(
        tmp_path / "题.xlsx",
        ["问题", "答案", "要点"],
        ["讲课是哪一天？", datetime(2023, 12, 16), None],
        ["几点开幕？", None, time(8, 30)],
        ["占比多少？", 0.125, None],
        ["增长多少？", 0.07, None],
        ["完成多少？", 1, None],
        ["收治多少人？", 70.0, None],
    )
    book = openpyxl.load_workbook(path)
    book.active["B4"].number_format = "0.00%"
    book.active["B5"].number_format = book.active["B6"].number_format = "0%"
    book.save(path)
    cases, problems = check_test_set(path)
    errors = {(p.line, p.column): p.message for p in problems if p.severity == "error"}
    assert errors.keys() == {(2, "B (答案)"), (3, "C (要点)")}
    assert all("format the column as text" in message for message in errors.values())
    answers = [case.answers[0] for case in cases.cases]
    assert answers == ["12.5%", "7%", "100%", "70"]


def test_merged_cells_count_for_each_of_their_rows(tmp_path):
    path = workbook(
        tmp_path / "题.xlsx",
        ["读书节测试题", None, None, None],
        ["编号", "问题", "答案", "出处"],
        [1, "哪天开幕？", "4月23日", "全市第三届读书节开幕"],
        [None, None, "4月23日上午", None],
        [2, "设几个主会场？", 2, None],
        [None, None, "两个", None],
        [None, None, 2, None],
        [3, "谁致辞？", "张敏", "读书节侧记"],
    )
    book = openpyxl.load_workbook(path)
    for area in ("A1:D1", "A3:A4", "B3:B4", "D3:D7", "A5:A7", "B5:B7"):
        book.active.merge_cells(area)
    book.save(path)
    cases, problems = check_test_set(path)
    assert problems == ()
    found = [(case.id, case.answers, case.relevant) for case in cases.cases]
    assert found == [
        ("1", ("4月23日", "4月23日上午"), ("全市第三届读书节开幕",)),
        ("2", ("2", "两个"), ("全市第三届读书节开幕",)),
        ("3", ("张敏",), ("读书节侧记",)),
    ]


def test_a_workbook_that_states_a_wrong_size_is_read_whole(tmp_path):
    # Programs that write row by row do not know the size when they state it.
    plain = workbook(tmp_path / "原.xlsx", ["问题", "答案"], ["谁致辞？", "张敏"])
    path = tmp_path / "题.xlsx"
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name).replace(b'<dimension ref="A1:B2"', b'<dimension ref="A1"')
            target.writestr(name, content)
    assert read_test_set(path).cases == (Case("q00002", "谁致辞？", ("张敏",)),)


def test_excel_leaves_what_is_typed_into_the_template_as_it_is(tmp_path):
    path = tmp_path / "模板.xlsx"
    write_template(path)
    sheet = openpyxl.load_workbook(path).active
    for letter, cell in zip("ABCDEFGHIJ", sheet[2], strict=True):
        assert sheet.column_dimensions[letter].number_format == "@"
        assert cell.number_format == "@"


def test_control_characters_do_not_stop_a_workbook(tmp_path):
    path = tmp_path / "题.xlsx"
    write_test_set(path, [Case("1", "谁主持\x0b会议？", ("沈东",))])
    assert read_test_set(path).cases[0].question == "谁主持会议？"


def test_an_unclosed_quotation_mark_does_not_swallow_the_rest(tmp_path):
    path = tmp_path / "题.csv"
    path.write_text('问题,答案\n谁主持会议？,沈东\n何时？,"12月\n哪里？,常州\n', "utf-8")
    _, problems = check_test_set(path)
    assert [problem.line for problem in problems] == [3]
    with pytest.raises(TestSetError, match="line 3: not CSV"):
        read_test_set(path)


def test_straight_quotation_marks_in_csv_stay_or_are_explained(tmp_path):
    path = tmp_path / "题.csv"
    path.write_text('问题,答案\n谁说"不动摇"？,沈东\n"""六大""是什么？",工程\n', "utf-8")
    questions = [case.question for case in read_test_set(path).cases]
    assert questions == ['谁说"不动摇"？', '"六大"是什么？']
    path.write_text('问题,答案\n"不动摇"是谁说的？,沈东\n', "utf-8")
    with pytest.raises(TestSetError, match=r"line 2: not CSV.*doubled"):
        read_test_set(path)


def test_jsonl_with_english_names_lists_and_points(tmp_path):
    path = tmp_path / "set.jsonl"
    row = {
        "id": 7,
        "question": "六大工程是哪些？",
        "answers": ["产业强区夯基工程等"],
        "points": [["产业强区夯基工程", "产业强区"], "党的建设领航工程"],
        "relevant": ["a1"],
        "answerable": True,
        "history": [["会议是什么？", "研讨会"]],
    }
    path.write_text(json.dumps(row, ensure_ascii=False) + "\n\n", encoding="utf-8")
    (case,) = read_test_set(path).cases
    assert case.id == "7"
    assert case.points == (("产业强区夯基工程", "产业强区"), ("党的建设领航工程",))
    assert case.history == (Turn("会议是什么？", "研讨会"),)


def test_every_problem_is_named_with_line_and_column(tmp_path):
    path = tmp_path / "题.csv"
    path.write_text(
        "编号,问题,答案,是否可答,上文,颜色\n"
        "1,,沈东,是,,红\n"
        '2,"谁主持\n会议？",沈东,否,,\n'
        "2,谁出席会议？,李超鲲鹏,是,随便写的,\n"
        "4,谁出席会议？,李超鲲鹏,是,,,多一格\n",
        encoding="utf-8",
    )
    with pytest.raises(TestSetError) as caught:
        read_test_set(path)
    _, problems = check_test_set(path)
    found = {(p.line, p.column): p.message for p in problems if p.severity == "error"}
    assert found.keys() == {
        (2, "B (问题)"),
        (3, "D (是否可答)"),
        (5, "A (编号)"),
        (5, "E (上文)"),
        (6, ""),
    }
    assert "line 3" in found[5, "A (编号)"]
    for line, _ in found:
        assert f"line {line}" in str(caught.value)
    assert any(p.column == "F (颜色)" and p.severity == "warning" for p in problems)


@pytest.mark.parametrize(
    "said", ["无", "报道未提及", "文中没有提到。", "N/A", "—", "/", "无法回答"]
)
@pytest.mark.parametrize("stated", ["", "否", "不可回答", "无答案"])
def test_an_answer_that_says_there_is_none_is_no_reference_answer(tmp_path, said, stated):
    rows = [["问题", "答案", "要点", "出处", "原文", "上文", "是否可答"]]
    rows += [["总预算多少？", said, "无", "无", "/", "—", stated]]
    cases, problems = check_test_set(workbook(tmp_path / "题.xlsx", *rows))
    assert [problem for problem in problems if problem.severity == "error"] == []
    (case,) = cases.cases
    assert case == Case("q00002", "总预算多少？", answerable=False)
    # What was concluded is said; what a person wrote needs no remark.
    assert [problem.column for problem in problems] == ([] if stated else ["B (答案)"])


def test_none_may_be_the_answer_and_empty_points_require_nothing(tmp_path):
    rows = [["问题", "答案", "要点", "出处", "是否可答"]]
    rows += [["有无人员伤亡？", "无|没有", "/", "无", "是"], ["几人受伤？", "3人", "无", "—", None]]
    none, three = read_test_set(workbook(tmp_path / "题.xlsx", *rows)).cases
    assert none.answers == ("无", "没有")
    assert none.answerable
    assert (three.answers, three.points, three.relevant) == (("3人",), (), ())


def test_a_broken_json_line_is_named_with_its_character(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text('{"question": "甲？", "answers": ["乙"]}\n{"question": 乙}\n[1]\n', "utf-8")
    _, problems = check_test_set(path)
    assert [(p.line, p.column) for p in problems] == [(2, "14"), (3, "")]


def test_fields_of_jsonl_that_are_unknown_or_doubled_are_said(tmp_path):
    path = tmp_path / "set.jsonl"
    lines = (
        '{"question": "谁？", "anwsers": ["沈东"], "answerable": false}',
        '{"question": "何时？", "anwsers": ["今天"], "answerable": false}',
        '{"question": "哪里？", "answer": "常州", "reference": "钟楼"}',
        '{"question": "几位？", "answers": ["三"], "answers": ["四"]}',
    )
    path.write_text("\n".join(lines), encoding="utf-8")
    _, problems = check_test_set(path)
    assert [(p.line, p.column, p.severity) for p in problems] == [
        (1, "anwsers", "warning"),
        (3, "reference", "error"),
        (4, "answers", "error"),
    ]


def test_half_a_character_is_named_before_a_run_cannot_be_written(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text('{"question": "谁？", "answers": ["沈\\ud800"]}\n', encoding="utf-8")
    _, problems = check_test_set(path)
    assert [(p.line, p.column, p.severity) for p in problems] == [(1, "answers", "error")]


def test_two_columns_of_one_meaning_are_an_error(tmp_path):
    path = workbook(tmp_path / "题.xlsx", ["问题", "答案", "标准答案"], ["甲？", "乙", "丙"])
    with pytest.raises(TestSetError, match="column B"):
        read_test_set(path)


def test_drafts_and_rejected_rows_are_left_out_and_said(tmp_path):
    path = tmp_path / "题.xlsx"
    case = Case("1", "谁？", ("沈东",))
    written = [WrittenCase(case, "草稿"), WrittenCase(Case("2", "何时？", ("今天",)), "采用")]
    write_test_set(path, written)
    test_set = read_test_set(path)
    assert [case.id for case in test_set.cases] == ["2"]
    assert any("drafts" in warning.message for warning in test_set.warnings)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".jsonl"])
def test_the_template_is_a_good_test_set(tmp_path, suffix):
    path = tmp_path / f"模板{suffix}"
    write_template(path)
    test_set = read_test_set(path)
    assert test_set.cases == EXAMPLES
    assert not test_set.warnings
    if suffix == ".xlsx":
        assert openpyxl.load_workbook(path).sheetnames == ["测试集", "说明"]


def test_cells_that_look_like_formulas_stay_text(tmp_path):
    case = Case("1", "=1+1 等于几？", ("@2", "-2"))
    for suffix in (".xlsx", ".csv"):
        path = tmp_path / f"题{suffix}"
        write_test_set(path, [case])
        assert read_test_set(path).cases == (case,)
    cell = openpyxl.load_workbook(tmp_path / "题.xlsx").active["B2"]
    assert cell.data_type == "s"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("题.docx", b""),
        ("题.xlsx", b"not a workbook"),
        ("题.csv", b"\xff\xfe\x00\x81"),
        ("题.csv", b""),
        ("题.json", b"[1, 2]"),
        ("题.jsonl", b""),
        ("题.jsonl.gz", gzip.compress(b'{"question": "\xe8\xb0\x81"}' * 9)[:-12]),
    ],
)
def test_what_is_no_test_set_is_an_error_with_a_remedy(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TestSetError) as caught:
        read_test_set(path)
    assert caught.value.remedy


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(TestSetError, match="does not exist"):
        read_test_set(tmp_path / "没有.csv")


plain = st.text(
    st.characters(categories=["Lo", "Nd", "Lu", "Ll"], include_characters="，。|/“”=\n\"',[]"),
    min_size=1,
    max_size=20,
).map(lambda text: "甲" + text.strip() + "乙")


@settings(max_examples=60, deadline=None)
@given(
    question=plain,
    answers=st.lists(plain, max_size=3, unique=True),
    quotes=st.lists(plain, max_size=2, unique=True),
    suffix=st.sampled_from([".xlsx", ".csv", ".jsonl"]),
)
def test_what_is_written_is_read_again(tmp_path_factory, question, answers, quotes, suffix):
    case = Case("一", question.replace("\n", " "), tuple(answers), quotes=tuple(quotes))
    path = tmp_path_factory.mktemp("往返") / f"题{suffix}"
    write_test_set(path, [case])
    assert read_test_set(path).cases == (case,)


def test_a_sample_depends_on_ids_and_not_on_the_order_of_rows():
    cases = tuple(Case(str(number), f"问题{number}？") for number in range(100))
    forward = TestSet("甲", cases).chosen(sample=10, seed=3)
    backward = TestSet("甲", cases[::-1]).chosen(sample=10, seed=3)
    assert len(forward) == 10
    assert {case.id for case in forward.cases} == {case.id for case in backward.cases}
    assert forward.cases != TestSet("甲", cases).chosen(sample=10, seed=4).cases
    assert [int(case.id) for case in forward.cases] == sorted(int(c.id) for c in forward.cases)


def test_tags_choose_and_leave_out():
    cases = (
        Case("1", "甲？", tags=("数字",)),
        Case("2", "乙？", tags=("数字", "难")),
        Case("3", "丙"),
    )
    test_set = TestSet("甲", cases)
    assert [c.id for c in test_set.chosen(tags=("数字",), without_tags=("难",)).cases] == ["1"]


def test_gzip_with_its_corpus_beside(tmp_path):
    rows = [{"id": "q1", "question": "谁？", "answers": ["甲"], "relevant": ["a"], "kind": "news"}]
    articles = [{"id": "a", "title": "标题", "text": "正文。"}]
    for name, content in (("set.qa", rows), ("set.corpus", articles)):
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in content)
        (tmp_path / f"{name}.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    test_set = read_test_set(tmp_path / "set.qa.jsonl.gz")
    assert test_set.name == "set"
    assert test_set.cases[0].tags == ("news",)
    assert test_set.articles[0].headline == "标题"
