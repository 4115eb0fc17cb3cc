"""Chinese wording of what the release holds: numbers first, then sentences made of them."""
