"""Documents made safe: pictures, PDF, office files, video and sound, text.

The same words as for DICOM: a file in, a Decision out. What describes the file or its makers
is taken away, what is seen or heard stays as it is; a file whose words name the patient is held
until the person who brings it decides.
"""
