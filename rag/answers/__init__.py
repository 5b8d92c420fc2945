"""Hits to an answer: the sentences that say it, verified against their source, or silence."""
