//! The subcommand `inspect`.

use super::output::{json_line, line, thousands};
use super::{CliError, input};
use crate::corpus::store::CorpusCounts;
use crate::corpus::{Corpus, Split};
use crate::format::OffsetUnit;
use crate::project::Dataset;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Arguments {
    /// Dataset file, or directory with train, dev and test files
    data: PathBuf,
    #[command(flatten)]
    chosen: input::Chosen,
    /// Fail if the reader skips part of the data
    #[arg(long)]
    strict: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let dataset = Dataset::open_with(&arguments.data, arguments.chosen.choices())?;
    if arguments.json { json_line(&as_json(&dataset)) } else { as_text(&dataset) }?;
    input::check_strict(&dataset, arguments.strict)
}

fn schemes(dataset: &Dataset) -> String {
    dataset.distinct_schemes().iter().map(|s| s.name()).collect::<Vec<_>>().join(", ")
}

fn format_names(dataset: &Dataset) -> String {
    let mut names: Vec<&str> = dataset.files.iter().map(|f| f.report.format.name).collect();
    names.dedup();
    names.join(", ")
}

fn as_json(dataset: &Dataset) -> Value {
    let corpus = &dataset.corpus;
    let labels = |counts: &CorpusCounts| {
        Value::Object(
            corpus.labels.iter().map(|(id, l)| (l.name.clone(), json!(counts.labels[usize::from(id)]))).collect(),
        )
    };
    let classes = |counts: &CorpusCounts| -> Map<String, Value> {
        let present = corpus.doc_labels.iter().zip(&counts.doc_labels).filter(|(_, n)| **n > 0);
        present.map(|(name, n)| (name.clone(), json!(n))).collect()
    };
    let splits: Map<String, Value> = corpus
        .splits()
        .into_iter()
        .map(|split| {
            let c = corpus.counts(Some(split));
            let sizes =
                json!({"documents": c.documents, "sentences": c.sentences, "tokens": c.tokens, "labels": labels(&c),
                    "document_labels": classes(&c)});
            (split.name().to_owned(), sizes)
        })
        .collect();
    let all = corpus.counts(None);
    let problems: Vec<Value> = dataset
        .problems
        .iter()
        .map(|p| json!({"file": p.file, "line": p.problem.line, "column": p.problem.column, "message": p.problem.message}))
        .collect();
    json!({
        "format": format_names(dataset),
        "scheme": schemes(dataset),
        "documents": all.documents,
        "sentences": all.sentences,
        "tokens": all.tokens,
        "labels": labels(&all),
        "document_labels": classes(&all),
        "splits": splits,
        "notes": dataset.notes().iter().map(|n| json!({"kind": n.kind.name(), "count": n.count, "example": n.example}))
            .collect::<Vec<_>>(),
        "columns": columns(dataset),
        "evidence": dataset.files.iter().map(|f| json!({"file": f.path, "format": f.report.format.name,
            "offsets": f.report.offset_unit.map(OffsetUnit::name), "found": f.report.detection_notes})).collect::<Vec<_>>(),
        "problems": problems,
    })
}

/// Returns the columns or fields by role, from the first file that has roles.
fn columns(dataset: &Dataset) -> Map<String, Value> {
    let roles = dataset.files.iter().map(|f| &f.report.roles).find(|roles| !roles.is_empty());
    roles.into_iter().flatten().map(|(role, column)| ((*role).to_owned(), json!(column))).collect()
}

fn as_text(dataset: &Dataset) -> Result<(), CliError> {
    let corpus = &dataset.corpus;
    let scheme = schemes(dataset);
    let comma = if scheme.is_empty() { "" } else { ", " };
    line(format!("{}: {}{comma}{scheme}", corpus.name, format_names(dataset)))?;
    let names: Vec<String> = corpus.labels.names();
    let mut head = format!("{:<7}{:>11}{:>11}{:>11}", "split", "documents", "sentences", "tokens");
    names.iter().for_each(|n| head.push_str(&format!(" {n:>9}")));
    line(head)?;
    for split in corpus.splits() {
        line(row(split.name(), corpus, Some(split)))?;
    }
    line(row("all", corpus, None))?;
    for (what, files) in evidence(dataset) {
        line(format!("{files}: {what}"))?;
    }
    for note in dataset.notes().iter() {
        line(format!("note: {note}"))?;
    }
    let counted: usize = dataset.files.iter().map(|f| f.report.problem_count).sum();
    let listed = dataset.problems.len();
    match counted.max(listed) {
        0 => line("no problems"),
        n => {
            line(format!("{} problems:", thousands(n)))?;
            for p in &dataset.problems {
                line(format!("  {p}"))?;
            }
            if n > listed { line(format!("  and {} more", thousands(n - listed))) } else { Ok(()) }
        }
    }
}

/// Returns each detection note once, with the names of its files.
fn evidence(dataset: &Dataset) -> Vec<(String, String)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for file in dataset.files.iter().filter(|f| !f.report.detection_notes.is_empty()) {
        let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let what = file.report.detection_notes.join("; ");
        match found.iter_mut().find(|(known, _)| *known == what) {
            Some((_, files)) => files.push(name),
            None => found.push((what, vec![name])),
        }
    }
    let named = |files: Vec<String>| match files.len() {
        1 => files[0].clone(),
        n => format!("{} and {} more", files[0], n - 1),
    };
    found.into_iter().map(|(what, files)| (what, named(files))).collect()
}

fn row(name: &str, corpus: &Corpus, split: Option<Split>) -> String {
    let c = corpus.counts(split);
    let mut out =
        format!("{name:<7}{:>11}{:>11}{:>11}", thousands(c.documents), thousands(c.sentences), thousands(c.tokens));
    c.labels.iter().zip(corpus.labels.names()).for_each(|(n, name)| {
        let width = name.chars().count().max(9);
        out.push_str(&format!(" {:>width$}", thousands(*n)));
    });
    out
}
