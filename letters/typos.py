"""The domain that a mistyped e-mail address was probably meant to have (ux.md §1.2).

The same rules run in static/js/site.js, which takes the list from the page.
"""

from __future__ import annotations

# The large providers, and those that could be taken for a slip of the finger in one of them.
PROVIDERS = (
    "gmail.com googlemail.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.es "
    "hotmail.it outlook.com outlook.fr outlook.de outlook.es live.com live.co.uk live.fr msn.com "
    "yahoo.com yahoo.co.uk yahoo.co.in yahoo.co.jp yahoo.fr yahoo.de yahoo.es yahoo.it ymail.com "
    "icloud.com me.com mac.com aol.com proton.me protonmail.com pm.me gmx.de gmx.net gmx.com "
    "gmx.at gmx.ch web.de t-online.de freenet.de mail.com email.com fastmail.com zoho.com "
    "orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it bluewin.ch telia.com "
    "mail.ee hot.ee online.ee inbox.lv apollo.lv inbox.lt wp.pl o2.pl onet.pl interia.pl op.pl "
    "gazeta.pl ukr.net i.ua meta.ua yandex.com yandex.ru mail.ru naver.com daum.net qq.com "
    "163.com 126.com rediffmail.com uol.com.br bol.com.br walla.co.il"
)
_KNOWN = tuple(PROVIDERS.split())
_SHORT = 8  # short domains are close to one another: mail.eu is not a mistyped mail.ee


def suggest(email: str) -> str:
    """Return the address with its provider's domain put right, or an empty string."""
    local, _, domain = email.strip().rpartition("@")
    domain = domain.lower()
    if not local or domain in _KNOWN:
        return ""
    near = [known for known in _KNOWN if _is_near(domain, known)]
    return f"{local}@{min(near, key=lambda known: distance(domain, known))}" if near else ""


def distance(one: str, other: str) -> int:
    """Return the edits between two words, a swap of neighbours counting as one."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _is_near(domain: str, known: str) -> bool:
    if abs(len(domain) - len(known)) > 2:
        return False
    if len(known) <= _SHORT:
        return _is_slip(domain, known)
    return distance(domain, known) <= (1 if len(domain) <= _SHORT else 2)


def _is_slip(domain: str, known: str) -> bool:
    """Whether two neighbours were swapped, or a letter was doubled or left single."""
    if distance(domain, known) != 1:
        return False
    if len(domain) == len(known):
        return sorted(domain) == sorted(known)
    short, long = sorted((domain, known), key=len)
    doubled = (i for i in range(1, len(long)) if long[i] == long[i - 1])
    return any(long[:i] + long[i + 1 :] == short for i in doubled)
