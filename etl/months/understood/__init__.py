"""Text understood: whose form and month it is, values, units, blanks, hedges, declared corrections.

In: raw forms. Out: typed values with their cells, and findings about what was not understood.
"""
