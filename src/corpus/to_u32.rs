//! Conversion to 32 bits of byte offsets and of indices of tokens, sentences, documents and sources.

/// Converts a byte offset in a document or an index of a corpus to the 32 bits in which it is stored.
///
/// # Panics
/// Panics if the number exceeds 4,294,967,295. `format::read` rejects sources that are large enough to cause this.
pub fn to_u32(number: usize) -> u32 {
    u32::try_from(number).expect("sources are limited so that offsets and indices fit into 32 bits")
}
