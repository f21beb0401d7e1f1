"""Whether what was found can answer the question, judged before and after anything is written.

The thresholds are fixed here, set on development data (`benchmarks/README.md`), and never moved at
run time.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.evidence import EvidenceSentence
from rag.types import Evidence

HOPELESS = 0.1
"""How likely the reader must hold it that a passage answers; below it, nothing is written."""
SURE = 0.85
"""From here on the reader's own sentence stands in for a draft that came to nothing."""
# For collections without a reader. Below both, what was found is about something else. Of 150
# questions of ats_news_train asked of the seeds, 93 % score below the first and 95 % below .33 by
# the second; of 300 asked of their own article .7 % score below the first.
_FAR_WORDING = 0.4
_FAR_PASSAGE = 0.5


def likelihood(evidence: Sequence[Evidence]) -> float | None:
    """Return how likely the reader holds the likeliest passage; None when it read none."""
    read = [item.answering for item in evidence if item.answering is not None]
    return max(read) if read else None


def is_hopeless(evidence: Sequence[Evidence], selected: Sequence[EvidenceSentence]) -> bool:
    """Return whether neither the reader nor the wording gives reason to look for an answer."""
    if not evidence or not selected:
        return True
    likely = likelihood(evidence)
    if likely is not None:
        return likely < HOPELESS
    wording = max(item.score for item in selected)
    return wording < _FAR_WORDING and evidence[0].score < _FAR_PASSAGE


def likeliest(candidates: Sequence[EvidenceSentence]) -> EvidenceSentence | None:
    """Return the sentence in which the reader sees the answer most surely; None when it is not."""
    read = [item for item in candidates if (item.answering or 0.0) >= SURE]
    return max(read, key=lambda item: item.answering or 0.0, default=None)
