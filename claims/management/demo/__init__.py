"""The demo story: what its pages say and when they change, and the small site that serves them."""
