//! What the environment says of a hub, in the variables of `huggingface_hub`.

use crate::disk;
use std::path::PathBuf;

/// Variables that forbid every request when they are on.
const OFFLINE: [&str; 2] = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"];

/// A longer file holds no token.
const TOKEN_BYTES: usize = 4096;

/// The variable that forbids requests, if one does.
pub(super) fn offline() -> Option<&'static str> {
    OFFLINE.into_iter().find(|name| std::env::var(name).is_ok_and(|value| is_on(&value)))
}

/// `1`, `on`, `yes` or `true` in any case, as `huggingface_hub` reads a switch.
fn is_on(value: &str) -> bool {
    ["1", "on", "yes", "true"].iter().any(|on| value.eq_ignore_ascii_case(on))
}

/// The token of this person: `HF_TOKEN`, the file that `HF_TOKEN_PATH` names, or the one that a login has left.
pub(super) fn token() -> Option<String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if variable("HF_HUB_DISABLE_IMPLICIT_TOKEN").is_some() {
        return None;
    }
    let files = [variable("HF_TOKEN_PATH").map(PathBuf::from), Some(hf_hub::hf_home().join("token"))];
    variable("HF_TOKEN").or_else(|| files.into_iter().flatten().find_map(|path| stored(&path)))
}

fn stored(path: &std::path::Path) -> Option<String> {
    let bytes = disk::read(path).ok().filter(|bytes| bytes.len() <= TOKEN_BYTES)?;
    Some(String::from_utf8(bytes).ok()?.trim().to_owned()).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_read_as_huggingface_hub_reads_them() {
        let check = |value: &str, expected: bool| assert_eq!(is_on(value), expected, "{value}");
        check("1", true);
        check("True", true);
        check("YES", true);
        check("on", true);
        check("0", false);
        check("", false);
        check("no", false);
    }
}
