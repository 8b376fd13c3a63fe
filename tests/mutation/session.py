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
    """The programmes, the scenario files, and which modules are tried."""

    workshop: Workshop
    plays: list[Play]
    root: Path
    controlled: set[frozenset[str]] = field(default_factory=set)

    @classmethod
    def of(cls, workshop: Workshop, scenarios: Path, root: Path) -> Session:
        return cls(workshop, read_plays(scenarios), root)

    def modules(self, programmes: Iterable[str]) -> list[str]:
        """The modules that declare these lifecycles, with the parts they are made of; all for none named."""
        wanted = set(programmes)
        if not wanted:
            return list(self.workshop.modules)
        unknown = wanted - set(self.workshop.lifecycles)
        if unknown:
            raise SystemExit(
                f"没有 {'、'.join(sorted(unknown))} 这一程序；可用的有：{'、'.join(self.workshop.lifecycles)}"
            )
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

    def run(self, modules: Iterable[str], choice: Choice, jobs: int = 1) -> Iterator[Result]:
        """What becomes of the chosen mutants, module by module, on so many processes; always in the same order."""
        benches: dict[str, Bench] = {}
        results, tasks = [], []
        for module in modules:
            found, plays = self.mutants(module), self.relevant(module)
            chosen = choice.of(found)
            broken = [play for play in plays if play.faults]
            if found:
                results.append(Result(module, found[0].path, found, [], plays, broken))
            if chosen:
                benches[module] = Bench(self.workshop, Jury(plays), module)
                self._control(benches[module])
                tasks += [chosen[start : start + CHUNK] for start in range(0, len(chosen), CHUNK)]
        fates = _all_fates(benches, tasks, jobs)
        for result in results:
            wanted = len(choice.of(result.mutants))
            while len(result.fates) < wanted:
                result.fates += next(fates)
            yield result

    def _control(self, bench: Bench) -> None:
        """The text itself, loaded as mutants are, changes nothing and nobody notices it: else no kill would count."""
        name = bench.module
        with self.workshop.changed(name, self.workshop.sources[name], bench.among) as lifecycles:
            if self.workshop.forms.changed(bench.keys, lifecycles):
                raise AssertionError(f"{name}: loaded again, unchanged, it declares something else")
            if bench.among not in self.controlled:
                self.controlled.add(bench.among)
                for play in bench.jury.plays:
                    if found := play.perform(lifecycles):
                        raise AssertionError(f"{play.path}: loaded again, unchanged, it differs: {found[0]}")


class Bench:
    """Where the mutants of a module are tried, one after the other, in one process."""

    def __init__(self, workshop: Workshop, jury: Jury, module: str) -> None:
        self.workshop = workshop
        self.jury = jury
        self.module = module
        self.keys = workshop.declared(module)
        self.among = frozenset(workshop.homes([*self.keys, *(key for play in jury.plays for key in play.lifecycles)]))

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


_benches: dict[str, Bench] = {}


def _try_chunk(chunk: list[Mutant]) -> list[Fate]:
    return _benches[chunk[0].module].try_all(chunk)


def _all_fates(benches: dict[str, Bench], tasks: list[list[Mutant]], jobs: int) -> Iterator[list[Fate]]:
    _benches.clear()
    _benches.update(benches)  # inherited by the forked processes
    if jobs == 1 or len(tasks) < 2:
        yield from map(_try_chunk, tasks)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(_try_chunk, tasks)


def grave(fates: Iterable[Fate]) -> list[Fate]:
    """The survivors that no run may have."""
    return [fate for fate in fates if fate.what == SURVIVED and fate.mutant.kind in MUST_DIE]
