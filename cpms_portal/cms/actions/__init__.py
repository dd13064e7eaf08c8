"""What is done in a library: write, place, publish, share, throw away."""
