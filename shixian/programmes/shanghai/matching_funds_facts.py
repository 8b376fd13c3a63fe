"""沪科合〔2020〕15号: the facts of a matching case, in the order in which the regulation asks for them."""

from __future__ import annotations

from shixian.programmes.shanghai.matching_funds_duties import INFORMATION_KINDS
from shixian.rules.facts import (
    FactSet,
    choice_fact,
    date_fact,
    money_fact,
    period_fact,
    text_fact,
    texts_fact,
    unit_code_fact,
    yes_no_fact,
)

FACTS = FactSet(
    (
        # 第三条、第八条: the application
        text_fact("unit_name", "承担单位名称", clause="第三条", intake=True),
        unit_code_fact("unit_code", "统一社会信用代码", clause="第三条", intake=True),
        text_fact("project_name", "项目（课题）名称", clause="第三条", intake=True),
        choice_fact(
            "role",
            "申请单位类别",
            clause="第三条",
            choices={"lead": "牵头单位", "participant": "参与单位"},
            intake=True,
        ),
        date_fact("national_approval", "国家立项批复日期", clause="第八条", required=True, intake=True),
        money_fact("matching_budget", "编制的地方配套资金预算", clause="第七条", intake=True),
        yes_no_fact("review_appealed", "对预算评审提出过申诉", clause="第八条第五项", intake=True),
        yes_no_fact("unit_in_shanghai", "承担国家科技重大专项任务的在沪单位", clause="第三条", intake=True),
        yes_no_fact("contract_signed", "已与国家实施管理办公室签订任务合同书", clause="第三条第一项（一）"),
        yes_no_fact("contract_states_task", "任务合同书内容齐备", clause="第三条第一项（二）"),
        yes_no_fact("budgets_stated", "任务合同书和预算书明确中央和地方预算", clause="第三条第一项（二）"),
        yes_no_fact("participant_named", "牵头单位任务合同书明确参与单位及其任务和预算", clause="第三条第二项（一）"),
        yes_no_fact("independent_budget", "参与单位任务有独立预算", clause="第三条第二项（二）"),
        yes_no_fact("materials_sealed", "材料盖章并与原件核对", clause="第八条", answered_by="responsible_dept"),
        period_fact("correction_period", "补正期限", clause="第九条第一款", answered_by="responsible_dept"),
        # 第四条、第五条、第九条至第十一条: the budget
        money_fact("assessed_budget", "评估的地方配套资金预算", clause="第九条第二款", answered_by="assessor"),
        money_fact("revised_budget", "修改后的地方配套资金预算", clause="第九条第三款"),
        money_fact(
            "central_budget_in_shanghai", "实际留沪中央财政资金预算额度", clause="第四条", answered_by="review_group"
        ),
        choice_fact(
            "payment_mode",
            "支持方式",
            clause="第四条",
            choices={"before": "前补助", "after": "后补助"},
            help="后补助另按国家和本市有关规定执行（第十七条）",
        ),
        money_fact("approved_budget", "批复的地方配套资金预算", clause="第十一条", answered_by="review_group"),
        money_fact("indirect_cost", "核定的间接费用", clause="第五条", answered_by="review_group"),
        # 第十二条、第二十五条、第二十六条: what is recorded as it comes
        date_fact("receipt_date", "到款凭证日期", clause="第十二条第一款"),
        money_fact("receipt_amount", "中央财政资金到款金额", clause="第十二条第一款"),
        choice_fact(
            "information_kind",
            "信息类别",
            clause="第二十五条",
            choices=INFORMATION_KINDS,
            answered_by="responsible_dept",
        ),
        date_fact("information_due", "规定的报送日期", clause="第二十五条", answered_by="responsible_dept"),
        texts_fact(
            "credit_subject",
            "信用信息所涉单位、负责人、机构或专家",
            clause="第二十六条",
            answered_by="responsible_dept",
        ),
        text_fact("credit_information", "信用信息", clause="第二十六条", answered_by="responsible_dept"),
        # 第十四条、第十五条: audit and balance
        date_fact("conclusion_issued", "国家综合绩效评价结论下达日期", clause="第十五条第二款"),
        date_fact("conclusion_received", "收到国家综合绩效评价结论日期", clause="第十四条第一款"),
        period_fact("rectification_period", "整改期限", clause="第十四条第二款", answered_by="responsible_dept"),
        money_fact(
            "central_paid_in_shanghai",
            "实际国家拨付经费（留沪中央财政资金）",
            clause="第五条",
            answered_by="responsible_dept",
        ),
        money_fact("labour_spent", "劳务费支出", clause="第五条", answered_by="responsible_dept"),
        money_fact("indirect_spent", "间接费用支出", clause="第五条", answered_by="responsible_dept"),
        money_fact("balance_to_return", "应上交的结余资金", clause="第十五条第一款", answered_by="responsible_dept"),
        money_fact("balance_retained", "留用的结余资金", clause="第十五条第二款", answered_by="responsible_dept"),
        money_fact("retained_spent", "留用结余累计已使用", clause="第十五条第二款", answered_by="undertaker"),
        yes_no_fact(
            "direct_research_spending", "用于科研活动的直接支出", clause="第十五条第二款", answered_by="undertaker"
        ),
        yes_no_fact(
            "paid_to_salaried", "用于有工资性收入人员的劳务费", clause="第十五条第二款", answered_by="undertaker"
        ),
    )
)
