"""Who plays in the demonstration: an officer, a head of section, a citizen."""

from __future__ import annotations

from shixian.casework.staff.people import Person, Role

OFFICER = Person("demo-officer", "经办人（演示）", frozenset({Role.OFFICER}), section="项目管理科")
HEAD = Person("demo-head", "审批人（演示）", frozenset({Role.OFFICER, Role.SECTION_HEAD}), section="项目管理科")
CITIZEN = Person("demo-public", "公众（演示）", frozenset({Role.PUBLIC}))
