//! Wording of comments, texts and documents: words that a reader outside of the project has to guess are not used, and
//! the number of vague words does not increase.

use regex::Regex;
use std::path::Path;

/// Patterns without a legitimate use, and the words to use instead.
const BANNED: &[(&str, &str)] = &[
    (r"(?i)\bsaid\b", "set by the user, explicit"),
    (r"(?i)\btold\b", "reported, logged"),
    (r"(?i)\btells?\b", "reports, indicates"),
    (r"(?i)\bwish(es|ed)?\b", "control, request"),
    (r"(?i)\brooms?\b", "page, space, memory"),
    (r"(?i)\bbook's\b", "the default recipe"),
    (r"(?i)\btwins?\b", "near-duplicate, reference"),
    (r"(?i)\bpieces?\b", "subword, chunk"),
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
    (r"(?i)\b(a|the|another) persons?('s)?\b", "the user"),
    (r"(?i)\ba hand\b", "the user"),
    (r"(?i)\ba pity\b", "ignored"),
    (r"(?i)\bmistake in the program\b", "internal error"),
    (r"(?i)\bsure(r|st)\b|\bsure of\b", "more confident"),
    (r"(?i)\bin words\b", "as text"),
    (r"(?i)\bhow far\b", "progress, distance"),
    (r"(?i)\bby (itself|themselves)\b", "automatically"),
    (r"(?i)\ball but\b", "except"),
    (r"(?i)\bmeanwhile\b", "in the meantime"),
    (r"(?i)\b(is|are|has|have) none\b", "is empty, is invalid, has no"),
    (r"(?i)\bsince 1970\b", "Unix timestamp in seconds"),
];

/// Beginning of a comment that is a relative clause instead of a noun phrase or a verb.
const RELATIVE_CLAUSE: &str = r"^\s*(//[/!]?|#)\s?(What|Where|Who|Whose|How|Whether|So many)\b";

/// Vague words with legitimate uses, and their number. The number must not increase.
const RATCHET: &[(&str, usize)] = &[
    (r"(?i)\bsays?\b", 1),
    (r"(?i)\b(stands?|stood|standing)\b", 0),
    (r"(?i)\b(lies|lie|lay)\b", 0),
    (r"(?i)\b(takes?|taken|took)\b", 14),
    (r"(?i)\b(gives?|given|giving)\b", 9),
    (r"(?i)\blook(s|ed|ing)? at\b", 2),
    (r"(?i)\bwhere (there|it|that|they|one|what|this)\b", 1),
    (r"(?i)\bwhat (is|are|was|were)\b", 1),
    (r"(?i)\bwhat (a|an|the|it|they)\b", 0),
    (r"(?i)\b(is|are) no [a-z]+", 47),
    (r"(?i)\bas (it|they) (is|are|was|were)\b", 4),
    (r"(?i)\botherwise\b", 13),
    (r"(?i)\bfurther\b", 1),
    (r"(?i)\bthose (that|of|who|which)\b", 14),
    (r"(?i)\bprocessors?\b", 4),
    (r"(?i)\bsigns?\b", 4),
    (r"(?i)\bgone\b", 0),
    (r"(?i)\bghosts?\b", 0),
];

/// A checked line: its location and its text without quotations and code.
struct Line {
    location: String,
    text: String,
}

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Comments of the sources and tests.
fn comments() -> Vec<Line> {
    let quoted = Regex::new("`[^`]*`|“[^”]*”|\"[^\"]*\"").expect("a pattern");
    let mut lines = Vec::new();
    for (name, text) in crate::rules::files(&["src", "tests"], &["rs", "py", "sh", "cu", "c"]) {
        let is_script = name.ends_with(".py") || name.ends_with(".sh");
        let is_comment = |line: &str| if is_script { line.starts_with("# ") } else { line.starts_with("//") };
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| is_comment(line.trim_start())) {
            let text = quoted.replace_all(line, "").into_owned();
            lines.push(Line { location: format!("{name}:{number}"), text });
        }
    }
    lines
}

/// String literals of the sources without unit tests, placeholders and flags. Literals without a space are names, not
/// texts.
fn strings() -> Vec<Line> {
    let literal = Regex::new(r#""((?:[^"\\]|\\.)*)""#).expect("a pattern");
    let values = Regex::new(r"\{[^}]*\}|--[a-z-]+").expect("a pattern");
    let mut lines = Vec::new();
    for (name, text) in crate::rules::sources() {
        // Titles of older versions are stored names.
        if name == "app/legacy_titles.rs" {
            continue;
        }
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for found in literal.captures_iter(line).filter(|found| found[1].contains(' ')) {
                let text = values.replace_all(&found[1], "").into_owned();
                lines.push(Line { location: format!("src/{name}:{number}"), text });
            }
        }
    }
    lines
}

/// Markdown files, without code.
fn documents() -> Vec<Line> {
    let code = Regex::new("`[^`]*`|“[^”]*”|\"[^\"]*\"").expect("a pattern");
    let files = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "NOTICE.md",
        ".github/SECURITY.md",
        "assets/starter/README.md",
        "assets/fonts/README.md",
        "assets/sample/README.md",
        "tests/bench/README.md",
        "tests/golden/README.md",
    ];
    let mut lines = Vec::new();
    for name in files {
        let mut in_code = false;
        for (number, line) in (1..).zip(read(name).lines()) {
            if line.trim_start().starts_with("```") {
                in_code = !in_code;
            } else if !in_code {
                let text = code.replace_all(line, "").into_owned();
                lines.push(Line { location: format!("{name}:{number}"), text });
            }
        }
    }
    lines
}

/// Texts of the interface.
fn interface() -> Vec<Line> {
    let name = "assets/language/template.json";
    let values = Regex::new(r"\{[^}]*\}").expect("a pattern");
    let line = |(n, text): (usize, &str)| Line {
        location: format!("{name}:{n}"),
        text: values.replace_all(text, "").into_owned(),
    };
    (1..).zip(read(name).lines()).map(line).collect()
}

fn all() -> Vec<Line> {
    [comments(), strings(), documents(), interface()].into_iter().flatten().collect()
}

#[test]
fn texts_use_standard_words() {
    let pattern = |pattern: &str| Regex::new(pattern).expect("a pattern");
    let banned: Vec<(Regex, &str)> = BANNED.iter().map(|(text, instead)| (pattern(text), *instead)).collect();
    let clause = pattern(RELATIVE_CLAUSE);
    let mut found = Vec::new();
    for line in all() {
        let wrong = banned.iter().find(|(pattern, _)| pattern.is_match(&line.text)).map(|(_, instead)| *instead);
        let wrong = wrong.or(clause.is_match(&line.text).then_some("a noun phrase or a verb"));
        found.extend(wrong.map(|instead| format!("{}: {} (use: {instead})", line.location, line.text.trim())));
    }
    assert!(found.is_empty(), "{} lines:\n{}", found.len(), found.join("\n"));
}

#[test]
fn vague_words_do_not_increase() {
    let lines = all();
    let mut risen = Vec::new();
    for (pattern, limit) in RATCHET {
        let regex = Regex::new(pattern).expect("a pattern");
        let count: usize = lines.iter().map(|line| regex.find_iter(&line.text).count()).sum();
        if count > *limit {
            risen.push(format!("(r\"{pattern}\", {count}), limit {limit}"));
        }
    }
    assert!(risen.is_empty(), "reword the new lines:\n{}", risen.join("\n"));
}
