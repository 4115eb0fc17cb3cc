"""Targets and where they stand. In: a release. Out: targets, verdicts as they were judged, what lies behind each."""
