//! Dependencies between the folders and files of `src`, found in their `use` declarations and paths.

use crate::rules::sources;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};

/// The folders (and single files) of `src`, each with the others that it can use. ARCHITECTURE.md shows the same table.
const ALLOWED: [(&str, &str); 20] = [
    ("clock", ""),
    ("failure", ""),
    ("corpus", ""),
    ("eval", "corpus"),
    ("disk", "failure"),
    ("format", "corpus failure"),
    ("log", "disk format project"),
    ("model", "corpus disk failure"),
    ("predict", "corpus eval model"),
    ("train", "corpus disk eval failure model predict"),
    ("hub", "disk failure model"),
    ("gpu", "failure hub model train"),
    ("project", "corpus disk eval failure format"),
    ("worker", "corpus disk eval failure format gpu hub model predict project train"),
    ("i18n", "corpus"),
    ("icon", ""),
    ("session", "corpus eval hub i18n model predict project train worker"),
    ("app", "clock corpus eval failure format hub i18n icon model predict project session train worker"),
    ("ui", "app clock corpus eval failure format gpu hub i18n icon model predict project session train worker"),
    ("cli", "corpus disk eval failure format gpu hub i18n model predict project train"),
];

/// Maximum number of files that use each other in a circle.
const MAX_CIRCLE: usize = 3;

/// Modules by path, for example `train/run/step`, with the modules that each uses.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// Returns the paths of a `use` tree, for example of `super::{a::B, c}`.
fn flatten(tree: &str, prefix: &[String], paths: &mut Vec<Vec<String>>) {
    let mut depth = 0;
    let mut parts = vec![String::new()];
    for c in tree.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("a part").push(c);
    }
    for part in parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        let (head, inner) = part.split_once('{').map_or((part, None), |(head, inner)| (head, Some(inner)));
        let names = head.split(" as ").next().unwrap_or_default().split("::").map(str::trim);
        let path: Vec<String> =
            prefix.iter().cloned().chain(names.filter(|n| !n.is_empty()).map(str::to_owned)).collect();
        match inner {
            Some(inner) => flatten(inner.strip_suffix('}').unwrap_or(inner), &path, paths),
            None => paths.push(path),
        }
    }
}

/// Returns the path from the root of the crate, for a path in the module `here`.
fn absolute(path: &[String], here: &[String]) -> Vec<String> {
    let supers = path.iter().take_while(|name| *name == "super").count();
    match path.first().map(String::as_str) {
        Some("crate") => path[1..].to_vec(),
        Some("self") => here.iter().chain(&path[1..]).cloned().collect(),
        _ => here[..here.len().saturating_sub(supers)].iter().chain(&path[supers..]).cloned().collect(),
    }
}

fn graph() -> Graph {
    let comment = Regex::new(r"//[^\n]*").expect("a pattern");
    let declaration = Regex::new(r"\buse ((?:crate|super|self)::[^;]*);").expect("a pattern");
    let inline = Regex::new(r"\b(?:crate|super)(?:::\w+)+").expect("a pattern");
    let module = |file: &str| -> Vec<String> {
        let mut names: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        names.pop_if(|name| ["mod", "lib", "main"].contains(&name.as_str()));
        names
    };
    let files: Vec<(Vec<String>, String)> = sources().into_iter().map(|(file, text)| (module(&file), text)).collect();
    let known: BTreeSet<String> = files.iter().map(|(names, _)| names.join("/")).collect();
    let mut graph = Graph::new();
    // Files of unit tests can use everything.
    for (here, text) in files.iter().filter(|(here, _)| here.last().is_none_or(|name| name != "tests")) {
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let text = comment.replace_all(text, "");
        let mut paths = Vec::new();
        for found in declaration.captures_iter(&text) {
            flatten(&found[1], &[], &mut paths);
        }
        paths.extend(inline.find_iter(&text).map(|path| path.as_str().split("::").map(str::to_owned).collect()));
        let used = paths.iter().filter_map(|path| {
            let path = absolute(path, here);
            (1..=path.len()).rev().map(|length| path[..length].join("/")).find(|name| known.contains(name))
        });
        let name = here.join("/");
        graph.entry(name.clone()).or_default().extend(used.filter(|used| *used != name));
    }
    assert!(graph.len() > 200);
    graph
}

fn folder(module: &str) -> &str {
    module.split('/').next().unwrap_or_default()
}

/// Returns all modules that a module uses, also through others.
fn reachable(graph: &Graph, from: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut pending = vec![from.to_owned()];
    while let Some(next) = pending.pop() {
        for used in graph.get(&next).into_iter().flatten() {
            if found.insert(used.clone()) {
                pending.push(used.clone());
            }
        }
    }
    found
}

#[test]
fn folders_use_only_lower_folders() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        ALLOWED.iter().map(|(name, used)| (*name, used.split_whitespace().collect())).collect();
    let mut actual: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, used) in graph().iter().filter(|(module, _)| !module.is_empty()) {
        for used in used.iter().filter(|used| !used.is_empty() && folder(used) != folder(module)) {
            let is_allowed = allowed.get(folder(module)).is_some_and(|allowed| allowed.contains(folder(used)));
            assert!(is_allowed, "{module} uses {used}");
            actual.entry(folder(module).to_owned()).or_default().insert(folder(used).to_owned());
        }
    }
    for (name, used) in &allowed {
        let used: Vec<&str> = used.iter().copied().collect();
        let actual: Vec<&str> = actual.get(*name).into_iter().flatten().map(String::as_str).collect();
        assert_eq!(actual, used, "{name}: remove what it no longer uses from the table");
    }
}

#[test]
fn allowed_dependencies_have_no_circle() {
    let graph: Graph = ALLOWED
        .iter()
        .map(|(name, used)| ((*name).to_owned(), used.split_whitespace().map(str::to_owned).collect()))
        .collect();
    for name in graph.keys() {
        assert!(!reachable(&graph, name).contains(name), "{name} uses itself through other folders");
    }
}

#[test]
fn circles_of_files_are_small() {
    let graph = graph();
    let reached: BTreeMap<&String, BTreeSet<String>> =
        graph.keys().map(|name| (name, reachable(&graph, name))).collect();
    for name in graph.keys() {
        let circle: Vec<&String> =
            reached[name].iter().filter(|other| reached.get(other).is_some_and(|r| r.contains(name))).collect();
        assert!(circle.len() <= MAX_CIRCLE, "{circle:?} use each other");
    }
}

#[test]
fn architecture_shows_the_dependencies() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/ARCHITECTURE.md")).expect("the document");
    for (name, used) in ALLOWED {
        let used: Vec<&str> = used.split_whitespace().collect();
        let row = format!("| `{name}` | {} |", if used.is_empty() { "-".to_owned() } else { used.join(", ") });
        assert!(text.contains(&row), "ARCHITECTURE.md lacks the row\n{row}");
    }
}
