//! The README: tables that are generated from the tables of the program (`TAGWRIGHT_README=1` rewrites them), and images.

use std::fmt::Write;
use std::path::Path;
use tagwright::format::FORMATS;

/// Returns the names and contents of the generated tables.
fn tables() -> Vec<(&'static str, String)> {
    vec![
        ("formats", formats()),
        ("subcommands", subcommands()),
        #[cfg(feature = "window")]
        ("shortcuts", window::shortcuts()),
        #[cfg(feature = "window")]
        ("search", window::search()),
    ]
}

fn formats() -> String {
    let mark = |supported: bool| if supported { "yes" } else { "" };
    let mut out = String::from("| Format | Content | Read | Save | Write |\n| --- | --- | --- | --- | --- |\n");
    for f in FORMATS {
        let (save, write) = (mark(f.rewrite.is_some()), mark(f.write.is_some()));
        writeln!(out, "| `{}` | {} | yes | {save} | {write} |", f.name, escape(f.description)).expect("a string");
    }
    out
}

fn subcommands() -> String {
    let command = <tagwright::cli::Arguments as clap::CommandFactory>::command();
    let mut out = String::from("| Command | Purpose |\n| --- | --- |\n");
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
        writeln!(out, "| `tagwright {}` | {} |", sub.get_name(), escape(&about)).expect("a string");
    }
    out
}

/// Escapes the column separator and angle brackets of Markdown.
fn escape(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

#[cfg(feature = "window")]
mod window {
    use super::escape;
    use std::fmt::Write;
    use tagwright::app::command_table::{COMMANDS, CommandSpec, Scope};
    use tagwright::app::{Action, Page};
    use tagwright::session::query::FIELDS;

    /// Returns the default keys of a command, as key caps.
    fn keys(spec: &CommandSpec) -> String {
        let caps = |key: &tagwright::app::Shortcut| format!("`{}`", key.key_labels().join("+"));
        spec.keys.iter().map(caps).collect::<Vec<_>>().join(" or ")
    }

    pub fn shortcuts() -> String {
        let mut out = String::new();
        let scopes = [
            ("Annotate page", Scope::Page(Page::Annotate)),
            ("All pages", Scope::Everywhere),
            ("Comparison on the Data page", Scope::Page(Page::Data)),
        ];
        for (title, scope) in scopes {
            writeln!(out, "| {title} | Keys |\n| --- | --- |").expect("a string");
            for spec in COMMANDS.iter().filter(|spec| spec.scope == scope && !spec.keys.is_empty()) {
                match spec.action {
                    Action::Label(1) => {
                        writeln!(out, "| Apply label | `1` to `9`, or `Shift` and the shortcut of the label |")
                            .expect("a string");
                    }
                    Action::Label(_) => {}
                    _ => writeln!(out, "| {} | {} |", spec.english_title.trim_end_matches('…'), keys(spec))
                        .expect("a string"),
                }
            }
            out.push('\n');
        }
        out.trim_end().to_owned() + "\n"
    }

    pub fn search() -> String {
        let mut out = String::from("| Term | Meaning |\n| --- | --- |\n");
        for (field, help) in FIELDS {
            writeln!(out, "| `{field}` | {} |", escape(help)).expect("a string");
        }
        out
    }
}

#[test]
fn generated_tables_are_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let mut readme = std::fs::read_to_string(&file).expect("the README");
    for (name, table) in tables() {
        let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->"));
        let from = readme.find(&begin).unwrap_or_else(|| panic!("{begin} is missing")) + begin.len();
        let to = readme.find(&end).unwrap_or_else(|| panic!("{end} is missing"));
        if std::env::var_os("TAGWRIGHT_README").is_some() {
            readme.replace_range(from..to, &table);
        } else {
            assert_eq!(&readme[from..to], table, "TAGWRIGHT_README=1 rewrites the table {name}");
        }
    }
    if std::env::var_os("TAGWRIGHT_README").is_some() {
        std::fs::write(file, readme).expect("a file");
    }
}

#[cfg(feature = "window")]
#[test]
fn images_are_few_and_small() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README");
    let themes = |name: &&str| ["dark", "light"].map(|theme| format!("{name}-{theme}.png"));
    let mut expected: Vec<String> = crate::window::screenshots::PUBLISHED.iter().flat_map(themes).collect();
    expected.sort();
    let entries = std::fs::read_dir(root.join("screenshots")).expect("a directory").flatten();
    let mut images: Vec<(String, u64)> = entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.metadata().expect("metadata").len()))
        .collect();
    images.sort();
    assert_eq!(images.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), expected);
    for (name, size) in &images {
        assert!(readme.contains(&format!("screenshots/{name}")), "the README does not show {name}");
        assert!(*size < 300_000, "{name} has {size} bytes");
    }
    assert!(images.iter().map(|(_, size)| size).sum::<u64>() < 2_000_000);
}
