"""Any chat model, held to the evidence."""
