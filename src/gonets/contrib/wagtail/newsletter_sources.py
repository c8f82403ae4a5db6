"""Found at the start like any site's own: the pages as a source."""

from gonets.content.model_sources import register
from gonets.contrib.wagtail.pages import WagtailPages

register(WagtailPages)
