"""What stands between the network and the pages: who is let in, how much one may take, and the processes that serve."""
