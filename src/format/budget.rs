//! Memory budget of a source: the maximum number of text bytes and values, independent of the file size.
//!
//! A corpus needs up to eight bytes per byte of text (the file, its text, the positions of tokens and sentences). A
//! small file with an unusually large decompressed size is more often an attack than data.
//!
//! Every reader that decompresses or expands data checks this budget before it allocates memory.

use super::Problem;
use crate::failure::FailureKind;

/// Maximum number of text bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    text: u64,
    allow_large: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self::for_free_memory(None)
    }
}

impl Budget {
    /// Estimated memory in bytes per byte of text.
    const BYTES_PER_TEXT_BYTE: u64 = 8;
    /// Files up to this size are always read, in bytes.
    const MIN_TEXT_BYTES: u64 = 64 << 20;
    /// Maximum text size in bytes.
    const MAX_TEXT_BYTES: u64 = 4 << 30;
    /// Text size in bytes if the amount of free memory is unknown.
    const UNKNOWN: u64 = 1 << 30;
    /// Decompressed size in bytes that is accepted without confirmation.
    const DEFAULT_LIMIT: u64 = 32 << 20;
    /// Maximum ratio of the decompressed size to the file size without confirmation.
    const MAX_RATIO: u64 = 32;
    /// Maximum decompressed size in bytes, even if the user allows large files. It exceeds the memory of supported
    /// computers.
    const HARD_SIZE_LIMIT: u64 = 1 << 36;

    /// Returns the budget of an import for this amount of free memory, in bytes. `None` means unknown.
    pub fn for_free_memory(free: Option<u64>) -> Self {
        let text = free.map_or(Self::UNKNOWN, |free| {
            (free / Self::BYTES_PER_TEXT_BYTE).clamp(Self::MIN_TEXT_BYTES, Self::MAX_TEXT_BYTES)
        });
        Self { text, allow_large: false }
    }

    /// Returns the budget with or without the permission of the user to decompress to any size.
    #[must_use]
    pub fn with_allow_large(self, huge: bool) -> Self {
        Self { allow_large: huge, ..self }
    }

    /// Returns the maximum size of an uncompressed file, in bytes.
    pub fn file(self) -> u64 {
        self.text
    }

    /// Returns the maximum decompressed size of a source of `packed` bytes.
    pub fn decompressed_limit(self, packed: usize) -> u64 {
        if self.allow_large {
            return Self::HARD_SIZE_LIMIT;
        }
        (packed as u64).saturating_mul(Self::MAX_RATIO).max(Self::DEFAULT_LIMIT).min(self.text.max(Self::DEFAULT_LIMIT))
    }

    /// Checks the number of bytes that a reader will allocate.
    ///
    /// # Errors
    /// Returns an error if the estimate exceeds the budget.
    pub(super) fn check_memory(self, bytes: u64) -> Result<(), Problem> {
        if bytes <= self.text.saturating_mul(Self::BYTES_PER_TEXT_BYTE) {
            return Ok(());
        }
        Err(Problem::at(0, 0, "not enough memory to read the file; split it or save it as plain text"))
    }

    /// Checks the decompressed size of a source of `packed` bytes.
    ///
    /// # Errors
    /// Returns an error with the maximum size if it is exceeded.
    pub fn check(self, packed: usize, bytes: u64) -> Result<(), Problem> {
        let most = self.decompressed_limit(packed);
        if bytes <= most { Ok(()) } else { Err(too_much(most)) }
    }
}

/// Returns the error for a source whose decompressed size exceeds `most` bytes.
pub(super) fn too_much(most: u64) -> Problem {
    let advice = "unusually much for a file of this size; confirm it if intended (on the command line: --unfold)";
    let message = format!("decompressed size exceeds {} MiB, {advice}", most >> 20);
    Problem { kind: FailureKind::TooLarge, ..Problem::at(0, 0, message) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_limit_depends_on_file_size_and_free_memory() {
        let check = |free: Option<u64>, packed: usize, expected: u64| {
            assert_eq!(Budget::for_free_memory(free).decompressed_limit(packed), expected, "{free:?} {packed}");
        };
        check(Some(16 << 30), 1 << 10, 32 << 20);
        check(Some(16 << 30), 2 << 20, 64 << 20);
        check(Some(16 << 30), 1 << 30, 2 << 30);
        check(Some(1 << 20), 1 << 30, 64 << 20);
        check(Some(1 << 40), 1 << 30, 4 << 30);
        check(None, 1 << 30, 1 << 30);
        assert!(Budget::default().with_allow_large(true).check(1, 1 << 35).is_ok());
        assert!(Budget::default().check(1, 1 << 35).is_err_and(|p| p.kind == FailureKind::TooLarge));
    }
}
