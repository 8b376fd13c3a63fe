"""Shanghai 上海市: one flow per lifecycle. Entrypoints in `prefect.yaml` name them in module form."""

from tasks.lifecycle import lifecycle_flow

matching_funds = lifecycle_flow("sh-matching-funds", __name__)
matching_funds_drawdown = lifecycle_flow("sh-matching-funds-drawdown", __name__)
matching_funds_adjustment = lifecycle_flow("sh-matching-funds-adjustment", __name__)
matching_funds_inspection = lifecycle_flow("sh-matching-funds-inspection", __name__)
matching_funds_information = lifecycle_flow("sh-matching-funds-information", __name__)
matching_funds_forecast = lifecycle_flow("sh-matching-funds-forecast", __name__)
award = lifecycle_flow("sh-award", __name__)
award_objection = lifecycle_flow("sh-award-objection", __name__)
award_complaint = lifecycle_flow("sh-award-complaint", __name__)
incubator_recognition = lifecycle_flow("sh-incubator-recognition", __name__)
incubator_objection = lifecycle_flow("sh-incubator-objection", __name__)
incubator_change = lifecycle_flow("sh-incubator-change", __name__)
incubator_annual_review = lifecycle_flow("sh-incubator-annual-review", __name__)
incubator_tenant = lifecycle_flow("sh-incubator-tenant", __name__)
incubator_graduate = lifecycle_flow("sh-incubator-graduate", __name__)
credit = lifecycle_flow("sh-credit", __name__)
credit_objection = lifecycle_flow("sh-credit-objection", __name__)
credit_repair = lifecycle_flow("sh-credit-repair", __name__)
