"""What a reader meets when a page goes wrong: Chinese, a number to pass on, and the rest of the page."""

import logging

from streamlit.testing.v1 import AppTest


def failing_page() -> None:
    import streamlit as st

    from pages.ui.kit.errors import guarded

    with guarded("四级网络覆盖"):
        st.write(1 / 0)
    st.write("页脚")


def refused_page() -> None:
    from pages.ui.kit.errors import guarded
    from warehouse.errors import ReleaseMissing

    with guarded("总览"):
        raise ReleaseMissing("数据目录：还没有批次。请运行 yanglao refresh")


def finished_page() -> None:
    import streamlit as st

    from pages.ui.kit.errors import guarded, nothing_more

    with guarded("趋势"):
        st.write("看到这里")
        nothing_more()
    st.write("页脚")


def opened(page) -> AppTest:
    return AppTest.from_function(page, default_timeout=60).run()


def test_a_fault_is_a_number_in_chinese_the_log_has_the_rest_and_the_page_goes_on(caplog):
    with caplog.at_level(logging.ERROR, logger="yanglao.pages"):
        page = opened(failing_page)
    shown = page.html[0].proto.body
    assert not page.exception
    assert "四级网络覆盖出错，错误编号" in shown
    assert "ZeroDivisionError" not in shown
    number = shown.partition("错误编号 ")[2][:6]
    assert number in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert page.markdown[-1].value == "页脚"


def test_a_refusal_of_ours_is_shown_in_its_own_words_with_the_remedy():
    shown = opened(refused_page).html[0].proto.body
    assert "请运行 yanglao refresh" in shown
    assert "错误编号" not in shown


def test_a_page_that_has_nothing_more_to_show_still_gets_its_foot():
    page = opened(finished_page)
    assert not page.html
    assert [each.value for each in page.markdown] == ["看到这里", "页脚"]
