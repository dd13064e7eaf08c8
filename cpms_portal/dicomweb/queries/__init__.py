"""Questions of programs: whose a token is, what a case holds, which instances are meant."""
