"""Zhejiang 浙江省: one flow per lifecycle. Entrypoints in `prefect.yaml` name them in module form."""

from tasks.lifecycle import lifecycle_flow

complex_annual = lifecycle_flow("zj-complex-annual", __name__)
erc_evaluation = lifecycle_flow("zj-erc-evaluation", __name__)
erc_revocation = lifecycle_flow("zj-erc-revocation", __name__)
integrity_collection = lifecycle_flow("zj-integrity-collection", __name__)
integrity_blacklist = lifecycle_flow("zj-integrity-blacklist", __name__)
integrity_objection = lifecycle_flow("zj-integrity-objection", __name__)
integrity_repair = lifecycle_flow("zj-integrity-repair", __name__)
