"""Compile the catalogues (.po) to what Django reads (.mo), without gettext."""

from pathlib import Path

import polib

LOCALE = Path(__file__).parent.parent / "src" / "gonets" / "locale"

if __name__ == "__main__":
    for source in LOCALE.glob("*/LC_MESSAGES/*.po"):
        catalogue = polib.pofile(str(source), check_for_duplicates=True)
        catalogue.save_as_mofile(str(source.with_suffix(".mo")))
