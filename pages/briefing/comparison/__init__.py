"""Cities and units side by side, through the comparability gate. In: `mart.city_comparison`. Out: pairs, refusals with reasons."""
