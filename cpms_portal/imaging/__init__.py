"""Imaging: DICOM studies, de-identified on arrival and seen in the browser.

Its words are those of DICOM: Study, Series, Instance, Modality, SOP Class, UID. A study
belongs to a holder (a patient); what cannot be made safe is withheld with a reason.
"""
