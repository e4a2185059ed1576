"""The pure steps: value in, value out; only `fetch` touches the network."""
