"""Several settings in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from rag.errors import EvaluationError


@dataclass(frozen=True, slots=True)
class GridPoint:
    """One combination: `options` as `section.name=value`, `label` to name its run."""

    options: tuple[str, ...]
    label: str


def grid_points(grid: Sequence[str]) -> list[GridPoint]:
    """Every combination of the axes "section.name=value,value", the last axis moving fastest.

    No axis gives one point without options.

    Raises:
        EvaluationError: an axis has no values, or two axes set one option.
    """
    axes: list[list[str]] = []
    names: set[str] = set()
    for axis in grid:
        name, _, values = axis.partition("=")
        name = name.strip()
        options = [f"{name}={value.strip()}" for value in values.split(",") if value.strip()]
        if not name or not options:
            raise EvaluationError(
                f"{axis!r} is not a grid axis", remedy="write it as section.name=value,value"
            )
        if name in names:
            raise EvaluationError(f"two grid axes set {name}", remedy="put its values in one axis")
        names.add(name)
        axes.append(options)
    return [GridPoint(point, ",".join(point)) for point in product(*axes)]
