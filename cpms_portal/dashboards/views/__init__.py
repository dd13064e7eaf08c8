"""The pages that compose what the packages below know."""
