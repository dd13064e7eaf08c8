"""What goes over the wire: what a client accepts, multipart in and out, transfer syntaxes."""
