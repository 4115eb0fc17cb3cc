"""The smart platform and the training. In: funnels and training by unit. Out: funnel, tables."""
