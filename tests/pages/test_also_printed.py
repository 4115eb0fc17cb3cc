"""What documents print and no monthly report brings is reached from the page it belongs to, with receipt and document."""

import pytest

from warehouse.read.receipt import receipts

# As the documents print it: the reply 408 of 濮阳 (10 bases of each kind, 100 lecturers), its plan (福彩公益金) and its reply
# 196 (3.3万平方米, the hotline); the reply of 抚顺 (389 万元, 7 hospitals).
BELONGS = [
    ("platform", "puyang", ("人才培养基地（第一批） 10个", "讲师团队人数 100名", "选拔赛参赛队", "养老服务专线")),
    ("platform", "fushun", ("389 万元", "政府12345热线")),
    ("allowance", "puyang", ("福彩公益金用于养老服务业的比例下限 55%以上",)),
    ("coverage", "puyang", ("建设面积 3.3万平方米",)),
    ("coverage", "fushun", ("医养结合市县级试点医院 7 家",)),
]


@pytest.mark.parametrize(("page", "city", "facts"), BELONGS)
def test_a_fact_of_the_documents_stands_on_its_page_with_its_document(show, real_release, page, city, facts):
    shown = show(f"briefing/{page}/page.py", city=city)
    assert not shown.app.exception
    for fact in facts:
        assert fact in shown.text
    told = shown.html[shown.html.index("公开文件里还印有") :]
    assert f'href="documents?doc={city}-' in told
    assert receipts.receipts(real_release, shown.receipts).keys() == set(shown.receipts)
