//! Dataset card of Hugging Face: `README.md` with YAML front matter between two lines of dashes.

use super::Problem;
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value};

/// Maximum size of the front matter in bytes. The parser needs fifty times as much memory.
const MAX_BYTES: usize = 2 << 20;

/// Returns the front matter of a card as JSON; `None` if it is missing, invalid or larger than 2 MiB.
pub fn front_matter(card: &str) -> Option<Value> {
    let head = card.trim_start().strip_prefix("---")?.split("\n---").next().filter(|head| head.len() <= MAX_BYTES)?;
    Yaml::load_from_str(head).ok()?.first().map(yaml_to_json)
}

/// Parses a YAML file.
///
/// # Errors
/// Returns an error if the YAML is invalid, too large, or has anchors, which can expand a small file to a huge value.
pub(super) fn yaml(text: &str) -> Result<Value, Problem> {
    /// Maximum size in bytes. The value needs a multiple of it in memory.
    const MOST: usize = 16 << 20;
    if text.len() > MOST {
        return Err(Problem::at(0, 0, format!("the YAML has more than {} MiB; split it", MOST >> 20)));
    }
    let begins = |word: &str, sign: char| word.strip_prefix(sign).is_some_and(|w| w.starts_with(char::is_alphanumeric));
    let has = |sign| text.split(|c: char| c.is_whitespace() || "[{,".contains(c)).any(|word| begins(word, sign));
    if has('&') && has('*') {
        return Err(Problem::at(0, 0, "YAML anchors (&name, *name) are not supported; write the values explicitly"));
    }
    let broken = |e: saphyr::ScanError| Problem::at(e.marker().line(), 0, format!("invalid YAML ({})", e.info()));
    Ok(Yaml::load_from_str(text).map_err(broken)?.first().map_or(Value::Null, yaml_to_json))
}

/// Converts YAML to JSON, the form that the other modules read.
fn yaml_to_json(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Value(Scalar::String(text)) => Value::from(text.as_ref()),
        Yaml::Value(Scalar::Integer(n)) => Value::from(*n),
        Yaml::Value(Scalar::Boolean(b)) => Value::from(*b),
        Yaml::Value(Scalar::FloatingPoint(n)) => Value::from(n.into_inner()),
        Yaml::Sequence(list) => list.iter().map(yaml_to_json).collect(),
        Yaml::Mapping(fields) => {
            let named = |(name, value): (&Yaml, &Yaml)| match yaml_to_json(name) {
                Value::String(name) => (name, yaml_to_json(value)),
                other => (other.to_string(), yaml_to_json(value)),
            };
            Value::Object(fields.iter().map(named).collect::<Map<_, _>>())
        }
        Yaml::Tagged(_, inside) => yaml_to_json(inside),
        _ => Value::Null,
    }
}
