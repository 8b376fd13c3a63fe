"""Jiangsu 江苏省: one flow per lifecycle. Entrypoints in `prefect.yaml` name them in module form."""

from tasks.lifecycle import lifecycle_flow

voucher_use = lifecycle_flow("js-voucher-use", __name__)
voucher_order = lifecycle_flow("js-voucher-order", __name__)
voucher_redemption = lifecycle_flow("js-voucher-redemption", __name__)
voucher_objection = lifecycle_flow("js-voucher-objection", __name__)
voucher_award = lifecycle_flow("js-voucher-award", __name__)
