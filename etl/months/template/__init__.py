"""The forms as workbooks: what a unit fills in, with its townships and last month's figures.

In: a layout, a unit and a month. Out: the bytes of a workbook.
"""
