//! A dataset card, `README.md` as Hugging Face has it: its head is YAML between two lines of dashes.

use super::Problem;
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value};

/// The largest head that is read, in bytes: it takes fifty times its size while it is.
const MAX_BYTES: usize = 2 << 20;

/// The head of a card; `None` where it has none that is YAML, or one of more than 2 MiB.
pub fn front_matter(card: &str) -> Option<Value> {
    let head = card.trim_start().strip_prefix("---")?.split("\n---").next().filter(|head| head.len() <= MAX_BYTES)?;
    Yaml::load_from_str(head).ok()?.first().map(yaml_to_json)
}

/// A file of YAML.
///
/// # Errors
/// The place where it is broken; a file that is too large, or has anchors, of which a small file can make a very large value.
pub(super) fn yaml(text: &str) -> Result<Value, Problem> {
    /// In bytes: the value takes many times as much.
    const MOST: usize = 16 << 20;
    if text.len() > MOST {
        return Err(Problem::at(0, 0, format!("the YAML has more than {} MiB; split it", MOST >> 20)));
    }
    let begins = |word: &str, sign: char| word.strip_prefix(sign).is_some_and(|w| w.starts_with(char::is_alphanumeric));
    let has = |sign| text.split(|c: char| c.is_whitespace() || "[{,".contains(c)).any(|word| begins(word, sign));
    if has('&') && has('*') {
        return Err(Problem::at(0, 0, "anchors of YAML (&name, *name) are not read; write the values out"));
    }
    let broken = |e: saphyr::ScanError| Problem::at(e.marker().line(), 0, format!("the YAML is broken ({})", e.info()));
    Ok(Yaml::load_from_str(text).map_err(broken)?.first().map_or(Value::Null, yaml_to_json))
}

/// The same as JSON, which the rest of the program reads.
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
