# SPDX-License-Identifier: GPL-3.0-or-later
"""Words in any language: what Blender's text sets right is taken, what it would set wrong is refused by name."""

import unicodedata

import pytest

from addon.scene import glyph_table, glyph_table_others, letters
from addon.scene.load import SceneError, loads

SET_RIGHT = {
    "Latin": "Grüße, façade, Œuvre, Łódź, ǅ ʒ", "Vietnamese": "Phép tích chập Ế ộ ữ", "Greek": "Συνέλιξη ᾧ",
    "Cyrillic": "Свёртка, згортка, Ђ Ѯ", "Armenian": "Փաթույթ", "Georgian": "კონვოლუცია", "Ethiopic": "አማርኛ",
    "Chinese": "卷积神经网络，步幅 2；後臺𠮷", "Japanese": "畳み込みネットワーク。「ガ」",
    "Korean": "합성곱 신경망",
    "Thai": "ขนาดหน้าต่าง ภาษาไทยน้อย", "mathematics": "∇ℝ∑∫⊗⊙𝑥 ½ ② ⌈x⌉", "pictures": "😀🚀★♥",
}  # fmt: skip

SET_WRONG = {
    "مرحبا بالعالم": "cannot join Arabic letters, nor set them from right to left",
    "٣": "cannot join Arabic letters",
    "שלום": "cannot set Hebrew from right to left",
    "हिन्दी": "cannot join Devanagari letters into syllables",
    "தமிழ்": "cannot join Tamil letters into syllables",
    "ខ្មែរ": "cannot join Khmer letters into syllables",
    "ที่": "must have no Thai marks that meet, as in ี่",
    "ปี": "must have no Thai marks that meet, as in ปี",
    "\u1112\u119e\u11ab": "cannot join U+1112 HANGUL CHOSEONG HIEUH",
    "x\u0302": "must be without U+0302 COMBINING CIRCUMFLEX ACCENT",
    "1\ufe0f\u20e3": "must be without U+20E3 COMBINING ENCLOSING KEYCAP",
    "👩\u200d🔬": "cannot join them by U+200D ZERO WIDTH JOINER",
    "👍🏽": "cannot join them by U+1F3FD EMOJI MODIFIER FITZPATRICK TYPE-4",
    "🇩🇪": "cannot join them by U+1F1E9 REGIONAL INDICATOR SYMBOL LETTER D",
    "a\u200bb": "must be without U+200B ZERO WIDTH SPACE, which has no letter to draw",
    "𓀀": "must be without U+13000 EGYPTIAN HIEROGLYPH A001: no font of Blender's has it",
    "\ue000": "must be without U+E000 of private use: no font of Blender's has it",
    "\u0378": "must be without U+0378 without a name: no font of Blender's has it",
}


@pytest.mark.parametrize("script", SET_RIGHT)
def test_what_blender_sets_right_is_taken(script):
    text = SET_RIGHT[script]
    assert loads(f"title = '{text}'\nop.type = 'conv'").title == unicodedata.normalize("NFC", text)
    assert all(letters.advance(character) is not None for character in text)


@pytest.mark.parametrize("text", SET_WRONG)
def test_what_would_come_out_wrong_is_refused_by_name(text):
    for key in ("title", "why", "words.input"):
        with pytest.raises(SceneError) as caught:
            loads(f"{key} = '{text}'\nop.type = 'conv'")
        assert caught.value.key == key and SET_WRONG[text] in caught.value.hint
        assert str(caught.value).isprintable()
    with pytest.raises(SceneError, match=r"words\.channels"):
        loads(f"words.channels = ['R', 'G', '{text}']\nop.type = 'conv'")


def test_an_accent_joins_its_letter_and_a_choice_of_pictures_is_dropped():
    scene = loads("title = 'cafe\u0301 \u1112\u1161\u11ab ❤\ufe0f'\nop.type = 'conv'")
    assert scene.title == "café 한 ❤"


def test_each_character_of_the_table_is_there_once_and_none_that_is_refused():
    known = set()
    for table in (glyph_table, glyph_table_others):
        first, last, widths = letters._table(table.ADVANCES)
        assert all(0 <= width < 3.2 for width in widths)
        codes = [c for a, b in zip(first, last, strict=True) for c in range(a, b + 1)]
        assert len(set(codes)) == len(codes) and known.isdisjoint(codes)
        known |= set(codes)
    assert len(known) > 50_000
    assert not [f"{c:x}" for c in known if letters.unset(chr(c))]
