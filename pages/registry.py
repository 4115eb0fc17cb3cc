"""The pages of the product, in the order of the menu. A new page is a new line here."""

from dataclasses import dataclass

BRIEFING = "汇报"
WORKBENCH = "工作台"


@dataclass(frozen=True)
class Entry:
    """One page: where it stands in the menu, its address, its script, and the question it answers.

    `right` is what a signed-in person must be allowed to see it. `by_desk`: it changes with what people write, not only with the release. `words_zh` are further words a reader may look for it by. `unsigned_zh` says where else it is, where nobody signs in. `month_zh` says why a page of county months, or a part of it, does not follow a month chosen elsewhere ({newest} is the month it shows instead); a page without it asks for the month or has no months.
    """

    group: str
    title_zh: str
    url_path: str
    script: str
    question_zh: str
    by_city: bool = True
    right: str = "read"
    by_desk: bool = False
    words_zh: tuple[str, ...] = ()
    unsigned_zh: str = ""
    month_zh: str = ""


PAGES = (
    Entry(
        BRIEFING,
        "总览",
        "overview",
        "briefing/overview/page.py",
        "现在知道什么，还不知道什么？",
        words_zh=("首页", "谁落后", "变化"),
    ),
    Entry(
        BRIEFING,
        "四级网络覆盖",
        "coverage",
        "briefing/coverage/page.py",
        "四级网络还有哪些空白？",
        words_zh=("网络", "覆盖率", "空白乡镇", "入网", "床位"),
        month_zh="哪里空着、有多少床位、多少人入网，总看最新一月（{newest}）",
    ),
    Entry(
        BRIEFING,
        "趋势",
        "trends",
        "briefing/trends/page.py",
        "比上个月、比去年怎么样，是真的变了吗？",
        words_zh=("同比", "环比", "走势", "控制限"),
        month_zh="线画到最新一月（{newest}），结论说的也是这个月；以前各月看线上的点和各月的表",
    ),
    Entry(
        BRIEFING,
        "目标与进度",
        "targets",
        "briefing/targets/page.py",
        "能不能完成，还差多少？",
        words_zh=("任务", "完成率", "序时", "十四五"),
    ),
    Entry(
        BRIEFING,
        "城市对比",
        "comparison",
        "briefing/comparison/page.py",
        "我们跟别的市比怎么样？",
        by_city=False,
        words_zh=("排名", "比较", "同类城市"),
        month_zh="各地的对比取各自最新的数（月报到{newest}）；所选月份只用于下面的各单位",
    ),
    Entry(
        BRIEFING,
        "县区画像",
        "profile",
        "briefing/profile/page.py",
        "这个县（区）第几，差在哪？",
        words_zh=("县区", "单位", "一张纸", "打印"),
    ),
    Entry(
        BRIEFING,
        "简报",
        "bulletin",
        "briefing/bulletin/page.py",
        "这个月的通报怎么写，怎么发？",
        words_zh=("通报", "导出", "Word", "PDF", "打印", "一张纸"),
    ),
    Entry(
        BRIEFING,
        "汇报版",
        "editions",
        "briefing/editions/page.py",
        "当时是怎么汇报的，问的事落实了吗？",
        by_desk=True,
        words_zh=("签发", "更正版", "追问", "评述", "冻结", "撤回"),
    ),
    Entry(
        BRIEFING,
        "高龄津贴",
        "allowance",
        "briefing/allowance/page.py",
        "钱花哪了，老人拿到了吗？",
        words_zh=("津贴", "补贴", "停发", "追缴", "预算"),
    ),
    Entry(
        BRIEFING,
        "平台与培训",
        "platform",
        "briefing/platform/page.py",
        "平台有人用吗，培训到人了吗？",
        words_zh=("智慧平台", "工单", "满意度", "培训", "证书"),
    ),
    Entry(
        BRIEFING,
        "老龄化底数",
        "ageing",
        "briefing/ageing/page.py",
        "哪里更老，跟谁像？",
        words_zh=("人口", "普查", "老年人口", "同类县"),
    ),
    Entry(
        BRIEFING,
        "政策与任务",
        "programmes",
        "briefing/programmes/page.py",
        "文件答应了什么，哪些有数？",
        words_zh=("政策", "任务", "试点", "时间线", "承诺"),
    ),
    Entry(
        BRIEFING,
        "公开文件",
        "documents",
        "briefing/documents/page.py",
        "文件里印了哪些数，能信到什么程度？",
        by_city=False,
        words_zh=("原文", "答复", "规划", "疑点", "核对答复稿", "提案"),
    ),
    Entry(
        WORKBENCH,
        "报送工作台",
        "submissions",
        "workbench/submissions/page.py",
        "谁还没报，哪里不对？",
        words_zh=("月报", "填报", "催报", "表样", "模板", "退回"),
    ),
    Entry(
        WORKBENCH,
        "数据质量",
        "quality",
        "workbench/quality/page.py",
        "这些数靠得住吗，改过什么？",
        words_zh=("修订", "更正", "勾稽", "分母", "待说明"),
        month_zh="列的是到{newest}为止没有解决的问题和全部更正，不只一个月的",
    ),
    Entry(
        WORKBENCH,
        "查询",
        "query",
        "workbench/query/page.py",
        "想查的数，这里怎么查？",
        right="query",
        by_city=False,
        words_zh=("SQL", "数据表", "导出"),
    ),
    Entry(
        WORKBENCH,
        "指标",
        "indicator",
        "workbench/indicator/page.py",
        "这个指标怎么算，从哪里来？",
        by_city=False,
        words_zh=("口径", "定义", "算式", "数据字典"),
        month_zh="列的是最新一月（{newest}）的数和全部月份",
    ),
)

SIGNED_IN_PAGES = (
    Entry(
        WORKBENCH,
        "填报",
        "filling",
        "workbench/filling/page.py",
        "这个月的报表怎么填，填得对不对？",
        by_city=False,
        right="report",
        words_zh=("月报", "草稿", "回执"),
    ),
    Entry(
        WORKBENCH,
        "发布",
        "publishing",
        "workbench/publishing/page.py",
        "草稿会改动什么，能不能发布？",
        by_city=False,
        right="publish",
    ),
    Entry(
        WORKBENCH,
        "津贴稽核",
        "payouts",
        "workbench/payouts/page.py",
        "多发了多少，谁多，追回了吗？",
        right="audit_payouts",
        by_desk=True,
        words_zh=("重复领取", "死亡后领取", "追缴", "疑点"),
        unsigned_zh="稽核结果在服务器的命令行上看：yanglao payouts worklist",
    ),
    Entry(
        WORKBENCH,
        "口径变更",
        "changes",
        "workbench/changes/page.py",
        "目标、定义和更正是谁、什么时候、凭什么改的？",
        by_city=False,
        right="read",
        words_zh=("目标", "定义", "更正"),
    ),
    Entry(
        WORKBENCH,
        "审计",
        "audit",
        "workbench/audit/page.py",
        "谁在什么时候做了什么？",
        by_city=False,
        right="administer",
    ),
)
"""Pages that are there only where people sign in, for those who hold the right."""
