"""Images that wait for a person to look at them: kept sealed for some days, decided, or destroyed.

Words: an image is *held* when text may be burned into its pixels; everything else of it is
cleaned. Whoever may add studies looks at it with the proposed boxes, and either *releases* it,
blacked out, into its study, or *destroys* it. After its last day it is destroyed anyway.
"""
