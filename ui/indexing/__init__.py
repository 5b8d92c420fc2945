"""Files and folders into a knowledge base: read in processes, kept in step, changed while it is asked."""
