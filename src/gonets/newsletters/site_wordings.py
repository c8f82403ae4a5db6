"""What rows say as wordings: of the site, of an entry, and what it was made of."""

from __future__ import annotations

from gonets.content.models import Material
from gonets.newsletters.merging import EntryWording, PictureWording, fingerprint
from gonets.newsletters.models import Entry, MaterialUse
from gonets.newsletters.proposals import teaser_html


def wording_of_site(material: Material) -> EntryWording:
    return EntryWording(
        title=material.title,
        teaser=teaser_html(material.teaser),
        address=material.address,
        picture=PictureWording(
            picture_id=material.picture_id, alt=material.picture_alt
        ),
    )


def wording_of_entry(entry: Entry) -> EntryWording:
    return EntryWording(
        title=entry.title,
        teaser=entry.teaser,
        address=entry.address,
        picture=PictureWording(picture_id=entry.picture_id, alt=entry.picture_alt),
    )


def base_of_entry(entry: Entry) -> EntryWording:
    return EntryWording(
        title=entry.base_title,
        teaser=entry.base_teaser,
        address=entry.base_address,
        picture=PictureWording(
            picture_id=entry.base_picture_id, alt=entry.base_picture_alt
        ),
    )


def is_changed_since(use: MaterialUse, material: Material) -> bool:
    """Tell whether readers would see something else than what the site said then.

    That it was hidden in between, or is in another section now, they do not see.
    """
    if use.material_id != material.pk:
        return False  # Another source words the same page in its own way.
    if not use.fingerprint:  # From before there was one.
        return material.changed_at > use.used_at
    return fingerprint(wording_of_site(material)) != use.fingerprint
