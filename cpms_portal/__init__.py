"""The open CPMS: a content portal for the 24 European Reference Networks."""
