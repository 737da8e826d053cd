"""Wrong solutions that people really write, exercise by exercise."""
