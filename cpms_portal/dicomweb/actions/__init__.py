"""What is done for programs: tokens, storing what they send, giving arrivals to patients."""
