"""The pages of the product, in the order of the menu. A new page is a new line here."""

from dataclasses import dataclass

BRIEFING = "汇报"
WORKBENCH = "工作台"


@dataclass(frozen=True)
class Entry:
    """One page: where it stands in the menu, its address, its script, and the question it answers."""

    group: str
    title_zh: str
    url_path: str
    script: str
    question_zh: str
    by_city: bool = True


PAGES = (
    Entry(BRIEFING, "总览", "overview", "briefing/overview.py", "现在知道什么，还不知道什么？"),
    Entry(BRIEFING, "四级网络覆盖", "coverage", "briefing/coverage.py", "四级网络还有哪些空白？"),
    Entry(BRIEFING, "趋势", "trends", "briefing/trends.py", "比上个月、比去年怎么样，是真的变了吗？"),
    Entry(BRIEFING, "目标与进度", "targets", "briefing/targets.py", "能不能完成，还差多少？"),
    Entry(BRIEFING, "城市对比", "comparison", "briefing/comparison.py", "我们跟别的市比怎么样？", by_city=False),
    Entry(BRIEFING, "县区画像", "profile", "briefing/profile.py", "这个县（区）第几，差在哪？"),
    Entry(BRIEFING, "高龄津贴", "allowance", "briefing/allowance.py", "钱花哪了，老人拿到了吗？"),
    Entry(BRIEFING, "平台与培训", "platform", "briefing/platform.py", "平台有人用吗，培训到人了吗？"),
    Entry(BRIEFING, "老龄化底数", "ageing", "briefing/ageing.py", "哪里更老，跟谁像？"),
    Entry(BRIEFING, "政策与任务", "programmes", "briefing/programmes.py", "文件答应了什么，哪些有数？"),
    Entry(
        BRIEFING, "公开文件", "documents", "briefing/documents.py", "文件里印了哪些数，能信到什么程度？", by_city=False
    ),
    Entry(WORKBENCH, "报送工作台", "submissions", "workbench/submissions.py", "谁还没报，哪里不对？"),
    Entry(WORKBENCH, "数据质量", "quality", "workbench/quality.py", "这些数靠得住吗，改过什么？"),
    Entry(WORKBENCH, "查询", "query", "workbench/query.py", "想查的数，这里怎么查？", by_city=False),
    Entry(WORKBENCH, "指标", "indicator", "workbench/indicator.py", "这个指标怎么算，从哪里来？", by_city=False),
)
