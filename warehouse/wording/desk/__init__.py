"""What is said to those who send, sign and receive. In: rows of desk and release. Out: sentences."""
