//! Environment variables of `huggingface_hub` that affect requests to a hub.

use crate::disk;
use std::path::PathBuf;

/// Variables that forbid all requests if they are on.
const OFFLINE: [&str; 2] = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"];

/// Maximum size of a token file in bytes. Longer files are ignored.
const TOKEN_BYTES: usize = 4096;

/// Returns the name of the variable that forbids requests, if any.
pub(super) fn offline() -> Option<&'static str> {
    OFFLINE.into_iter().find(|name| std::env::var(name).is_ok_and(|value| is_on(&value)))
}

/// True for `1`, `on`, `yes` or `true` in any case, as in `huggingface_hub`.
fn is_on(value: &str) -> bool {
    ["1", "on", "yes", "true"].iter().any(|on| value.eq_ignore_ascii_case(on))
}

/// Returns the user's token from `HF_TOKEN`, the file in `HF_TOKEN_PATH`, or the token file of a login.
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
    fn environment_flags_match_huggingface_hub() {
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
