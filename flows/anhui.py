"""Anhui 安徽省: one flow per lifecycle. Entrypoints in `prefect.yaml` name them in module form."""

from tasks.lifecycle import lifecycle_flow

nsf_application = lifecycle_flow("ah-nsf-application", __name__)
nsf_objection = lifecycle_flow("ah-nsf-objection", __name__)
nsf_change = lifecycle_flow("ah-nsf-change", __name__)
nsf_progress = lifecycle_flow("ah-nsf-progress", __name__)
nsf_conclusion = lifecycle_flow("ah-nsf-conclusion", __name__)
nsf_host = lifecycle_flow("ah-nsf-host", __name__)
nsf_expert = lifecycle_flow("ah-nsf-expert", __name__)
nsf_report = lifecycle_flow("ah-nsf-report", __name__)
