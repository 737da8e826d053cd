"""Wrong solutions that people really write, each with the sentence that helps."""
