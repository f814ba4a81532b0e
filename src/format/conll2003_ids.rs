//! Ids of part-of-speech and chunk tags in the Hugging Face dataset `conll2003`.

const POS: &str = include_str!("../../assets/conll2003/pos_tags.txt");
const CHUNK: &str = include_str!("../../assets/conll2003/chunk_tags.txt");

/// Returns the published id of a value of this column; `None` for other columns and unknown values.
pub fn column_value_id(column: &str, value: &str) -> Option<usize> {
    let table = match column {
        "pos" => POS,
        "chunk" => CHUNK,
        _ => return None,
    };
    table.lines().position(|line| line == value)
}

/// Converts chunk tags to IOB2, the scheme of the Hugging Face dataset. The original files are IOB1.
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
