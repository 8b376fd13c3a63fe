"""A run: which mutants, on how many processes, and what became of each."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutation.changes import MUST_DIE, Mutant
from tests.mutation.known import Known
from tests.mutation.sites import mutants
from tests.mutation.trial import Jury, Play, read_plays
from tests.mutation.workshop import Workshop

KILLED, REFUSED, SURVIVED = "killed", "refused at load", "survived"
CHUNK = 20


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant; `by` is the file that noticed, or why it could not be noticed or loaded."""

    mutant: Mutant
    what: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which mutants to try: of some classes, every n-th, at most so many a module."""

    classes: tuple[str, ...] = ()
    every: int = 1
    limit: int | None = None

    def of(self, found: Sequence[Mutant]) -> list[Mutant]:
        chosen = [mutant for mutant in found if not self.classes or mutant.kind in self.classes]
        return chosen[:: self.every][: self.limit]


@dataclass(slots=True)
class Result:
    """What a module's mutants came to. `broken` are files that fail unchanged and so could notice nothing."""

    module: str
    path: str
    mutants: list[Mutant]
    fates: list[Fate]
    plays: list[Play]
    broken: list[Play] = field(default_factory=list)

    def survivors(self) -> list[Fate]:
        return [fate for fate in self.fates if fate.what == SURVIVED]


@dataclass(slots=True)
class Session:
    workshop: Workshop
    plays: list[Play]
    root: Path

    @classmethod
    def of(cls, workshop: Workshop, scenarios: Path, root: Path) -> Session:
        return cls(workshop, read_plays(scenarios), root)

    def modules(self, programmes: Iterable[str]) -> list[str]:
        """The modules that declare these lifecycles, with the parts that they alone are made of; all for none named."""
        wanted = set(programmes)
        if not wanted:
            return list(self.workshop.modules)
        unknown = wanted - set(self.workshop.lifecycles)
        if unknown:
            raise SystemExit(f"没有 {'、'.join(sorted(unknown))} 这一程序；可用的有：{'、'.join(self.workshop.lifecycles)}")
        return [name for name in self.workshop.modules if set(self.workshop.declared(name)) & wanted]

    def mutants(self, module: str) -> list[Mutant]:
        source = self.workshop.sources[module]
        keys = self.workshop.declared(module)
        known = Known.of(self.workshop.modules[module], [self.workshop.lifecycles[key] for key in keys])
        file = Path(str(self.workshop.modules[module].__file__))
        path = file.relative_to(self.root).as_posix() if file.is_relative_to(self.root) else file.name
        return mutants(module, path, source, known)

    def relevant(self, module: str) -> list[Play]:
        """The plays in which a lifecycle that the module can change has a part."""
        keys = set(self.workshop.declared(module))
        near = [play for play in self.plays if self.workshop.forms.together(play.programmes()) & keys]
        for play in near:
            play.rehearse(self.workshop.lifecycles)
        return [play for play in near if play.lifecycles & keys]

    def run(self, module: str, choice: Choice, jobs: int = 1) -> Result:
        found = self.mutants(module)
        chosen = choice.of(found)
        plays = self.relevant(module)
        fates = list(self._fates(module, chosen, plays, jobs)) if chosen else []
        broken = [play for play in plays if play.faults]
        return Result(module, found[0].path if found else module, found, fates, plays, broken)

    def _fates(self, module: str, chosen: list[Mutant], plays: list[Play], jobs: int) -> Iterator[Fate]:
        chunks = [chosen[start : start + CHUNK] for start in range(0, len(chosen), CHUNK)]
        bench = Bench(self.workshop, Jury(plays), module)
        bench.control()
        if jobs == 1 or len(chunks) < 2:
            for chunk in chunks:
                yield from bench.try_all(chunk)
            return
        global _shared
        _shared = bench  # inherited by the forked processes
        with multiprocessing.get_context("fork").Pool(jobs) as pool:
            for fates in pool.imap(_try_chunk, chunks):
                yield from fates


class Bench:
    """Where the mutants of a module are tried, one after the other, in one process."""

    def __init__(self, workshop: Workshop, jury: Jury, module: str) -> None:
        self.workshop = workshop
        self.jury = jury
        self.module = module
        self.keys = workshop.declared(module)
        self.among = workshop.homes([*self.keys, *(key for play in jury.plays for key in play.lifecycles)])

    def control(self) -> None:
        """The text itself, loaded as a mutant is, changes nothing and is noticed by nobody: or no kill would count."""
        with self.workshop.changed(self.module, self.workshop.sources[self.module], self.among) as lifecycles:
            if self.workshop.forms.changed(self.keys, lifecycles):
                raise AssertionError(f"{self.module}: loaded again, unchanged, it declares something else")
            for play in self.jury.plays:
                if found := play.perform(lifecycles):
                    raise AssertionError(f"{play.path}: loaded again, unchanged, it differs: {found[0]}")

    def try_all(self, chunk: Iterable[Mutant]) -> list[Fate]:
        return [self._try(mutant) for mutant in chunk]

    def _try(self, mutant: Mutant) -> Fate:
        source, loaded = mutant.apply(self.workshop.sources[self.module]), False
        try:
            with self.workshop.changed(self.module, source, self.among) as lifecycles:
                loaded = True
                places = self.workshop.forms.changed(self.keys, lifecycles)
                if not places:
                    return Fate(mutant, SURVIVED, "changes nothing that any lifecycle declares")
                by = self.jury.noticed_by(lifecycles, places)
                return Fate(mutant, SURVIVED if by is None else KILLED, by or "")
        except (SyntaxError, NameError) as error:
            # The tool wrote a text that is no module: its own fault, never counted as the declaration's merit.
            raise AssertionError(f"{mutant.path}:{mutant.line} {mutant.name}: {error}") from error
        except Exception as error:
            if loaded:
                raise
            return Fate(mutant, REFUSED, f"{type(error).__name__}: {error}")


_shared: Bench | None = None


def _try_chunk(chunk: list[Mutant]) -> list[Fate]:
    assert _shared is not None
    return _shared.try_all(chunk)


def grave(fates: Iterable[Fate]) -> list[Fate]:
    """The survivors that no run may have."""
    return [fate for fate in fates if fate.what == SURVIVED and fate.mutant.kind in MUST_DIE]
