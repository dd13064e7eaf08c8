"""The inbox of a centre: studies hospitals sent, sealed, until somebody gives them a patient.

No database: the listener and the drop folder run beside the portal and only write files here.
"""
