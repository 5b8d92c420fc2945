"""What the service keeps beside the documents: feedback, site keys, limits and secrets."""
