"""The desk in English: whole labels, by their Chinese. Clauses and texts of law stay as they are, and so does what
people wrote. A part of the desk may bring more with `words.add_words`.

`tests/desk/test_english.py` walks every template: a label without English, here or there, fails it.
"""

from __future__ import annotations

from collections.abc import Mapping

LABELS: Mapping[str, str] = {
    "本账号无查阅案件的权限：只列谁、何时、哪件、哪条，不列内容。需要内容的请审计人员查阅。":
        "This account may not read cases: it sees who, when, which case and which clause, not the content. "
        "Ask an auditor for that.",
    "正在进行": "Under way", "没有完成": "Not finished", "本次结果": "This result",
    "在 Prefect 界面查看运行图": "See the run's graph in Prefect", "刷新": "Refresh", "未放行": "Not released",
    "停付": "Payment stopped", "谁能处理": "Who can resolve it",
    "认为有误的，通过勘误或新案处理": "If it is wrong, it is put right by an erratum or a new case",
    "现在没有您可以办理的行为。": "There is nothing for you to do here now.", "现在": "Now", "申报单位（人）": "Applicant",
    "没有正在计算的期限": "No deadline is running", "立案": "Open a case", "上级案件": "Parent case",
    "申报单位查询进度的查询码": "Code for the applicant to follow the case",
    "显示会被记录；只告知申报单位（人）本人。": "Showing it is recorded; give it to the applicant alone.", "到某日终了": "At the end of a day",
    "仅看此刻以前的记录": "Only what was recorded by then", "查看": "View", "回到现在": "Back to now",
    "所示为过去的状态": "This is a past state", "过去的状态下不能办理。": "Nothing can be done in a past state.",
    "本案已搁置": "This case was set aside", "打印": "Print", "上限": "Ceiling", "期次": "Instalment", "方向": "Direction",
    "收款或退款方": "Payee or debtor", "应付（应收）": "Owed", "已结": "Settled", "未结": "Outstanding", "到期": "Due",
    "条文未规定支付期限": "The text sets no day for payment", "记载": "Recorded value", "来源": "Origin", "更正": "Correct",
    "查看封存的身份信息（须写明理由，查看会被记录）": "View the sealed identity (a reason is needed; the look is recorded)", "文件": "File",
    "收到": "Received", "封存，只向承办人开启，须写明理由": "Sealed: opened for the handler alone, with a reason",
    "打印公示": "Print the notice", "是": "Yes", "否": "No", "元": "yuan", "万元": "10,000 yuan", "亿元": "100 million yuan",
    "含有": "Contains", "次序": "Order", "新的在前": "Newest first", "旧的在前": "Oldest first", "显示全部": "Show all", "打开": "Open",
    "记录于": "Recorded", "比较与处理办法": "What was compared, and what to do",
    "所填内容有误，尚未提交": "Something in the form is wrong; nothing was submitted", "须提供": "To be brought",
    "条款要求": "What the clause asks", "本行为作出决定": "This act decides", "查明或更正哪一项": "Which fact to establish or correct",
    "谁，何时": "Who, and when", "由谁作出": "Done by", "请选择": "Please choose", "办理日": "Day of the act", "时刻": "Time",
    "期限按办理日计算；书面材料以收到之日为准。": "Deadlines run from the day of the act; papers count from the day they were received.",
    "填写": "Fill in", "提交": "Submit", "已记录": "Recorded", "我的申报": "My cases", "自（法定日）": "From (legal day)", "至": "To",
    "回到最新": "Back to the latest", "更早的": "Earlier", "没有符合条件的记录。": "Nothing recorded matches.", "每日锚": "Daily anchors",
    "每日对全部事件作一摘要。请与保存在他处（打印件、其他单位）的摘要比对：不同即有人改动过记录。":
        "Every day one digest of all events is made. Compare it with the copies kept elsewhere (on paper, at "
        "another office): a difference means that somebody changed the record.",
    "日": "Day", "事件": "Events", "摘要": "Digest", "还没有锚。每日的周期运行会作一个。": "No anchor yet. The daily cycle run makes one.",
    "裁量与更正登记": "Register of discretion and corrections", "月份（如 2021-06）": "Month (such as 2021-06)",
    "附理由的行为、准予逾期、勘误、限制终期的改动、查看或销毁身份，以及资金的人工认定、流水处理、撤销和结账。":
        "Acts with a reason, late acts allowed, errata, changed ends of bars, identities viewed or erased; "
        "in money: findings by hand, statement lines resolved, cancellations and closings.",
    "共": "In all", "项": "items", "本月没有。": "None this month.",
    "日志（如 batch:、appropriation:、payee:、statement:）": "Journal (such as batch:, appropriation:, payee:, statement:)",
    "查看人": "Who looked", "对象（案号、收款人）": "At what (case, payee)", "对象": "At what", "地址": "Address",
    "读法登记": "Register of readings",
    "条文没有写明而由人选定的读法，逐条列出；任何据此作出的金额和期限都会标明。":
        "Every choice made where the text is silent. An amount or deadline that rests on one says so.",
    "无查阅案件的权限": "May not read cases", "据此作出金额的决定": "Decisions whose amount rests on it",
    "（仅列前200）": "(the first 200)", "没有决定的金额据此作出。": "No decided amount rests on it.", "问题": "Question", "选定": "Chosen",
    "另一读法": "The other reading", "存储": "As stored",
    "用决定所存的输入和该案所据编码的公式重新计算，与存储的金额、步骤逐项比对；输入再与当时案卷所载的事实比对。公式在该编码之后改过的不以现行公式代替，单独列出。只读。":
        "Computes again from the stored inputs with the formula of the case's own encoding, and compares "
        "amount and steps; the inputs are compared with the facts on file then. Where the formula has "
        "changed since, today's is not used instead: those are listed apart. Changes nothing.",
    "重算一件": "Recompute one", "重算全部": "Recompute all", "决定的年度（不填为全部）": "Year of the decision (all when left out)",
    "正在重算": "Recomputing", "不符": "Different", "不能在此重算": "Cannot be recomputed here", "结果": "Result",
    "成功": "Succeeded", "失败": "Failed", "还没有登录。": "Nobody has signed in yet.",
    "处理办法：停止办理，保全数据库，从备份比对。": "What to do: stop work, preserve the database, compare with a backup.",
    "逐件重算事件链的哈希，由事件重演案件状态，与期限、决定、义务、总账、批次、日志和锚逐项比对。只读。":
        "Recomputes each case's chain of hashes, replays its state from the events, and compares deadlines, "
        "decisions, obligations, ledger, batches, journals and anchors. Changes nothing.",
    "核验一件": "Verify one", "核验全部": "Verify all",
    "在后台进行，结果留在本页。": "Runs in the background; the result stays on this page.", "正在核验，由": "Being verified, started by",
    "启动；结束后可再启动。": "; it can be started again when it has ended.",
    "只核验本案的事件链与各记录行；总账、日志和锚在“核验全部”中核验。":
        "Only this case's chain and rows; ledger, journals and anchors are verified with everything.",
    "正在核验": "Verifying", "跳到正文": "Skip to the content", "主导航": "Main navigation", "演练数据": "Practice data",
    "本页的今天是": "today on this page is",
    "期限、金额与拒绝均注明条款；点开可见计算过程。": "Every deadline, amount and refusal names its clause; open it to see the working.",
    "一并办理": "Act on several", "所选案件": "Chosen cases", "程序": "Lifecycle",
    "在待办清单中勾选案件，或在下面填写案号（每行一个）。": "Tick cases on a list, or write their numbers below, one a line.",
    "一并办理的结果": "What was done", "填写（对每件相同）": "Fill in (the same for each)",
    "材料（对每件相同）": "Documents (the same for each)", "试办结果（尚未记录）": "What would happen (nothing recorded yet)",
    "办理": "Do", "重新试办": "Try again", "试办（不记录）": "Try (nothing is recorded)",
    "年的放假通知尚未载入：跨入该年的期限均为暂定，载入后重新计算。12月1日仍未载入即为警报。":
        ": the holiday notice of this year is not loaded. Deadlines that reach into it are provisional and "
        "will be computed again. Still missing on 1 December, it is an alarm.",
    "状态": "Status", "依据": "Source", "已载入": "Loaded", "未载入，暂定": "Not loaded, provisional", "公布": "Announced",
    "调整此前的安排": "Changes an earlier arrangement",
    "暂按固定日期的法定节日和平常周推定": "For now: the holidays of fixed date and ordinary weeks", "日历版本": "Calendar version",
    "新的年度文件放入 SHIXIAN_CALENDAR_DIR 所指文件夹后重新启动。":
        "Put the new year's file into the folder of SHIXIAN_CALENDAR_DIR and restart.",
    "年度写 0：未另行规定的各年度。设定后，未结案件的期限随即重新计算。":
        "Year 0: every year without its own value. Setting one computes the deadlines of open cases again at "
        "once.",
    "已设定；重新计算期限的案件": "Set; cases whose deadlines were computed again", "件": "cases", "各年度": "Every year",
    "尚未设定": "Not set", "依它计算的期限待查明。": "Deadlines that depend on it are not known yet.", "历次设定": "Every setting",
    "依据的通知": "By which notice", "设定": "Set", "由审批设定。": "Set by a section head.",
    "条文没有留给年度通知规定的事项。": "The text leaves nothing to a yearly call.", "刚才记录": "Just recorded", "末日": "Last day",
    "效果": "Effect", "尚不能计算": "Cannot be computed yet",
    "申报单位（人）凭案号和查询码在“办事进度”页查询本案，不需要账号。只告知申报单位（人）本人；本次显示已记录。":
        "With the case number and this code the applicant can follow the case under Progress, without an "
        "account. Give it to the applicant alone; that it was shown is recorded.",
    "封存的身份信息": "Sealed identity", "处理办法": "What to do", "本次查看已记入案件记录。": "This look stands in the case's record.",
    "仅向承办人显示；每次查看连同理由记入案件记录，不能删除。":
        "Shown to the handler alone; each look with its reason stands in the case's record for ever.",
    "查看的理由": "Reason for looking", "查看并记录": "Look, and record it",
    "程序以专门的账号和令牌使用接口，权限就是该账号的角色和范围。令牌等同密码：只显示一次，本系统只存其摘要。":
        "Programs use the interface with an account of their own and a token; they may do what the account's "
        "roles and scope allow. A token is a password: it is shown once, and only its digest is kept.",
    "客户端已停用，其令牌不再有效。": "The client was closed; its token no longer works.",
    "请现在抄存。离开本页后无法再次显示；遗失的，停用后另发。":
        "Copy it now. It cannot be shown again; if it is lost, close the client and issue another.",
    "无角色": "No role",
    "只列没有密码的账号：人员的账号不能交给程序。": "Only accounts without a password: a person's account is not for programs.",
    "没有可用的账号：人员的账号（设有密码）不能交给程序。": "No account can be used: a person's account (with a password) is not for programs.",
    "新增账号": "Add an account", "，不设密码，再回到本页。": ", without a password, and come back.", "由": "By", "使用中": "In use",
    "账号已停用": "Account closed", "已停用": "Closed", "还没有。": "None yet.", "在此终结": "Closed here", "效力": "Effect",
    "最近一件": "Latest", "没有期限届满。": "No deadline has lapsed.", "今后60个工作日到期": "Due in the next 60 working days",
    "个工作日内": "working days ahead", "各专项合计": "All programmes", "无人": "Nobody", "逐项列出": "One by one", "前": "the first",
    "最后一日": "Last day", "暂定": "Provisional", "全部年度": "Every cycle",
    "重复运行不会重复处理；漏跑的日子一并补上，每项后果按其法定日期记载。":
        "Running twice changes nothing; missed days are caught up, each effect dated by its legal day.",
    "周期运行由运维启动。": "Cycle runs are started by an operator.", "开始": "Start", "结束": "End", "处理": "Handled",
    "搁置": "Set aside", "未完成": "Unfinished", "还没有运行过。": "Has not run yet.", "范围内还没有案件。": "No cases in your scope yet.",
    "待处理流水": "Statement lines to resolve", "未追回": "Not recovered",
    "编制批次由财务经办办理；本账号可以查看全部金额及其构成。":
        "Batches are made by the finance maker; this account may see every amount and how it is found.",
    "笔": "payments", "没有待付而未列入批次的款项": "Nothing that is due is outside a batch", "还没有批次": "No batch yet",
    "已占用": "Taken", "没有拨款，不能编制批次": "No appropriation, so no batch",
    "还没有应付的款项。决定作出后，所生的款项在此列出。": "Nothing is owed yet. What a decision owes is listed here.", "户名": "Account holder",
    "开户行": "Bank", "录入": "Entered", "核实": "Verified", "已被后来的账户取代": "Replaced by a later account",
    "对照开户许可证": "Check against the bank's certificate", "仅列前500个，请用收款人筛选。": "The first 500; filter by payee.",
    "没有符合条件的账户。": "No account matches.", "录入账户": "Enter an account", "收款人（与决定所写一致）": "Payee (as in the decision)",
    "户名（不填则同收款人）": "Account holder (the payee when left out)", "联行号（12位）": "Bank code (12 digits)",
    "录入后账号只显示末四位；原有账户自此不再用于付款。":
        "Only the last four digits are shown afterwards; the earlier account is no longer paid to.",
    "账户已录入，由另一人核实后方可付款。": "Entered. Another person has to verify it before anything is paid to it.",
    "账户已核实。": "Verified.", "批次占用": "Taken by batches", "批次可用": "Free for batches", "已决定待付": "Decided, not paid",
    "已结账": "Closed", "可用": "Free", "还没有拨款。": "No appropriation yet.", "登记拨款": "Record an appropriation",
    "金额（写单位，如 500万元）": "Amount with its unit (such as 500万元)", "依据（预算批复文号）": "Source (number of the budget approval)",
    "年终结账": "Close the year", "预算科目": "Budget line", "余额的处理": "What becomes of the balance",
    "依据（批复文号）": "Source (number of the approval)", "结账": "Close", "拨款已登记。": "Recorded.",
    "年终结账已完成。": "The year is closed.", "改编": "Revise", "已改编为": "Revised into", "账户指纹和": "Checksum of accounts",
    "经手人": "Hands", "还须": "Still needed:", "人（本批次金额须": "more (this amount needs", "人）": "in all)",
    "不相容职务分离：编制、修改、复核、放行须为不同的人。":
        "Separation of duties: who makes, changes, checks and releases are different people.",
    "复核的是上列内容哈希；其后任何改动都使复核作废。": "What is approved is the content hash above; any later change voids it.",
    "放行时逐笔再核一遍；未通过的暂缓，其余付款。中断后再按一次即继续，不会重付。":
        "Each payment is checked again at release; those that fail are held, the others are paid. After an "
        "interruption press again: it goes on and pays nothing twice.",
    "只查询，不发送。": "Only asks, sends nothing.",
    "修改：在下表勾选要去掉的笔，改编为新批次。": "To change it: tick what to leave out below and revise it into a new batch.",
    "撤销批次": "Cancel the batch", "进度": "Progress", "各笔": "Payments", "去掉": "Leave out", "去掉第": "Leave out no.",
    "条文未定": "Not set by the text", "待人工": "Waits for a person", "已冻结": "Frozen", "已释放": "Let go",
    "改编为新批次": "Revise into a new batch", "修改人此后不得复核、放行本批次。": "Who changes it may no longer approve or release it.",
    "何时": "When", "没有不列入的。": "Nothing was left out.", "批次已编制并冻结。": "Made and frozen.", "复核已记录。": "Approved.",
    "已改编为本批次，原批次撤销，原有复核作废。": "Revised into this batch; the earlier one is cancelled and its approvals void.",
    "批次已撤销，占用的拨款已释放。": "Cancelled; the appropriation it took is free again.", "已放行，付款进行中。": "Released; being paid.",
    "已开始查询。": "Asking.", "编制时": "When made", "放行时": "When released", "没有符合条件的批次。": "No batch matches.",
    "认定已记录。": "The finding is recorded.",
    "结果不明的付款不会自动重付；先在批次页查询，仍无答复的凭银行凭证由人认定。编制人、修改人、放行人不得认定。":
        "A payment of unknown outcome is never sent again by itself. Ask on the batch's page first; without "
        "an answer a person finds on the bank's paper, who has not made, changed or released the batch.",
    "次": "times", "支付编号": "Payment id", "凭银行凭证认定": "Find on the bank's paper",
    "银行凭证（回单号或答复文号）": "The bank's paper (number of the receipt or reply)", "认定": "Find",
    "没有结果不明或待人工处理的付款。": "No payment is unknown or waits for a person.", "自": "From",
    "至（余额日）": "To (day of the balance)", "终了的余额": "Balance at its end",
    "借方为正、贷方为负；每一行合计为零。": "Debit positive, credit negative; every line sums to zero.",
    "该日以前没有记账。": "Nothing was entered by that day.", "记账": "Entries", "科目": "Account", "借": "Debit", "贷": "Credit",
    "记录": "Record", "没有符合条件的记账。": "No entry matches.", "试算": "Try",
    "该专项没有本年度的拨款": "This programme has no appropriation for the year", "先登记拨款": "Record an appropriation first",
    "将列入": "Would be in it",
    "仅列前200笔；批次编制后可逐页查看全部。": "The first 200; all of them can be paged through once the batch is made.",
    "编制后即冻结；任何改动都成为新批次，原有复核作废。": "Once made it is frozen; any change is a new batch, and approvals are void.",
    "正在取对账单": "Fetching the statement", "对账日": "Day of the statement",
    "向国库取对账单": "Fetch the statement from the treasury", "取对账单": "Fetch", "读入对账单文件": "Read a statement file",
    "读入": "Read", "没有读过这一日的对账单。": "No statement of this day was read.", "流水": "Statement line", "对方": "Other side",
    "本库已付而对账单未见": "Paid here, absent from the statement",
    "状态不变：不因对账单没有而推断未付。": "Their state does not change: absence does not mean unpaid.", "待处理的流水": "Lines to resolve",
    "来款属于追回的，先在": "Money that came back is first recorded under", "中登记到账，再在此写明。": ", and then explained here.",
    "是什么、如何处理": "What it is, and what was done", "记录处理": "Record", "没有待处理的流水。": "No line waits.",
    "已开始取对账单；结果见下。": "Fetching; the result is below.", "处理结果已记录。": "Recorded.", "付出": "Out", "来款": "In",
    "到账已登记。": "The receipt is recorded.",
    "应付与应收分别列示，不得相抵。": "What is owed and what is due back stand apart and are never netted.", "应追回": "To recover",
    "已到账": "Received", "尚欠": "Still owed", "回单": "Receipt", "登记到账": "Record a receipt",
    "金额（写单位，如 10万元）": "Amount with its unit (such as 10万元)", "到账日": "Day received", "银行流水号": "Bank reference",
    "没有应追回的款项。": "Nothing is to be recovered.", "今日": "Today", "去办理": "Go to work", "公开": "Open to all",
    "依条款运行公共科技计划：每个期限、公示期、金额都注明条款，并附计算过程。":
        "Public science programmes run by their clauses: every deadline, notice period and amount names its "
        "clause and shows its working.",
    "正在公示的事项和剩余时间": "What is published now, and the time left", "凭案号和查询码查询": "With the case number and code",
    "在公示期内，从公示页提出": "Within its period, from the notice's page",
    "条款、环节、公式和读法": "Clauses, stages, formulas and readings", "账号变更": "Changes to accounts", "事项": "What",
    "目前没有由本单位遵守的期限。": "No deadline binds your unit now.", "请贵单位说明": "You are asked", "新的申报": "Apply",
    "本单位还没有案件。案件按统一社会信用代码归属；有误的，请经办人核对。":
        "Your unit has no cases yet. Cases belong to a unit by its 统一社会信用代码; if something is missing, ask "
        "the officer.",
    "分页": "Pages", "公示中": "Open", "发布": "Published", "截止": "Closes", "还有": "Left",
    "今日24:00截止": "Closes today at 24:00", "案件已于": "The case was closed on", "终结，公示随之结束。": ", and the notice with it.",
    "公示期已于": "The period ended on", "届满。": ": it is over.",
    "在公示期内（最后一日24:00前）向": "Within the period (by 24:00 on its last day), to", "提出": ", file it",
    "须写明": "To be stated",
    "真实姓名或单位全称、证件号码、联系方式（加密保存，只向承办人显示，每次查看留有记录）":
        "Real name or full name of the unit, number of identification, contact (encrypted; shown to the "
        "handler alone; each look is recorded)",
    "逾期不予受理；逾期发现问题的，可依法通过监督举报途径反映。":
        "Too late it is not accepted; later findings may be reported to the supervising office.",
    "条文没有为这一公示设异议程序。": "The text gives no objection to this notice.",
    "中断触及的日不计入公示期，截止日已相应顺延。": "Days touched by an outage do not count; the last day has moved accordingly.",
    "每日保存所公示的内容及其哈希值（SHA-256），证明公众在该日能够查阅。没有留存的日也列在这里。":
        "What was shown is kept daily with its hash (SHA-256), to prove that the public could read it. Days "
        "without a copy are listed too.",
    "留存": "Kept", "已留存": "Kept", "内容较前一日有变动": "Differs from the day before", "公示中断，不计入公示期": "Outage: does not count",
    "没有留存": "Not kept", "未到": "Not yet", "同期公示": "Published together", "全部公示": "All notices", "已期满": "Ended",
    "一件有异议，不影响其他各件。打开一件，可见不公示的内容、公示留存和提出异议的办法。":
        "An objection to one does not hold up the others. Open one to see what is withheld, what was kept, "
        "and how to object.",
    "没有已发布的公示。": "Nothing is published.",
    "公示只列条文要求公示的事项；公示期自实际发布起算，至最后一日24:00届满。":
        "Only what the text asks for is published; the period runs from actual publication to 24:00 on its "
        "last day.",
    "今日截止": "Closes today", "目前没有正在公示的事项。": "Nothing is open now.", "期满": "End of term", "没有已期满的公示。": "None has ended.",
    "较近的": "More recent", "不予受理": "Not accepted",
    "本次提交及不予受理的理由已记录在案。": "What you submitted and why it was not accepted are on record.",
    "尚未提交。更正后请重新选择材料文件。": "Not submitted. After correcting it choose the files again.",
    "截止，以提交时刻为准。": "is the end; the moment of submitting counts.", "公示期为": "The period is",
    "现在提交将不予受理，并记录在案。": "Submitted now it is refused, and recorded.",
    "以下各项加密保存，只向承办人显示，每次查看留有记录。":
        "The following is encrypted, shown to the handler alone, and each look is recorded.",
    "个人或单位": "Person or unit", "个人": "Person", "单位": "Unit", "真实姓名或单位全称": "Real name, or full name of the unit",
    "居民身份证号码或统一社会信用代码": "Identity card number or 统一社会信用代码", "联系电话或电子邮箱": "Telephone or e-mail", "异议内容": "Objection",
    "10 至 2000 字。请勿在此写明自己的身份信息。": "10 to 2,000 characters. Do not write who you are here.", "每份至多": "Each at most",
    "至多六份；材料连同文件名一并加密保存。": "At most six; encrypted together with their names.",
    "上面所写的事实和理由即作为书面异议，也可另附签名或盖章的书面异议。":
        "What is written above is the written objection; a signed or sealed one may be added.",
    "封存的异议材料": "Sealed papers of an objection",
    "材料可能表明异议人的身份，只向承办人开启；本次查看将记录在案。":
        "They may say who objects, and are opened for the handler alone; this look is recorded.",
    "查看理由": "Reason for looking", "开启并下载": "Open and download", "异议回执": "Receipt of an objection",
    "异议已收到": "The objection was received", "所异议的公示": "The notice objected to",
    "请抄录或打印本页。凭案号和查询码，可在": "Copy or print this page. With the number and code you can follow it under",
    "查询办理情况。": ": how it is handled.",
    "您的身份信息已加密保存，只向承办人显示，每次查看留有记录。":
        "Who you are is encrypted, shown to the handler alone, and each look is recorded.",
    "立案条件": "Conditions for opening", "立案日": "Day of opening",
    "公示期已经届满的不能顺延，逐件列出，由经办机关另行决定。":
        "Periods already over cannot be extended; they are listed for the office to decide.",
    "已登记": "Recorded", "第": "No.", "次中断": "(outage)",
    "写明原因和依据。登记后，这段时间触及的每一日都不计入当时的公示期，末日随之顺延，不能撤销。":
        "State why and on what ground. Every day touched no longer counts for the notices then open, their "
        "last days move, and this cannot be undone.",
    "顺延公示期影响异议权和拨付，由审批人登记": "An extension touches objections and payments, so a section head records it",
    "末日不变：所失的日本不计入，或遇休息日顺延后仍为同一日": "The last day stays: no day that counts was lost, or it rolls to the same day",
    "当时没有公示期触及这些日。": "No notice was open on these days.", "范围": "Scope",
    "这是本人的账号：不能改动自己的账号，由另一名安全管理员办理。": "This is your own account: another security administrator has to change it.",
    "系统管理员、安全管理员、审计管理员三员分立，也不兼任业务角色。":
        "System, security and audit administrators are three people, and none has another role.",
    "申报单位的统一社会信用代码": "The applicant's 统一社会信用代码", "地区（不选为全部）": "Provinces (all when none is chosen)",
    "专项（不选为全部）": "Programmes (all when none is chosen)", "通知地址": "Address for messages",
    "统一身份标识（OpenID Connect）": "Subject at the identity provider (OpenID Connect)", "保存": "Save",
    "重设密码": "Reset the password", "已保存。": "Saved.",
    "账号已停用，其会话不再有效。": "The account is closed; its sessions have ended.", "账号已启用。": "The account is open again.",
    "密码已重设，其会话已结束。": "The password is reset; its sessions have ended.",
    "用浏览器的打印功能打印本页（A4）": "Print this page with the browser (A4)", "决定日": "Day of the decision",
    "由此产生的义务": "Obligations that follow", "编码": "Encoding", "当前环节": "Present stage", "目前没有。": "None now.",
    "目前没有约束您的期限。": "No deadline binds you now.", "尚无决定。": "No decision yet.",
    "查询码在回执上，形如 ABCD-EFGH-JKLM；没有回执的，请向经办人索取。":
        "The code is on the receipt, like ABCD-EFGH-JKLM; without one, ask the officer.",
    "文号": "Number", "制定机关": "Issued by", "施行期间": "In force", "今日不在施行期间": "Not in force today", "替代": "Replaced",
    "条款索引": "Index of clauses", "对应": "What it becomes", "案例": "Scenarios", "年度通知规定的事项": "Left to the yearly call",
    "定为": "set to", "条文留白": "Where the text is silent",
    "这是援引的其他规定；下面是援引它的地方。": "Another regulation that is cited; below is where.",
    "以本条为依据的": "What rests on this clause", "名称": "Name", "所在": "Where", "公式": "Formula",
    "尚无年度通知设定。": "No call has set it yet.", "裁量": "Discretion", "依本条决定的案件": "Cases decided under this clause",
    "日期": "Date", "尚无。": "None yet.", "检验本条的案例": "Scenarios that test this clause",
    "没有案例检验本条。": "No scenario tests this clause.",
    "每条规定可查到它对应的环节、期限、公式、参数、读法和案例。":
        "For each regulation: its stages, deadlines, formulas, parameters, readings and scenarios.",
    "规定": "Regulation", "施行": "In force", "办理范围": "Scope",
    "至少10个字符。修改后其他会话全部结束。": "At least 10 characters. Changing it ends your other sessions.", "最近使用": "Last used",
    "结束其他会话": "End other sessions",
    "代办期间，代办人看到不在岗人员的案件，以自己的名义和角色办理；不借用账号。":
        "While standing in, a deputy sees the absent person's cases and acts in his own name and role; no "
        "account is lent.",
    "不在岗人员": "Absent", "已提前结束": "Ended early", "代办中": "Standing in", "未开始": "Not begun", "登记代办": "Record",
    "密码已修改，其他会话已结束。": "Changed; your other sessions have ended.", "其他会话已结束。": "Your other sessions have ended.",
    "代办已登记。": "Recorded.", "代办已结束。": "Ended.", "已登录": "Signed in", "继续": "Go on",
    "用统一身份登录": "Sign in through the identity provider", "版本": "Version", "数据库": "Database", "正常": "Up",
    "没有应答": "No answer", "案件照常办理；服务恢复后补上漏跑的日子。": "Cases go on; missed days are caught up when it is back.",
    "其案件列在“我的”之下，以本人名义办理。": "Their cases are among yours; act in your own name.", "件已改派": "cases reassigned",
    "已过": "Past", "以前": "or before", "其余": "Later", "选": "Choose", "有新情况": "News",
    "经办领取无人办理的案件、退回自己的案件；改派由审批办理。":
        "An officer takes cases that nobody has and gives back his own; a section head reassigns.",
    "没有符合筛选的案件。": "No case matches.", "法定时间最少的在前": "Least legal time first", "本人记录的行为": "What you recorded",
    "各专项各年度的进度和负荷": "Progress and load, by programme and year",
    "本单位的案件、期限和可办理的事项": "Your unit's cases, deadlines and what can be done",
    "可以由申报单位提出的事项": "What a unit may apply for", "批次、拨付和总账": "Batches, payments and ledger",
    "检索、核验和重算": "Search, verify and recompute", "由申报通知规定的事项": "What the yearly call sets",
    "账号、角色、地区和专项": "Accounts, roles, provinces and programmes", "版本、数据库和服务": "Version, database and services",
    "登录和账号变更": "Sign-ins and changes to accounts", "密码、会话和代办": "Password, sessions and deputies",
    "我的待办": "My open cases", "我的超期": "My overdue cases", "全部待办": "All open cases", "全部超期": "All overdue cases",
    "五个工作日内到期": "Due in five working days", "预算": "Budget", "拨款余额": "Appropriation left", "已付": "Paid",
    "退汇": "Returned", "结转": "Carried over", "待查明": "Facts to establish", "待决定": "To decide", "督办": "Supervision",
    "提示": "Reminder", "暂定期限": "Provisional deadlines", "未能引起的程序": "Lifecycles that could not be opened",
    "上海": "Shanghai", "江苏": "Jiangsu", "浙江": "Zhejiang", "安徽": "Anhui", "行为": "Acts",
    "异议与子案件": "Objections and child cases", "（必填）": "(required)", "（必交）": "(required)",
    "（视情形）": "(as the case may be)", "未知（不填）": "Unknown (left out)", "无": "None",
    "纸质原件已收，不上传": "The paper original was received; nothing to upload", "（裁量事项必须说明）": "(discretion needs a reason)",
    "（更正已记载的事实时必填）": "(required when a recorded fact is corrected)", "尚未记载事实": "No fact recorded yet",
    "尚未收到材料。": "No document received yet.", "本案没有期限。": "This case has no deadline.",
    "所选案件没有正在进行的环节。": "None of the chosen cases has an open stage.",
    "所填内容在试办之后改过，已重新试办。": "The form was changed after it was tried, so it was tried again.",
    "这一拒绝已记录。所填内容保留在下面，更正后可以再提交。":
        "This refusal is recorded. What you filled in is kept below; correct it and submit again.",
    "采用": "Chosen", "理由": "Reason", "比较": "Compared", "条件": "Conditions", "行为：": "Acts:",
    "没有对应的声明，请核对": "No declaration belongs to it: please check", "办理所选": "Do it to those chosen",
    "件可以办理": "can be done", "没有这些案件，或不在您的范围内": "No such cases, or not in your scope",
    "✓ 已办 · ● 办理中 · ○ 未到 · － 不适用或不再到达 · ✕！ 逾期或终结；实线为已走过的路径。点环节名看其记录，点条款看规定。":
        "✓ done · ● under way · ○ not reached · － does not apply or is no longer reached · ✕！ overdue or "
        "ended; solid lines are the way taken. A stage's name leads to its record, a clause to the regulation.",
    "（未记载）": "(not recorded)", "不予办理": "Refused", "至多": "at most", "请求有误": "Bad request", "需要登录": "Sign-in needed",
    "无权办理": "Not permitted", "没有这一页": "No such page", "不支持的方法": "Method not supported",
    "已被他人改动": "Changed by somebody else", "文件过大": "File too large", "过于频繁": "Too often", "系统出错": "System error",
    "暂不可用": "Not available now",
    "失权": "a right is lost", "计算中": "Running", "已履行": "Met", "已届满": "Run out",
    "暂定，待人处理": "Provisional: for a person", "随案终止": "Ended with the case", "（未写文件名）": "(no file name)",
    "可办理": "Who can do it", "终结": "Closed", "拒绝": "Refusals", "准予逾期": "Late acts allowed", "期限设定": "Deadlines set",
    "期限履行": "Deadlines met", "期限届满": "Deadlines run out", "期限终止": "Deadlines void", "义务": "Obligations",
    "环节开始": "Stages begun", "环节结束": "Stages finished", "环节跳过": "Stages skipped",
    "环节不再到达": "Stages no longer reached", "中止": "Suspended", "恢复": "Resumed", "子案件立案": "Child cases opened",
    "子案件办结": "Child cases ended", "转入下一周期": "Carried over", "列入清单": "Put on a list",
    "移出清单": "Taken off a list", "名额": "Slots", "额度": "Quotas", "信用记录": "Credit records", "限制": "Bars",
    "限制适用": "Bars applied", "限制终期": "Ends of bars", "记入历史": "Kept as history", "勘误": "Errata",
    "查看身份": "Identities viewed", "销毁身份": "Identities erased", "办理中": "Open", "已终结": "Closed", "未予立案": "Not opened",
    "付": "Pay", "追": "Recover", "已选": "Chosen", "选一项行为：": "Choose an act:", "件正处于该环节": "cases stand at this stage",
    "现在均可办理": "it may be done to all of them now", "现在可以办理的": "to which it may be done now:",
    "件；其余试办时说明原因": "; the trial says why not the others",
    "因异议尚不能作出付款决定": "Held up by an objection before the decision to pay",
    "尚未产生义务，不在上列之内；其他各件不受影响。": "Nothing is owed yet, so they are not above; the others are not affected.",
    "处理办法：核对银行回单，写明如何处理：": "What to do: check the bank's paper and record what was done:",
    "请按下一年度的日期编制。": "Take a day of the next year.", "各笔的原因见下表。": "each reason stands in the table below.",
    "年的放假和调休": ": days off and make-up days", "节日": "Festival", "是否上班": "Worked", "调休上班": "Worked (make-up day)",
    "放假": "Off",
    "只列固定日期的法定节日；调休和其他放假须待国务院办公厅通知，此前的期限均为暂定。":
        "Only holidays of fixed date are shown; the rest waits for the State Council's notice, and deadlines are "
        "provisional until then.",
    "自然人全名": "Full names of persons", "姓名只显示姓，足以辨认公示事项即可": "Only the family name is shown, which is enough",
    "身份证件号码、联系电话、银行账号": "Identity numbers, telephones, bank accounts",
    "公示只限于实现目的的最小范围": "A notice holds only what its purpose needs", "申报材料全文": "The application in full",
    "可能涉及商业秘密、个人隐私，条文未要求公示": "It may hold secrets or private matters, and the text does not ask for it",
    "异议人的身份": "Who objects", "只向承办人显示，予以保密": "Shown to the handler alone, and kept secret",
    "现在都不能办理": "it may be done to none of them now", "见案件页": "see the case",
    "批次状态": "state of the batch", "批次编制": "making a batch",
}  # fmt: skip
