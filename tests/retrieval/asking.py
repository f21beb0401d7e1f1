"""A question after the turns of a conversation, on a day in December."""

from datetime import date

from rag.retrieval.question import understand
from rag.types import Turn

TODAY = date(2023, 12, 20)


def ask(follow_up, *turns, **options):
    history = [Turn(*turn) for turn in turns]
    return understand(follow_up, history, **{"today": TODAY} | options)
