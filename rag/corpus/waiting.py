"""The articles that may go on elsewhere, found by the headline printed again over their rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from rag.corpus.drafts import Draft
from rag.corpus.headlines import LEAST_SHARED, key, same_headline

_NEAREST = 50
"""Drafts sharing words with a headline among which the one that goes on is sought."""

_Index = dict[str, list[Draft]]


@dataclass(slots=True)
class Waiting:
    """Drafts by the wording of their headlines, so that no reading scans all of them.

    `turned` are those that a notice sent to another page, in the order of the notices.
    """

    turned: list[Draft] = field(default_factory=list)
    _all: _Index = field(default_factory=dict)
    _open: _Index = field(default_factory=dict)

    def add(self, draft: Draft) -> None:
        """Keep a draft that has its headline."""
        for gram in _grams(draft.headline):
            self._all.setdefault(gram, []).append(draft)
            self._open.setdefault(gram, []).append(draft)

    def turn(self, draft: Draft) -> None:
        """Note that a notice sent the reader to another page for the rest of `draft`."""
        if not draft.turned:
            draft.turned = True
            self.turned.append(draft)

    def announced(self, line: str) -> Draft | None:
        """Return the latest draft under the headline `line`, over which a notice names a page.

        Where no headline agrees it is the only one that a notice sent elsewhere.
        """
        found: list[Draft] = []
        for gram in _grams(line):
            found += self._all.get(gram, [])[-_NEAREST:]
        latest = _latest(found, line)
        if latest is None:
            return self.turned[0] if len(self.turned) == 1 else None
        for gram in _grams(latest.headline):
            # It may have been closed, and its text goes on now.
            self._open.setdefault(gram, []).append(latest)
        return latest

    def unfinished(self, line: str, current: Draft | None) -> Draft | None:
        """Return the latest draft under the headline `line` whose text stopped, if any."""
        found: list[Draft] = []
        for gram in _grams(line):
            named = self._open.get(gram, [])
            kept: list[Draft] = []
            # Finished ones are taken out on the way, so that nothing is looked at again and again.
            while named and len(kept) < _NEAREST:
                draft = named.pop()
                if draft is current or draft.turned or draft.is_open:
                    kept.append(draft)
            named += reversed(kept)
            found += kept
        return _latest([draft for draft in found if draft.turned or draft.is_open], line)


def _latest(drafts: list[Draft], line: str) -> Draft | None:
    alike = {id(draft): draft for draft in drafts}.values()
    matching = [draft for draft in alike if same_headline(draft.headline, line)]
    return max(matching, key=lambda draft: draft.line, default=None)


def _grams(headline: str) -> Iterator[str]:
    """What two printings of one headline share at least, the shorter perhaps abbreviated."""
    whole = key(headline)
    if not whole:
        return
    yield whole
    for at in range(len(whole) - LEAST_SHARED + 1):
        yield whole[at : at + LEAST_SHARED]
