"""Readings of 浙科领办〔2020〕3号, 第十四条 and 第十六条: what the text leaves open, what was chosen, and why; in its order."""

from __future__ import annotations

from shixian.rules.lifecycle import Reading

WHO_TAKES_PART = (
    Reading(
        key="half_year",
        clause="第十四条",
        question="“列入创建或培育半年以上”算到哪一天？不满半年的能否自愿参加？",
        chosen="自列入名单之日起满6个月，算到纳入当年评价（立案）之日，对应日当天为满；不满的不参加，也不计入名次",
        because="“以上”含本数；不满半年的若参加，会改变各类的名额和他人的名次",
        otherwise="算到当年年末或评价通知规定之日；不满半年的可自愿参加",
    ),
    Reading(
        key="completed_take_part",
        clause="第十四条",
        question="首句只写创建或培育的参加，第（二）、（三）项又对建成类排名，建成类是否参加？",
        chosen="参加；建成类也曾列入创建名单，半年仍自首次列入创建或培育名单之日起算",
        because="第（二）、（三）项明列建成类；建成没有使其退出名单",
        otherwise="建成类不参加年度评价",
    ),
    Reading(
        key="relisted",
        clause="第十四条第（三）项",
        question="移出名单之后重新列入的，移出前的黄牌是否计入？",
        chosen="重新列入的可再参加评价；移出当年的黄牌已经用过，不再与次年的黄牌连计",
        because="一张黄牌不应两次导致移出；条文未禁止重新申报",
        otherwise="仍按相邻两年连计",
    ),
)

RANKING = (
    Reading(
        key="bonus_over_100",
        clause="第十四条第（一）项",
        question="加分后总分能否超过100分？",
        chosen="能：五个一级指标满分100分，另加至多10分，最高110分，以此排名",
        because="加分项是“另设”的，“总分为100分”指五个一级指标",
        otherwise="总分以100分为限",
    ),
    Reading(
        key="rank_by_state",
        clause="第十四条第（二）项",
        question="产业特征和建设状态两种分类，按哪一种排名？",
        chosen="按建成、创建、培育三类分别排名；产业特征只影响评分，不另排名",
        because="“统一赋分分类排序”接在建设状态之后，第（三）项的“各类”也只列建设状态",
        otherwise="按产业和状态交叉分组排名",
    ),
    Reading(
        key="last_tenth_rounding",
        clause="第十四条第（三）项",
        question="一类的10%不是整数时，末10%有几个？",
        chosen="舍去小数：7个培育类为0.7个，无人在末10%；19个为1.9个，取1个",
        because="倒数名次与总数之比不超过10%的，才在末10%；黄牌是不利处分，不作扩大",
        otherwise="进一，或每类至少1个",
    ),
    Reading(
        key="first_thirty_rounding",
        clause="第十四条第（三）项",
        question="培育类的30%不是整数时，前30%有几个？",
        chosen="舍去小数：13个为3.9个，取3个",
        because="名次与总数之比不超过30%的，才在前30%；与末10%同一算法",
        otherwise="四舍五入或进一",
    ),
    Reading(
        key="ties",
        clause="第十四条第（三）项",
        question="得分相同如何排？",
        chosen="同分并列，共取靠前的名次：前30%的末位同分者一并计入，末10%的末位同分者一并不计入",
        because="以得分排名，同分没有先后；并列取靠前名次时，两端由同一规则得出",
        otherwise="以单项得分或现场评估分出先后",
    ),
)

CONSEQUENCES = (
    Reading(
        key="unfinished_tasks",
        clause="第十四条第（三）项",
        question="“末10%且未能完成申报书明确的阶段性建设任务”：两项如何认定？",
        chosen="两项同时具备才给黄牌；任务由评价机关在评分时对照申报书认定，截至评分时有一项未完成即为未能完成",
        because="条文用“且”；建设进度本就是评价内容，由同一机关同时认定",
        otherwise="具备一项即可；或按完成比例认定",
    ),
    Reading(
        key="interview_by_rank",
        clause="第十四条第（三）项",
        question="因弄虚作假（第十六条）得黄牌的，是否也须约谈？",
        chosen="不必须：约谈写在第十四条第（三）项，第十六条只给黄牌",
        because="第十六条没有提及约谈",
        otherwise="凡黄牌均约谈",
    ),
    Reading(
        key="two_in_a_row",
        clause="第十四条第（三）项",
        question="“连续两年黄牌警告”如何认定？",
        chosen="同一综合体（以名单上的名称为准，运营单位变更不中断）相邻两个评价年度各有一张；依第十六条给的也计入",
        because="两处都称“黄牌警告”；名单列的是综合体，不是运营单位",
        otherwise="只计因排名得的黄牌；或按自然年内的决定日计算",
    ),
    Reading(
        key="removal_is_revocation",
        clause="第十四条第（三）项",
        question="不再列入名单是否属于科研诚信管理中的“被撤销相关资格”？",
        chosen="属于，记为一般失信",
        because="省级综合体是创新平台载体，移出名单即失去该资格；《浙江省科研诚信信息管理办法（试行）》第十条第（三）项",
        otherwise="考核移出不是撤销，不作记录",
    ),
    Reading(
        key="recover_in_full",
        clause="第十四条第（三）项",
        question="“视情全额追回”：视情的是是否追回，还是追回多少？",
        chosen="是否追回由机关裁量并说明理由；追回的，追回全额，向收款的所在市、县（市、区）追",
        because="“全额”限定了数额；资金给的是所在市、县（第十八条）",
        otherwise="也可追回一部分",
    ),
    Reading(
        key="second_year",
        clause="第十四条第（三）项",
        question="“第二年直接转为创建类”自何日起？",
        chosen="作出排名之年的次年1月1日",
        because="“第二年”相对于排名之年；条文没有另定日期，以该年首日为准",
        otherwise="次年名单发文之日；或列入培育后的第二年",
    ),
    Reading(
        key="direct_conversion",
        clause="第十四条第（三）项",
        question="前30%的转为创建类，是否还须省政府审定、公示（第九条、第十条）？",
        chosen="不须：期满自动转为创建类",
        because="“直接”与第九条的“择优确定”相对，没有再作选择的余地",
        otherwise="列入次年创建名单，报批并公示后生效",
    ),
)

FALSIFICATION = (
    Reading(
        key="veto_not_ranked",
        clause="第十六条",
        question="评分前查明弄虚作假的，是否参加排名？",
        chosen="不参加，也不计入该类的个数；直接给黄牌",
        because="一票否决后没有可用的得分",
        otherwise="按零分列入末位",
    ),
    Reading(
        key="veto_until_published",
        clause="第十六条",
        question="“在考核评价过程中”到何时为止？排名之后查明的怎么办？",
        chosen="到评价结果公布为止；排名之后、公布之前查明的给黄牌，不转为创建类，其他综合体的名次不变",
        because="公布后评价已经结束；重排会影响没有过错的其他综合体",
        otherwise="公布后查明的同样处理；或重新排名",
    ),
)

READINGS = (*WHO_TAKES_PART, *RANKING, *CONSEQUENCES, *FALSIFICATION)
