"""The words of an evaluation: a question with its gold, and a set of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from rag.types import Turn


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what a good answer to it is.

    `answers` are alternatives: one of them suffices. `points` must all occur in the answer, each
    in one of its spellings. `relevant` names gold articles by id, headline, source or address;
    `quotes` are gold sentences. A case with neither `answers` nor gold measures only refusal and
    citation. `context` are the articles to which `answerable` refers in a closed-context set.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    points: tuple[tuple[str, ...], ...] = ()
    relevant: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    answerable: bool = True
    tags: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    context: tuple[str, ...] = ()
    note: str = ""

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Case:
        """The case that was written as JSON values, to the last blank; raises TypeError for others.

        Test sets of people are read by `read_test_set`, which tidies and checks them.
        """
        fields: dict[str, Any] = {
            name: tuple(item) if isinstance(item, list) else item for name, item in value.items()
        }
        fields["points"] = tuple(map(tuple, fields.get("points", ())))
        fields["history"] = tuple(Turn(*turn) for turn in fields.get("history", ()))
        return cls(**fields)

    def digest(self) -> str:
        """A hexadecimal digest of everything that an answer or its score depends on."""
        fields = asdict(self)
        for name in ("note", "tags"):
            del fields[name]
        content = json.dumps(fields, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """An article that travels with a test set; `id` is what `Case.relevant` says."""

    id: str
    headline: str
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place of a test set file.

    `line` counts from 1 (0: the file as a whole); `column` is the column's letter and name, or
    the field. An error makes the set unusable; a warning says what will not be measured.
    """

    line: int
    column: str
    message: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else "file"
        if self.column:
            place += f", column {self.column}"
        return f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class TestSet:
    """Cases in file order, with the articles that belong to them where the format has them."""

    __test__ = False

    name: str
    cases: tuple[Case, ...]
    articles: tuple[GoldArticle, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.cases)

    def digest(self) -> str:
        """A hexadecimal digest of the cases in order."""
        joined = "\n".join(f"{case.id}\t{case.digest()}" for case in self.cases)
        return hashlib.sha256(joined.encode()).hexdigest()[:16]

    def chosen(
        self,
        *,
        sample: int | None = None,
        seed: int = 0,
        tags: tuple[str, ...] = (),
        without_tags: tuple[str, ...] = (),
    ) -> TestSet:
        """The cases with one of `tags` and none of `without_tags`; at most `sample`, in order.

        The choice depends only on `seed` and the cases' ids, so it stays the same when the set's
        rows are put in another order.
        """
        cases = [
            case
            for case in self.cases
            if (not tags or set(tags) & set(case.tags)) and not set(without_tags) & set(case.tags)
        ]
        if sample is not None and sample < len(cases):
            drawn = sorted(
                cases, key=lambda case: hashlib.sha256(f"{seed}\t{case.id}".encode()).digest()
            )[:sample]
            kept = {case.id for case in drawn}
            cases = [case for case in cases if case.id in kept]
        return replace(self, cases=tuple(cases))
