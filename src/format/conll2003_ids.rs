//! The numbers Hugging Face's `conll2003` gives to part-of-speech and chunk tags, kept as data.

const POS: &str = include_str!("../../assets/conll2003/pos_tags.txt");
const CHUNK: &str = include_str!("../../assets/conll2003/chunk_tags.txt");

/// The published id of a value of the column of this name; `None` for other columns and unknown values.
pub fn column_value_id(column: &str, value: &str) -> Option<usize> {
    let table = match column {
        "pos" => POS,
        "chunk" => CHUNK,
        _ => return None,
    };
    table.lines().position(|line| line == value)
}

/// A sentence's chunk tags as IOB2, which is how Hugging Face publishes them (the original files are IOB1).
pub fn chunk_tags_to_iob2(chunks: &[&str]) -> Vec<String> {
    let kind = |tag: &str| tag.split_once('-').map(|(_, kind)| kind.to_owned());
    let mut previous: Option<String> = None;
    chunks
        .iter()
        .map(|tag| {
            let this = kind(tag);
            let out = match &this {
                Some(kind) if tag.starts_with("I-") && previous.as_ref() != Some(kind) => format!("B-{kind}"),
                _ => (*tag).to_owned(),
            };
            previous = this;
            out
        })
        .collect()
}
