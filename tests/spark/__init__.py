"""Both engines answer the same: marts, figures and rules on a cluster of one master and two workers."""
