//! The wording of comments: words that a reader outside of the project would have to guess are not used.

use regex::Regex;

/// Words and phrases, and the words to use instead. Names in backticks are exempt.
const BANNED: [(&str, &str); 27] = [
    (r"^\s*//[/!]?\s?(What|Where|Who|Whose|How|Whether|So many)\b", "a noun phrase or a verb"),
    (r"(?i)\bsaid\b", "set by the user, explicit"),
    (r"(?i)\btold\b", "reported, logged"),
    (r"(?i)\btells?\b", "reports, indicates"),
    (r"(?i)\bwish(es|ed)?\b", "control, request"),
    (r"(?i)\brooms?\b", "page, space, memory"),
    (r"(?i)\bthe book('s)?\b", "the default recipe"),
    (r"(?i)\btwins?\b", "near-duplicate, reference"),
    (r"(?i)\bstretch(es)?\b", "range"),
    (r"(?i)\bmend(s|ed|ing|able)?\b", "fix"),
    (r"(?i)\banew\b", "again, new"),
    (r"(?i)\bbeside\b", "next to, in the same directory"),
    (r"(?i)\bbehind\b", "after"),
    (r"(?i)\bpart(ed|ing)\b", "separated, split"),
    (r"(?i)\bunfold(s|ed|ing)?\b", "decompress"),
    (r"(?i)\b(go|goes|going|went) on\b", "continue, resume"),
    (r"(?i)\bmay not\b", "must not, cannot"),
    (r"(?i)\bso (many|often|much|big|wide)\b", "maximum number of"),
    (r"(?i)\b(a|the) persons?('s)?\b", "the user"),
    (r"(?i)\ba hand\b", "the user"),
    (r"(?i)\ba pity\b", "ignored"),
    (r"(?i)\bsure(r|st)\b", "more confident"),
    (r"(?i)\bin words\b", "as text"),
    (r"(?i)\bhow far\b", "progress, distance"),
    (r"(?i)\bby (itself|themselves)\b", "automatically"),
    (r"(?i)\bmeanwhile\b", "in the meantime"),
    (r"(?i)\bsince 1970\b", "Unix timestamp in seconds"),
];

#[test]
fn comments_use_standard_words() {
    let banned: Vec<(Regex, &str)> =
        BANNED.iter().map(|(pattern, instead)| (Regex::new(pattern).expect("a pattern"), *instead)).collect();
    let quoted = Regex::new("`[^`]*`|“[^”]*”|\"[^\"]*\"").expect("a pattern");
    let mut found = Vec::new();
    for (name, text) in crate::rules::sources() {
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| line.trim_start().starts_with("//")) {
            let bare = quoted.replace_all(line, "");
            let wrong = banned.iter().find(|(pattern, _)| pattern.is_match(&bare));
            found.extend(wrong.map(|(_, instead)| format!("{name}:{number}: {} (use: {instead})", line.trim())));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
