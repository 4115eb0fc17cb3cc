"""What audits of allowance payments found. In: sums of `warehouse.payouts.summary`. Out: money at risk, never a person."""
