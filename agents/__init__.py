"""Agent definition documents: reading, registry, comparison, export. The lowest package."""
