"""Questions, measures, reports, comparisons, benchmarks."""
