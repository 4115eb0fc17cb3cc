"""The old-age allowance: money, people, stops, recoveries, the budget to come. In: `mart.allowance_month`. Out: findings and tables."""
