//! Numbers in 32 bits: byte offsets, and indices of tokens, sentences, documents and sources.

/// A byte offset of a document's text, or an index into a corpus, in the 32 bits in which it is stored.
///
/// # Panics
/// For a number above 4,294,967,295. `format::read` refuses a source so large that one could appear.
pub fn to_u32(number: usize) -> u32 {
    u32::try_from(number).expect("sources are limited so that offsets and indices fit into 32 bits")
}
