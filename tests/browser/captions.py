"""The captions of the walk, as the user gave them; compared by code point."""

from __future__ import annotations

CAPTIONS = {
    "ru": {
        "newsletters": "Рассылки",
        "prepare": "Разослать список",
        "add": "Добавить",
        "remove": "Удалить",
        "materials ok": "\u041e\u041a",  # Cyrillic
        "postpone": "Отложить рассылку",
        "planned": "Запланированные",
        "postponed": "Рассылка сформирована (отложена)",
        "continue": "Разослать",
        "send": "Произвести рассылку",
        "pause": "Приостановить",
        "paused": "Рассылка приостановлена ({percent}%)",
        "sending": "Идёт рассылка ({percent}%)",
        "draft": "Рассылка формируется",
        "run ok": "Ok",  # Latin
        "sent": "Разосланные",
        "finished": "Рассылка окончена",
        "again": "Разослать",
    },
    "en": {
        "newsletters": "Newsletters",
        "prepare": "Prepare issue",
        "add": "Add",
        "remove": "Remove",
        "materials ok": "OK",
        "postpone": "Postpone",
        "planned": "Planned",
        "postponed": "Issue ready (postponed)",
        "continue": "Continue",
        "send": "Send",
        "pause": "Pause",
        "paused": "Sending paused ({percent}%)",
        "sending": "Sending ({percent}%)",
        "draft": "Issue in preparation",
        "run ok": "Ok",
        "sent": "Sent",
        "finished": "Sending finished",
        "again": "Send again",
    },
}
