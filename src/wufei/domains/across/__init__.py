"""What belongs to no single waste domain: lists, statistics and applications of the district."""
