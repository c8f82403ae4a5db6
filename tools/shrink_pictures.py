"""Make the guide's screenshots small: 256 colours are enough for a page."""

import sys
from pathlib import Path

from PIL import Image

if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        with Image.open(path) as picture:
            small = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        small.save(path, optimize=True)
