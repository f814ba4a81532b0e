//! How much memory a source may take: bytes of text, and values, whatever size its file has.
//!
//! A corpus takes up to eight bytes for each byte of text (the file, its text, the places of words and sentences). A small file
//! that would unfold to much more than files of its kind do is a trap more often than data.

use super::Problem;

/// Bytes of text that can be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    text: u64,
    huge: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self::of_free(None)
    }
}

impl Budget {
    /// Bytes that the memory taken for each byte of text is reckoned with.
    const A_BYTE: u64 = 8;
    /// Files of this size are always tried, in bytes.
    const LEAST: u64 = 64 << 20;
    /// Larger texts are never tried, in bytes.
    const MOST: u64 = 4 << 30;
    /// Where the system does not tell what is free, in bytes.
    const UNKNOWN: u64 = 1 << 30;
    /// A source may unfold to this size in bytes without a question.
    const SMALL: u64 = 32 << 20;
    /// A larger one may be so many times as large as its file.
    const TIMES: u64 = 32;
    /// Nothing unfolds to more bytes, also where a person says that it may: no computer this runs on could hold it.
    const EVER: u64 = 1 << 36;

    /// The budget of an import where so many bytes of memory are free.
    pub fn of_free(free: Option<u64>) -> Self {
        let text = free.map_or(Self::UNKNOWN, |free| (free / Self::A_BYTE).clamp(Self::LEAST, Self::MOST));
        Self { text, huge: false }
    }

    /// The same, where a person says whether a source may unfold to any size.
    #[must_use]
    pub fn or_any_size(self, huge: bool) -> Self {
        Self { huge, ..self }
    }

    /// The most bytes of a file that is read as it is.
    pub fn file(self) -> u64 {
        self.text
    }

    /// The most bytes that a source of `packed` bytes may unfold to.
    pub fn unfolded(self, packed: usize) -> u64 {
        if self.huge {
            return Self::EVER;
        }
        (packed as u64).saturating_mul(Self::TIMES).max(Self::SMALL).min(self.text.max(Self::SMALL))
    }

    /// Checks how many bytes of memory a reader is about to take.
    ///
    /// # Errors
    /// More than is reckoned with.
    pub(super) fn check_memory(self, bytes: u64) -> Result<(), Problem> {
        if bytes <= self.text.saturating_mul(Self::A_BYTE) {
            return Ok(());
        }
        Err(Problem::at(0, 0, "it would take more memory than is free; split it, or save it as plain text"))
    }

    /// Checks what is about to be held of a source of `packed` bytes.
    ///
    /// # Errors
    /// Says how much it may be.
    pub fn check(self, packed: usize, bytes: u64) -> Result<(), Problem> {
        let most = self.unfolded(packed);
        if bytes <= most { Ok(()) } else { Err(too_much(most)) }
    }
}

/// What is said of a file that would unfold to more than is done unasked; the size follows.
pub const SWOLLEN: &str = "it unfolds to more than ";

/// A source that unfolds to more than `most` bytes.
pub(super) fn too_much(most: u64) -> Problem {
    let advice = "much more than files of its size hold; if that is meant, say so (on the command line --unfold)";
    Problem::at(0, 0, format!("{SWOLLEN}{} MiB, {advice}", most >> 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_unfold_to_little_and_large_ones_to_what_is_free() {
        let check = |free: Option<u64>, packed: usize, expected: u64| {
            assert_eq!(Budget::of_free(free).unfolded(packed), expected, "{free:?} {packed}");
        };
        check(Some(16 << 30), 1 << 10, 32 << 20);
        check(Some(16 << 30), 2 << 20, 64 << 20);
        check(Some(16 << 30), 1 << 30, 2 << 30);
        check(Some(1 << 20), 1 << 30, 64 << 20);
        check(Some(1 << 40), 1 << 30, 4 << 30);
        check(None, 1 << 30, 1 << 30);
        assert!(Budget::default().or_any_size(true).check(1, 1 << 35).is_ok());
        assert!(Budget::default().check(1, 1 << 35).is_err_and(|p| p.message.contains(SWOLLEN)));
    }
}
