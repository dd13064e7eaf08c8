"""What runs beside the portal, without its database: the DICOM listener and the drop folder."""
