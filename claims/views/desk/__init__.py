"""The desk's pages: where people propose, track, weigh and decide."""
