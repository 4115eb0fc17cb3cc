"""汇报版: the editions of a city; one of them opened, or being written."""

from pages.briefing.editions import listing, opened, writing
from pages.ui.kit.view import here

view = here()
edition = listing.chosen(view)
if edition is None:
    listing.show(view)
elif edition.sha256:
    opened.show(view, edition)
else:
    writing.show(view, edition)
