"""What the fetch gate is made of: which addresses it may ask, and how it reads an answer."""
