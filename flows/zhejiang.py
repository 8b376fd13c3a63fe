"""Zhejiang 浙江省: one flow per lifecycle. Entrypoints in `prefect.yaml` name them in module form."""

from tasks.lifecycle import lifecycle_flow

complex_annual = lifecycle_flow("zj-complex-annual", __name__)
erc_evaluation = lifecycle_flow("zj-erc-evaluation", __name__)
erc_revocation = lifecycle_flow("zj-erc-revocation", __name__)
