"""The evaluator's room: test sets, runs, metrics, reports and comparisons."""

from rag.evaluation.cases import Case, GoldArticle, Problem, TestSet
from rag.evaluation.compare import Comparison, compare
from rag.evaluation.report import Report, read_report
from rag.evaluation.run import Options, evaluate
from rag.evaluation.store import list_runs
from rag.evaluation.testset import check_test_set, read_test_set, write_test_set

__all__ = [
    "Case",
    "Comparison",
    "GoldArticle",
    "Options",
    "Problem",
    "Report",
    "TestSet",
    "check_test_set",
    "compare",
    "evaluate",
    "list_runs",
    "read_report",
    "read_test_set",
    "write_test_set",
]
