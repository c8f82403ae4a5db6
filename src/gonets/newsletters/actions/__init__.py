"""All writes to newsletters, issues, their entries and their wording."""

from gonets.newsletters.actions.blocks import (
    add_block,
    duplicate_block,
    move_entry,
    take_entry_out,
)
from gonets.newsletters.actions.co_editing import merge_wording
from gonets.newsletters.actions.designs import (
    change_brand,
    choose_design,
    delete_template,
    forget_brand,
)
from gonets.newsletters.actions.entries import (
    add_materials,
    hold_for_next,
    limit_section,
    remove_entries,
    reorder_entries,
)
from gonets.newsletters.actions.history import name_version, redo, restore, undo
from gonets.newsletters.actions.issues import (
    copy_issue,
    delete_draft,
    discard_untouched,
    miss_schedule,
    postpone_issue,
    prepare_issue,
    schedule_issue,
    set_step,
    unschedule_issue,
)
from gonets.newsletters.actions.letter_imports import (
    import_letter,
    take_over_pictures,
)
from gonets.newsletters.actions.newsletters import (
    archive_newsletter,
    create_newsletter,
    edit_newsletter,
    unarchive_newsletter,
)
from gonets.newsletters.actions.parts import (
    join_parts,
    rename_part,
    sort_as_on_the_site,
    sort_by_date,
)
from gonets.newsletters.actions.presence import be_gone, be_present
from gonets.newsletters.actions.refreshing import (
    acknowledge_replaced,
    pick_wordings,
    put_back,
    refresh_from_site,
    take_out_gone,
)
from gonets.newsletters.actions.releases import (
    PreparedVersion,
    freeze_version,
    mark_released,
    prepare_version,
    release_materials,
    reserve_materials,
)
from gonets.newsletters.actions.wording import save_wording

__all__ = [
    "PreparedVersion",
    "acknowledge_replaced",
    "add_block",
    "add_materials",
    "archive_newsletter",
    "be_gone",
    "be_present",
    "change_brand",
    "choose_design",
    "copy_issue",
    "create_newsletter",
    "delete_draft",
    "delete_template",
    "discard_untouched",
    "duplicate_block",
    "edit_newsletter",
    "forget_brand",
    "freeze_version",
    "hold_for_next",
    "import_letter",
    "join_parts",
    "limit_section",
    "mark_released",
    "merge_wording",
    "miss_schedule",
    "move_entry",
    "name_version",
    "pick_wordings",
    "postpone_issue",
    "prepare_issue",
    "prepare_version",
    "put_back",
    "redo",
    "refresh_from_site",
    "release_materials",
    "remove_entries",
    "rename_part",
    "reorder_entries",
    "reserve_materials",
    "restore",
    "save_wording",
    "schedule_issue",
    "set_step",
    "sort_as_on_the_site",
    "sort_by_date",
    "take_entry_out",
    "take_out_gone",
    "take_over_pictures",
    "unarchive_newsletter",
    "undo",
    "unschedule_issue",
]
