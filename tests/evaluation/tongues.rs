//! Words and sentences that say nothing, in several scripts.

/// Syllables of a script, and the sign that ends a sentence.
#[derive(Clone, Copy)]
pub struct Tongue {
    parts: [&'static str; 16],
    end: &'static str,
}

pub const LATIN: Tongue = Tongue {
    parts: [
        "ka", "lo", "mi", "ter", "ran", "sol", "be", "vin", "do", "pel", "su", "gra", "no", "fi",
        "har", "wes",
    ],
    end: ".",
};
pub const CYRILLIC: Tongue = Tongue {
    parts: [
        "ка", "ло", "ми", "тер", "ран", "сол", "бе", "вин", "до", "пел", "су", "гра", "но", "фи",
        "хар", "вес",
    ],
    end: ".",
};
pub const GREEK: Tongue = Tongue {
    parts: [
        "κα", "λο", "μι", "τερ", "ραν", "σολ", "βε", "βιν", "δο", "πελ", "σου", "γρα", "νο", "φι",
        "χαρ", "βες",
    ],
    end: ".",
};
pub const ARABIC: Tongue = Tongue {
    parts: [
        "كا", "لو", "مي", "تر", "ران", "سل", "بي", "فن", "دو", "بل", "سو", "جرا", "نو", "في",
        "هار", "وس",
    ],
    end: ".",
};
pub const HEBREW: Tongue = Tongue {
    parts: [
        "קא", "לו", "מי", "טר", "רן", "סול", "בה", "וין", "דו", "פל", "סו", "גרא", "נו", "פי",
        "הר", "וס",
    ],
    end: ".",
};
pub const DEVANAGARI: Tongue = Tongue {
    parts: [
        "का",
        "लो",
        "मि",
        "तर",
        "रन",
        "सोल",
        "बे",
        "विन",
        "दो",
        "पेल",
        "सु",
        "ग्रा",
        "नो",
        "फि",
        "हर",
        "वेस",
    ],
    end: "।",
};
pub const HANGUL: Tongue = Tongue {
    parts: [
        "가", "로", "미", "터", "란", "솔", "베", "빈", "도", "펠", "수", "그", "노", "피", "하",
        "웨",
    ],
    end: ".",
};
pub const THAI: Tongue = Tongue {
    parts: [
        "กา",
        "โล",
        "มิ",
        "ตอร์",
        "รัน",
        "โซล",
        "เบ",
        "วิน",
        "โด",
        "เพล",
        "ซู",
        "กรา",
        "โน",
        "ฟิ",
        "ฮาร์",
        "เวส",
    ],
    end: ".",
};
pub const ARMENIAN: Tongue = Tongue {
    parts: [
        "կա", "լո", "մի", "տեր", "րան", "սոլ", "բե", "վին", "դո", "պել", "սու", "գրա", "նո", "ֆի",
        "հար", "վես",
    ],
    end: ".",
};
pub const GEORGIAN: Tongue = Tongue {
    parts: [
        "კა",
        "ლო",
        "მი",
        "ტერ",
        "რან",
        "სოლ",
        "ბე",
        "ვინ",
        "დო",
        "პელ",
        "სუ",
        "გრა",
        "ნო",
        "ფი",
        "ჰარ",
        "ვეს",
    ],
    end: ".",
};

pub const TAMIL: Tongue = Tongue {
    parts: [
        "கா",
        "லோ",
        "மி",
        "தர்",
        "ரன்",
        "சோல்",
        "பே",
        "வின்",
        "டோ",
        "பெல்",
        "சு",
        "கிரா",
        "நோ",
        "பி",
        "ஹார்",
        "வெஸ்",
    ],
    end: ".",
};

impl Tongue {
    /// A word that is different for most numbers.
    pub fn word(&self, n: usize) -> String {
        let mixed = n.wrapping_mul(2_654_435_761) >> 3;
        let part = |at: usize| self.parts[(mixed >> (at * 4)) % 16];
        (0..3).map(part).collect()
    }

    /// A sentence of such words.
    pub fn sentence(&self, n: usize, words: usize) -> String {
        let words: Vec<String> = (0..words).map(|at| self.word(n * 31 + at * 7)).collect();
        let text = words.join(" ");
        let mut letters = text.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>() + self.end
    }
}
