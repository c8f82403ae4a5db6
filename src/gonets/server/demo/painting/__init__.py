"""The demo's pictures, painted by a few lines each: no file to ship, none to license.

A scene is a function in one of the modules beside this one; ``scenes`` lists them.  The
same words and the same seed give the same picture.
"""
