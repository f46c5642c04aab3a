"""Letters of many kinds, to be set by both ways: scripts, lengths, gaps, and texts meant to harm."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from letters.rendering.document import LetterDocument, Part, Piece

SENTENCES = {
    "en": "My grandfather cleared fields near the border for eleven years. We still find mines.",
    "fr": "Mon grand-père a déminé des champs à l’école près de la frontière. Où jouent-ils ?",
    "lv": "Mans vectēvs vienpadsmit gadus tīrīja laukus pie robežas. Mēs vēl atrodam mīnas.",
    "el": "Ο παππούς μου καθάριζε χωράφια κοντά στα σύνορα. Βρίσκουμε ακόμη νάρκες.",
    "uk": "Мій дідусь одинадцять років розміновував поля біля кордону. Ми ще знаходимо міни.",
    "ar": "قضى جدي أحد عشر عامًا في تطهير الحقول قرب الحدود. ما زلنا نجد الألغام.",
    "he": "סבי פינה שדות ליד הגבול במשך אחת עשרה שנים. אנחנו עדיין מוצאים מוקשים.",
    "hi": "मेरे दादाजी ने सीमा के पास खेतों को साफ़ किया। हमें अब भी सुरंगें मिलती हैं।",
    "th": "ปู่ของฉันเก็บกู้ทุ่นระเบิดใกล้ชายแดนสิบเอ็ดปี เรายังพบทุ่นระเบิดอยู่",
    "ka": "ბაბუაჩემი თერთმეტი წელი წმენდდა მინდვრებს საზღვართან. ნაღმებს ახლაც ვპოულობთ.",
    "zh-Hans": "我的祖父在边境附近清理田地十一年。我们仍然发现地雷。",
    "ja": "祖父は国境近くの畑で十一年間地雷を取り除きました。今も見つかります。",
}
NAMES = {
    "en": "Mary O’Brien", "fr": "Élodie Lefèvre", "lv": "Jānis Bērziņš", "el": "Ελένη Παπά",
    "uk": "Олена Їжакевич", "ar": "ليلى حسن", "he": "נועה כהן", "hi": "अनीता शर्मा",
    "th": "สมชาย ใจดี", "ka": "ნინო ბერიძე", "zh-Hans": "王小明", "ja": "山田花子",
}  # fmt: skip
HOSTILE = {
    "long run": "x" * 1500,
    "long runs": " ".join("w" * n for n in range(20, 130, 7)),
    "no-break spaces": "one\u00a0two\u00a0three " * 40,
    "soft hyphens": "disarma\u00adment conven\u00adtion obli\u00adgation " * 20,
    "zalgo": "Z\u0334\u0301\u0302a\u0323\u0307l\u0330\u0310g\u0321\u0352o\u0334 " * 30,
    "bidi overrides": "left \u202eright to left\u202c and \u2067isolated\u2069 back " * 10,
    "bidi override left open": "never \u202eclosed " * 30,
    "mixed directions": "He said שלום and مرحبا to 12 people (see א2). " * 8,
    "emoji": "Please 🙏 no more mines 💣 ❤️ 👩🏽‍🌾 for our children. " * 5,
    "zero width": "zero\u200bwidth\u200cjoin\u200ders and\u2060 more " * 20,
    "line separators": "one\u2028two\u2029three\u0085four " * 6,
    "markup": "<b>bold</b> & <script>alert('x')</script> \"quoted\" &amp; </p></div> " * 6,
    "blanks": "{name} {organisation} {{ letter }} {% now 'Y' %} " * 8,
    "ligatures": "office affluent fjord ﬁnd efflorescence ǆ ŉ " * 10,
    "hyphens": "well-known mine-free anti-personnel non\u2011breaking 1990-1997 either/or " * 12,
    "digits": "1997 2025 80% § 5 € 3,50 ½ ²³ № 12 " * 12,
    "other scripts": "слово λέξη 言葉 คำ שם كلمة शब्द word " * 8,
    "double spaces": "two  spaces   and\ttabs " * 12,
    "dashes": "so – or so — or … ‘so’ “so” ‹so› «so» " * 12,
    "control": "bell\x07 and\x01 more " * 8,
}


def letter(language: str = "en", words: tuple[str, ...] = (), **changes: object) -> LetterDocument:
    """Return a letter in a language, its texts made of one sentence."""
    text, name = SENTENCES[language], NAMES[language]
    right = language in ("ar", "he")
    items = tuple((Piece(text[:12], bold=True), Piece(f" {text}")) for _ in range(3))
    made = LetterDocument(
        language=language, direction="rtl" if right else "ltr",
        sender=_lines(name, "Red Cross", "Tartu, Estonia"), addressee=("The Prime Minister", "Main Street 1", "ESTONIA"),
        date="1 March 2026", subject=(Piece(text[:40]),), salutation=text[:20],
        body=(Part("paragraph", ((Piece(f"{text} " * 3),),)), Part("list", items)), words=words,
        ask=(Part("paragraph", ((Piece(f"{text} " * 4),),)),), closing=text[:18],
        signature=_lines(name, "Red Cross"), campaign_address="letters.example/en/mines",
        number="MIN-2026-000123", confirmed="2 March 2026",
        check_url="https://letters.example/en/check/MIN-2026-000123/",
        place=(Piece("Tartu", fill="town"), Piece(", ")),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def _lines(*texts: str) -> tuple[tuple[Piece, ...], ...]:
    return tuple((Piece(text),) for text in texts)


def words(language: str, characters: int, paragraphs: int, seed: int = 0) -> tuple[str, ...]:
    """Return own words of about that many characters, their order by chance."""
    chance, pieces = random.Random(seed), SENTENCES[language].split(" ")
    each, found = max(characters // paragraphs, 5), []
    for _ in range(paragraphs):
        text = ""
        while len(text) < each:
            text += chance.choice(pieces) + " "
        found.append(text[:each].strip())
    return tuple(found)


def lengths() -> Iterator[tuple[str, LetterDocument]]:
    """Letters with own words of 20 to 3,000 characters in 1 to 20 paragraphs."""
    for seed, characters in enumerate((20, 90, 200, 350, 500, 700, 1000, 1400, 2000, 2500, 3000)):
        for count in (1, 2, 3, 5, 9, 20):
            if characters / count >= 10:
                name = f"{characters} characters in {count}"
                yield name, letter(words=words("en", characters, count, seed * 31 + count))


def scripts() -> Iterator[tuple[str, LetterDocument]]:
    for language in SENTENCES:
        yield f"in {language}", letter(language)
        yield f"in {language}, own words", letter(language, words(language, 300, 2))
        yield f"in English, own words in {language}", letter("en", words(language, 300, 2))
        name = NAMES[language]
        yield (
            f"in English, from {language}",
            letter("en", sender=_lines(name, "", ""), signature=_lines(name)),
        )
        yield f"in {language}, two pages", letter(language, words(language, 1800, 4))


def forms() -> Iterator[tuple[str, LetterDocument]]:
    long = "Prof. Dr. Maria-Magdalena Wilhelmina van der Berg-Papadopoulos de la Santísima Trinidad"
    yield (
        "without organisation",
        letter(sender=_lines("Mary", "", "Tartu"), signature=_lines("Mary", "")),
    )
    yield "without town", letter(place=(Piece("", fill="town"), Piece(", ")))
    yield "a long name", letter(sender=_lines(long, long, long), signature=_lines(long, long))
    yield "a long address", letter(addressee=("The Honourable Minister of Foreign Affairs",) * 7)
    yield "US Letter", letter(paper="Letter")
    yield "US Letter, two pages", letter(words=words("en", 2500, 6), paper="Letter")
    yield "folding marks", letter(marks=True)
    yield "form A", letter(window="din_a")
    yield "French window", letter(window="french", marks=True)
    yield "letterhead", letter(letterhead=("Stop Mines", "Main Street 5", "Tartu"))
    yield "not confirmed", letter(confirmed="", check_url="", number="")
    yield "no address of the campaign", letter(campaign_address="")
    yield "short", letter(body=(), ask=())
    body = tuple(
        Part("paragraph", ((Piece(SENTENCES["en"] * count),),)) for count in (9, 2, 12, 5, 7)
    )
    yield "a long body", letter(body=body)
    yield (
        "a bold body",
        letter(
            body=(Part("paragraph", ((Piece("Bold ", True), Piece("and "), Piece("bold", True)),)),)
        ),
    )


def hostile() -> Iterator[tuple[str, LetterDocument]]:
    for name, text in HOSTILE.items():
        yield name, letter(words=(text,))
        yield f"{name}, again", letter(words=("Before.", text[: len(text) // 2], "After."))
        short = text[:30].strip()
        yield (
            f"{name} as a name",
            letter(sender=_lines(short, short, short), signature=_lines(short)),
        )
    yield "an empty paragraph", letter(words=("One.", "", "Three."))
    yield "spaces alone", letter(words=("One.", "   ", "Three."))
    yield "a no-break space alone", letter(words=("One.", "\u00a0", "Three."))


def corpus() -> Iterator[tuple[str, LetterDocument]]:
    yield from forms()
    yield from lengths()
    yield from scripts()
    yield from hostile()
