"""De-identification of DICOM files: one table of the standard, applied at every depth.

Basic Application Level Confidentiality Profile (DICOM PS3.15 Annex E) with Retain
Longitudinal Temporal Information With Modified Dates, Retain Patient Characteristics
(coarsened), Clean Descriptors, Clean Graphics and Clean Structured Content. What cannot
be made safe is withheld. Nothing here knows the portal: bytes in, a decision out.
"""
