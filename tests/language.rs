//! The words of the window in one place: `assets/language/template.json` lists what the sources show, and a window in another
//! language shows nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tagwright::app::command::COMMANDS;
use tagwright::app::query;
use tagwright::train::settings_table::{ENUM_SETTINGS, NUMBER_SETTINGS};
use tagwright::ui::numbers::NOUNS;

const TEMPLATE: &str = "assets/language/template.json";

/// Every text that is shown: of the sources, and of the tables that they show.
fn shown() -> BTreeSet<String> {
    let marked = regex::Regex::new(r#"tr!\(\s*("(?:[^"\\]|\\.)*")"#).expect("a pattern");
    let broken = regex::Regex::new(r"\\\n\s*").expect("a pattern");
    let sources = crate::rules::sources();
    let inside = sources.iter().filter(|(name, _)| name.starts_with("ui/") || name.starts_with("app/"));
    // The macro's own examples are no texts of the window.
    let inside = inside.filter(|(name, _)| name != "app/i18n.rs");
    let mut all: BTreeSet<String> = BTreeSet::new();
    for (_, text) in inside {
        for found in marked.captures_iter(text) {
            let literal = broken.replace_all(&found[1], "");
            all.insert(serde_json::from_str(&literal).unwrap_or_else(|e| panic!("{literal}: {e}")));
        }
    }
    let tables = COMMANDS.iter().map(|e| e.english_title).chain(query::FIELDS.iter().map(|(_, what)| *what));
    let settings = NUMBER_SETTINGS.iter().map(|f| f.hint).chain(ENUM_SETTINGS.iter().map(|c| c.help));
    let edits = tagwright::corpus::EditTitleKind::texts().filter(|text| *text != "{text}");
    let nouns = NOUNS.iter().flat_map(|(_, one, several)| [*one, *several]);
    all.extend(tables.chain(settings).chain(edits).chain(nouns).filter(|t| !t.is_empty()).map(str::to_owned));
    all
}

#[test]
fn the_template_lists_every_text_of_the_window() {
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join(TEMPLATE);
    let shown: BTreeMap<String, String> = shown().into_iter().map(|text| (text, String::new())).collect();
    if std::env::var_os("TAGWRIGHT_TEMPLATE").is_some() {
        let json = serde_json::to_string_pretty(&shown).expect("JSON");
        std::fs::create_dir_all(at.parent().expect("a folder")).expect("a folder");
        std::fs::write(&at, json + "\n").expect("a file");
    }
    let text = std::fs::read_to_string(at).expect("the template");
    let listed: BTreeMap<String, String> = serde_json::from_str(&text).expect("the template");
    let missing: Vec<_> = shown.keys().filter(|t| !listed.contains_key(*t)).collect();
    let gone: Vec<_> = listed.keys().filter(|t| !shown.contains_key(*t)).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "TAGWRIGHT_TEMPLATE=1 writes it anew: missing {missing:?}, gone {gone:?}"
    );
}

/// A language is spoken as long as a program runs, so this has a program of its own.
#[test]
fn a_window_in_another_language_shows_no_english() {
    let program = std::env::current_exe().expect("this program");
    let name = "language::every_page_in_another_language";
    let run = std::process::Command::new(program).args([name, "--exact", "--ignored", "--nocapture"]).output();
    let run = run.expect("it runs");
    assert!(run.status.success(), "{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
}

#[test]
#[ignore = "speaks a language for as long as the program runs; started by the test above"]
fn every_page_in_another_language() {
    use crate::support::window::Window;
    use tagwright::app::data_page::Tab;
    use tagwright::app::{Action, Command, Page};
    // Each text in brackets.
    tagwright::app::i18n::set_language(shown().into_iter().map(|text| (text.clone(), format!("«{text}»"))).collect());
    let mut w = Window::open(&[]);
    let mut english: BTreeMap<String, String> = BTreeMap::new();
    let mut look = |w: &Window, page: &str| {
        for text in w.texts() {
            english.entry(text).or_insert_with(|| page.to_owned());
        }
    };
    look(&w, "welcome");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("xyz.conll");
    std::fs::write(&file, "Zoë B-PER\nOkafor I-PER\nsegelt O\nnach O\nOslo B-LOC\n\nZoë B-PER\nschweigt O\n")
        .expect("a file");
    w.ask(Command::Open(file));
    w.until("the file is open", |w| w.app().annotate.is_some());
    w.step();
    look(&w, "annotate");
    w.ask(Command::Select(0, 1));
    for action in [
        Action::Palette,
        Action::ShowShortcuts,
        Action::Settings,
        Action::History,
        Action::Export,
        Action::Comment,
        Action::AddLabel,
        Action::SaveSearch,
        Action::Snapshots,
        Action::LabelMatches,
        Action::ChooseLabel,
        Action::ChooseDocLabel,
        Action::Guidelines,
        Action::ToggleSubwords,
    ] {
        w.ask(Command::Do(action));
        w.step();
        look(&w, &format!("{action:?}"));
        for close in [Command::Ask(None), Command::CloseMatches, Command::CloseSnapshots, Command::ChooseNone] {
            w.ask(close);
        }
        if matches!(
            action,
            Action::Palette | Action::ShowShortcuts | Action::Settings | Action::History | Action::Export
        ) {
            w.ask(Command::Do(action));
        }
    }
    for room in [Page::Train, Page::Evaluate, Page::Try, Page::Data] {
        w.ask(Command::Do(Action::GoTo(room)));
        w.step();
        w.step();
        look(&w, &format!("{room:?}"));
    }
    w.until("it is counted", |w| w.app().surveying.survey.is_some());
    for tab in [Tab::Numbers, Tab::Checks, Tab::Compare] {
        w.ask(Command::SurveyTab(tab));
        w.step();
        look(&w, &format!("{tab:?}"));
    }
    english.retain(|text, _| is_english(text));
    assert!(english.is_empty(), "{english:#?}");
}

/// Words that are the same in every language: of the dataset above, keys, names of settings, splits, schemes and formats (whose
/// descriptions come with them), and what egui says by itself.
const THE_SAME: &str = "Zoë Okafor segelt nach Oslo schweigt PER LOC xyz conll train IOB2 Tagwright Resize panel Ctrl Shift Alt Esc \
    Enter Backspace End Home Space Page Comma Period";

/// The sentence of the first page, drawn as an example, and the first text to try.
const EXAMPLES: [&str; 2] = ["Zoë Okafor caught the last ferry of the Harbour Line .", "My name is Maarten."];

/// Whether a text has words that are not in brackets and not the same in every language.
fn is_english(text: &str) -> bool {
    // The names of settings are shown without their beginnings.
    let same = |word: &str| {
        THE_SAME.split_whitespace().any(|w| w == word) || NUMBER_SETTINGS.iter().any(|f| f.name.ends_with(word))
    };
    let format = |f: &tagwright::format::Format| f.description.contains(text) || text.contains(f.name);
    let words = || {
        text.split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|w| w.chars().filter(|c| c.is_alphabetic()).count() > 2)
    };
    let foreign = text.contains('«') || EXAMPLES.contains(&text) || tagwright::format::FORMATS.iter().any(format);
    !foreign && words().any(|word| !same(word))
}
