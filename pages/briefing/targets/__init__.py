"""Targets, their pace, verdicts and outlook. In: `mart.target_progress`. Out: groups of targets with bars."""
