"""The lifecycle of a case as a chart: where each stage stands, laid out as places and paths for an SVG template.

Stages stand in the layers of the graph (`graphlib`), layers beside each other in rows that wrap as lines of text do.
An edge over several layers, or into another row, is led through places kept free for it, so that none crosses a stage.
Pure: a declaration and where the case stands go in, numbers and words come out; the template only writes them down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from math import ceil
from unicodedata import east_asian_width
from urllib.parse import quote

from shixian.rules.lifecycle import Lifecycle, Stage, edge
from shixian.rules.state import DEAD, DONE, OPEN, SKIPPED, Progress

WIDE, HIGH = 150, 92  # of a stage, in pixels
BESIDE, BELOW = 32, 16  # between stages
LANE = 12  # the height kept for an edge that passes a layer
MARGIN, GUTTER = 26, 34  # around all; between rows
PER_ROW = 6
_LETTERS, _SMALL = 9, 11  # Chinese characters in a line of the title, and of the smaller text


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a stage stands: `state` (done, open, waiting, dead, lapsed), a `mark` and words that say the same."""

    state: str
    mark: str
    words: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    key: str
    title: str
    lines: tuple[str, ...]
    clause: str
    clause_shown: str
    clause_url: str
    standing: Standing
    x: float
    y: float
    outline: str

    @property
    def middle(self) -> float:
        return self.x + WIDE / 2


@dataclass(frozen=True, slots=True)
class Edge:
    path: str
    taken: bool
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    width: int
    height: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def standing_of(stage: Stage, progress: Progress) -> Standing:
    """The state of a stage in a case, told by mark and words."""
    state = progress.stage(stage.key)
    closed = progress.status == "closed"
    if closed and progress.closed_at == stage.key and progress.reason == "lapsed":
        return Standing("lapsed", "✕", f"逾期 {progress.closed_on}", progress.text or "")
    if state.status == DONE:
        known = {outcome.key: outcome.title for outcome in stage.outcomes}
        return Standing("done", "✓", f"已办 {state.done}", known.get(state.outcome or "", state.outcome or ""))
    if closed and progress.closed_at == stage.key:
        return Standing("lapsed", "✕", f"终结 {progress.closed_on}", progress.text or "")
    if state.status == OPEN:
        if closed:
            return Standing("dead", "－", "随案终止")
        mine = [deadline for deadline in progress.deadlines.values() if deadline.stage == stage.key]
        if any(deadline.status == "lapsed" for deadline in mine) and not state.late_allowed:
            return Standing("lapsed", "！", "已逾期，待处理", f"{state.opened} 开始")
        last = min((d.last_day for d in mine if d.status == "running" and d.last_day), default=None)
        return Standing("open", "●", f"至 {last}" if last else "办理中", f"{state.opened} 开始")
    if state.status == SKIPPED:
        return Standing("dead", "－", "不适用")
    if state.status == DEAD:
        return Standing("dead", "－", "不再到达")
    return Standing("dead", "－", "未到达") if closed else Standing("waiting", "○", "未到")


def layers(lifecycle: Lifecycle) -> dict[str, int]:
    """The layer of each stage: one after the last of those it follows."""
    before = {stage.key: [edge(text)[0] for text in stage.after] for stage in lifecycle.stages}
    found: dict[str, int] = {}
    for key in TopologicalSorter(before).static_order():
        found[key] = 1 + max((found[name] for name in before[key]), default=-1)
    return found


def chart_of(lifecycle: Lifecycle, progress: Progress) -> Chart:
    """The chart of a case of the lifecycle; with an empty progress, of the lifecycle itself."""
    layout = _Layout(lifecycle)
    nodes = []
    for stage in lifecycle.stages:
        x, y = layout.corner(stage.key)
        standing = standing_of(stage, progress)
        nodes.append(
            Node(
                key=stage.key,
                title=stage.title,
                lines=tuple(_lines(stage.title)),
                clause=stage.clause,
                clause_shown=_cut(stage.clause, _SMALL),
                clause_url=f"/regulations/{lifecycle.regulation.key}/clauses/{quote(stage.clause, safe='')}",
                standing=standing,
                x=x,
                y=y,
                outline=_outline(standing.state, x, y),
            )
        )
    edges = tuple(
        Edge(layout.path(source, target, number), _taken(lifecycle, progress, source, target, named), label)
        for number, (source, target, named, label) in enumerate(_edges(lifecycle))
    )
    return Chart(layout.width, layout.height, tuple(nodes), edges)


def _edges(lifecycle: Lifecycle) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    for stage in lifecycle.stages:
        for text in stage.after:
            source, named = edge(text)
            titles = {outcome.key: outcome.title for outcome in lifecycle.stage(source).outcomes}
            label = f"{lifecycle.stage(source).title} → {stage.title}"
            yield source, stage.key, named, label + (f"（{'或'.join(titles[n] for n in named)}）" if named else "")


def _taken(lifecycle: Lifecycle, progress: Progress, source: str, target: str, named: tuple[str, ...]) -> bool:
    came, went = progress.stage(source), progress.stage(target)
    return went.status in (OPEN, DONE) and came.status == DONE and (not named or came.outcome in named)


class _Layout:
    """Places of stages and lanes: (row, column, number in the column) turned into pixels."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.layer = layers(lifecycle)
        self.depth = 1 + max(self.layer.values())
        self.columns: list[list[str]] = [[] for _ in range(self.depth)]
        for stage in lifecycle.stages:
            self.columns[self.layer[stage.key]].append(stage.key)
        self.lanes: dict[tuple[str, str], list[str]] = {}
        for source, target, _, _ in _edges(lifecycle):
            self.lanes[source, target] = self._lanes(source, target)
        self._sort(lifecycle)
        self.rows = ceil(self.depth / PER_ROW)
        self.width = 2 * MARGIN + min(self.depth, PER_ROW) * (WIDE + BESIDE) - BESIDE
        self.centre: dict[str, float] = {}
        self.top: list[float] = []
        self.height = self._place()

    def corner(self, key: str) -> tuple[float, float]:
        return self._left(self.layer[key]), self.centre[key] - HIGH / 2

    def path(self, source: str, target: str, number: int) -> str:
        """A curve from the right side of one stage to the left side of the other, along its lanes."""
        at, lane = self.layer[source], self.lanes[source, target]
        x, y = self._left(at) + WIDE, self.centre[source]
        parts = [f"M{x:.0f} {y:.0f}"]
        for place in [*lane, target]:
            layer = self.layer[place]
            left, height = self._left(layer), self.centre[place]
            if layer // PER_ROW != at // PER_ROW:
                gutter = self.top[layer // PER_ROW] - GUTTER / 2 + number % 5 * 3 - 6
                right, first = self.width - MARGIN + 10 + number % 3 * 4, MARGIN - 10 - number % 3 * 4
                parts.append(f"L{right:.0f} {y:.0f} V{gutter:.0f} H{first:.0f} V{height:.0f} H{left:.0f}")
            else:
                middle = (x + left) / 2
                parts.append(f"C{middle:.0f} {y:.0f} {middle:.0f} {height:.0f} {left:.0f} {height:.0f}")
            if place != target:
                parts.append(f"H{left + WIDE:.0f}")
            x, y, at = left + WIDE, height, layer
        return " ".join(parts)

    def _left(self, layer: int) -> float:
        return MARGIN + layer % PER_ROW * (WIDE + BESIDE)

    def _lanes(self, source: str, target: str) -> list[str]:
        """A place in each layer that the edge passes in the rows of its ends; rows between are passed at the side."""
        first, last = self.layer[source], self.layer[target]
        rows = {first // PER_ROW, last // PER_ROW}
        found = []
        for layer in range(first + 1, last):
            if layer // PER_ROW in rows:
                name = f"{source}>{target}@{layer}"
                self.columns[layer].append(name)
                self.layer[name] = layer
                found.append(name)
        return found

    def _sort(self, lifecycle: Lifecycle) -> None:
        """Each column in the order of the middle of what leads there, so that few edges cross."""
        before: dict[str, list[str]] = {}
        for (source, target), lane in self.lanes.items():
            chain = [source, *lane, target]
            for left, right in zip(chain, chain[1:], strict=False):
                before.setdefault(right, []).append(left)
        for number, column in enumerate(self.columns[1:], 1):
            places = {name: index for index, name in enumerate(self.columns[number - 1])}
            given = {name: index for index, name in enumerate(column)}

            def middle(name: str, places: Mapping[str, int] = places, given: Mapping[str, int] = given) -> float:
                known = [places[left] for left in before.get(name, ()) if left in places]
                return sum(known) / len(known) if known else float(given[name])

            column.sort(key=middle)

    def _place(self) -> int:
        top = float(MARGIN)
        for row in range(self.rows):
            columns = self.columns[row * PER_ROW : (row + 1) * PER_ROW]
            high = max(sum(self._high(name) + BELOW for name in column) - BELOW for column in columns)
            self.top.append(top)
            for column in columns:
                own = sum(self._high(name) + BELOW for name in column) - BELOW
                y = top + (high - own) / 2
                for name in column:
                    self.centre[name] = y + self._high(name) / 2
                    y += self._high(name) + BELOW
            top += high + GUTTER
        return int(top - GUTTER + MARGIN)

    @staticmethod
    def _high(name: str) -> int:
        return LANE if "@" in name else HIGH


def _outline(state: str, x: float, y: float) -> str:
    """Each state has a shape of its own, so that colour is never the only sign."""
    r, b = x + WIDE, y + HIGH
    cut = 12
    if state == "open":  # an arrow that points on
        return f"M{x:.0f} {y:.0f} H{r - cut:.0f} L{r:.0f} {(y + b) / 2:.0f} L{r - cut:.0f} {b:.0f} H{x:.0f} Z"
    if state == "lapsed":  # eight corners, as a stop sign
        return (
            f"M{x + cut:.0f} {y:.0f} H{r - cut:.0f} L{r:.0f} {y + cut:.0f} V{b - cut:.0f} L{r - cut:.0f} {b:.0f} "
            f"H{x + cut:.0f} L{x:.0f} {b - cut:.0f} V{y + cut:.0f} Z"
        )
    if state == "dead":  # one corner cut off
        return f"M{x:.0f} {y:.0f} H{r - cut:.0f} L{r:.0f} {y + cut:.0f} V{b:.0f} H{x:.0f} Z"
    round_ = cut if state == "waiting" else 3
    return (
        f"M{x + round_:.0f} {y:.0f} H{r - round_:.0f} Q{r:.0f} {y:.0f} {r:.0f} {y + round_:.0f} V{b - round_:.0f} "
        f"Q{r:.0f} {b:.0f} {r - round_:.0f} {b:.0f} H{x + round_:.0f} Q{x:.0f} {b:.0f} {x:.0f} {b - round_:.0f} "
        f"V{y + round_:.0f} Q{x:.0f} {y:.0f} {x + round_:.0f} {y:.0f} Z"
    )


def _size(text: str) -> float:
    return sum(1 if east_asian_width(letter) in "WFA" else 0.55 for letter in text)


def _cut(text: str, most: float) -> str:
    if _size(text) <= most:
        return text
    while text and _size(text) > most - 1:
        text = text[:-1]
    return f"{text}…"


def _lines(title: str) -> list[str]:
    """The title in at most two lines."""
    if _size(title) <= _LETTERS:
        return [title]
    cut = next(n for n in range(len(title), 0, -1) if _size(title[:n]) <= min(_LETTERS, _size(title) / 2 + 1))
    if title[cut - 1] in "（《“" and cut > 1:
        cut -= 1  # an opening bracket belongs to what it opens
    return [title[:cut], _cut(title[cut:], _LETTERS)]
