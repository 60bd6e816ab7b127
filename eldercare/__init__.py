"""eldercare: a city's care beds, subsidies and inspections."""
