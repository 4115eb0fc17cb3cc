"""The demonstration: workbooks of invented counties in the shape and dirt of real forms, through the ordinary road.

In: parameters and the reference tables. Out: files for the demonstration's own inbox; everything says 演示数据.
"""
