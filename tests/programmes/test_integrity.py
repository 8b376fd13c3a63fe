"""浙科发监〔2020〕28号 as declared: what a scenario file cannot say (structure, silences, readings, who is barred)."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import pytest

from shixian.programmes import load
from shixian.programmes.zhejiang import integrity
from shixian.programmes.zhejiang.integrity_terms import GENERAL_BREACHES, SERIOUS_BREACHES, VETO
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.silences import reading_uses, silences

# The catalogue's stages, in the order of the text.
STAGES = {
    "zj-integrity-collection": {"catalogue", "upload", "harvest", "classify", "expire"},
    "zj-integrity-blacklist": {"trigger", "pre_notice", "defend", "decide", "notify", "publish", "remove"},
    "zj-integrity-objection": {"object", "handle", "review"},
    "zj-integrity-repair": {"bar_check", "apply", "shorten"},
}


@pytest.fixture(scope="module")
def loaded() -> Mapping[str, Lifecycle]:
    module = ModuleType("integrity_under_test")
    declared = integrity.LIFECYCLES
    module.LIFECYCLES = declared  # type: ignore[attr-defined]
    return load([module])


def test_every_article_stands_in_the_clause_index() -> None:
    assert len(integrity.REGULATION.clauses) == 32
    assert len({note.clause for note in integrity.REGULATION.clauses}) == 32


def test_the_catalogues_stages_are_there(loaded: Mapping[str, Lifecycle]) -> None:
    for key, stages in STAGES.items():
        assert stages <= {stage.key for stage in loaded[key].stages}


def test_every_reading_is_used_somewhere(loaded: Mapping[str, Lifecycle]) -> None:
    assert [(key, r.key) for key, found in loaded.items() for r, uses in reading_uses(found) if not uses] == []


def test_what_the_text_leaves_open_is_listed(loaded: Mapping[str, Lifecycle]) -> None:
    listed = {(key, s.kind, s.clause) for key, found in loaded.items() for s in silences(found, loaded)}
    assert ("zj-integrity-objection", "lapse", "第二十八条") in listed
    assert ("zj-integrity-blacklist", "act", "第十六条") in listed


@pytest.mark.parametrize(("breaches", "items"), [(GENERAL_BREACHES, 8), (SERIOUS_BREACHES, 11)])
def test_every_item_of_breach_can_be_named(breaches: Mapping[str, str], items: int) -> None:
    assert len({label.split("）")[0] for label in breaches.values()}) == items


def test_nobody_on_the_list_is_kept_from_objecting_or_repair(loaded: Mapping[str, Lifecycle]) -> None:
    assert not set(VETO.lifecycles) & set(loaded)
    assert all(lifecycle.is_application is False for lifecycle in loaded.values())
