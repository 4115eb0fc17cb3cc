"""What pages share: the kit they are built with, the marks they draw, the frame around them."""
