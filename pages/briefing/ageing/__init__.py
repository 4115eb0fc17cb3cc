"""Population and ageing of the areas, and which areas are alike. In: census, projections. Out: ranked bars, tables, peers."""
