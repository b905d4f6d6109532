//! Images, audio and files in a turn.

use serde::{Deserialize, Serialize};

use crate::example::{Part, PartKind, Turn};

/// The kind of a media part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Medium {
    /// An image.
    Image,
    /// A video.
    Video,
    /// Audio.
    Audio,
    /// Any other file.
    File,
}

impl Medium {
    /// The kind of a media part, guessed from the start of its value.
    pub fn of(part: &Part<'_>) -> Option<Self> {
        const HEAD: usize = 200;
        if part.kind != PartKind::Media {
            return None;
        }
        let head: String = part.raw.chars().take(HEAD).collect();
        let head = head.to_ascii_lowercase();
        let names = [
            ("image", Self::Image),
            ("video", Self::Video),
            ("audio", Self::Audio),
        ];
        let found = names
            .iter()
            .filter_map(|(name, medium)| Some((head.find(name)?, *medium)));
        Some(found.min().map_or(Self::File, |(_, medium)| medium))
    }

    /// The noun with its article.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Image => "an image",
            Self::Video => "a video",
            Self::Audio => "audio",
            Self::File => "a file",
        }
    }

    /// The singular noun.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio clip",
            Self::File => "file",
        }
    }
}

/// The media of a turn, in order.
pub fn of_turn<'t, 'a>(turn: &'t Turn<'a>) -> impl Iterator<Item = (Medium, &'t Part<'a>)> {
    turn.parts
        .iter()
        .filter_map(|part| Some((Medium::of(part)?, part)))
}
