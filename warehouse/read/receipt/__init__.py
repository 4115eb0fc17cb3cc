"""From a number back to where it came from. In: relation, row and column. Out: the receipt and its inputs."""
