"""What units report month by month. In: a release, a city, a month. Out: figures, who has reported, how far to trust."""
