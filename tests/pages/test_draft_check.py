"""核对答复稿 on its page: a draft is told about with receipts and without names, and nothing of it stays."""

PAGE = "briefing/documents/page.py"
DRAFT = "王建国委员：\n2023年已建成街道养老服务中心20个，农村幸福院2061个。\n全市入网老年人70万人。"


def opened(show, draft):
    shown = show(PAGE, task="draft", city="puyang")
    (field,) = [one for one in shown.app.text_area if one.key == "draft-text"]
    field.set_value(draft)
    return shown.run()


def test_a_pasted_draft_is_marked_with_the_right_figures_and_their_receipts(show, real_home):
    shown = opened(show, DRAFT)
    assert "读到3个数：与已知相符2个，与已知不同1个。另有1个没有时点，1个约数与原来不一致。" in shown.text
    assert "core.fct_document_figure:puyang-reply-2023-196:012" in shown.receipts
    assert "原来写的是“70余万人”，约数说成了确数" in shown.text
    # The worst stands first.
    assert shown.text.index("农村幸福院2061个") < shown.text.index("街道养老服务中心20个")
    assert "王建国" not in shown.html and "有1段写有姓名或电话：照样核对，不显示、不保存。" in shown.text
    assert b"2061" not in real_home.desk.read_bytes()


def test_without_a_draft_nothing_is_told_and_one_that_is_none_is_refused(show):
    shown = show(PAGE, task="draft")
    assert "只核对，不保存" in shown.text and "读到" not in shown.text
    assert "不像一份答复" in opened(show, "数" * 200_001).text
