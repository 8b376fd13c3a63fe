"""浙江省科研诚信信息管理办法（试行）, 浙科发监〔2020〕28号: its four lifecycles, in the order of the text."""

from __future__ import annotations

from shixian.programmes.zhejiang.integrity_blacklist import BLACKLIST_LIFECYCLE
from shixian.programmes.zhejiang.integrity_collection import COLLECTION_LIFECYCLE
from shixian.programmes.zhejiang.integrity_objection import OBJECTION_LIFECYCLE
from shixian.programmes.zhejiang.integrity_repair import REPAIR_LIFECYCLE
from shixian.programmes.zhejiang.integrity_terms import REGULATION

__all__ = ["LIFECYCLES", "REGULATION"]

LIFECYCLES = (COLLECTION_LIFECYCLE, BLACKLIST_LIFECYCLE, OBJECTION_LIFECYCLE, REPAIR_LIFECYCLE)
