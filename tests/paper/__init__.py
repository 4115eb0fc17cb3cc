"""The briefing on paper: its content, its files, and what they must never do."""
