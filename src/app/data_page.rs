//! The Data page: statistics of the open dataset, findings, and the comparison with other annotations.
//!
//! Several fixes are tried on a copy of the corpus first, and then become one edit.

use super::annotate::Annotate;
use super::command::Action;
use super::command::Command;
use super::effect::Effect;
use super::fixing;
use super::i18n::{edit_title, thousands, tr};
use super::notifications::Notification;
use super::requests::{Purpose, Slot};
use super::state::{App, Page};
use super::train_page::BaseModelInput;
use super::update::apply_edit;
use crate::corpus::edit::label_for;
use crate::corpus::{Corpus, Edit, EditTitle, EditTitleKind, Origin, Span};
use crate::eval::agreement::Difference;
use crate::eval::lint::FindingKind;
use crate::eval::{Agreement, DatasetReport};
use crate::project::WriteOp;
use crate::worker::{BackgroundWork, FileWork, Work};
use std::collections::HashSet;
use std::path::PathBuf;

/// Tab of the Data page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Statistics.
    #[default]
    Statistics,
    /// Findings.
    Checks,
    /// Comparison with other annotations.
    Compare,
}

/// Resolution of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Keeps the labels of the open dataset.
    Mine,
    /// Replaces them with the labels of the other dataset.
    Theirs,
    /// Adds the labels of the other dataset to those of the open one.
    Both,
    /// Removes both.
    Neither,
}

/// Comparison of the open dataset with other annotations.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Path of the other annotations.
    pub path: PathBuf,
    /// Agreement of both.
    pub agreement: Agreement,
    /// Index of the current difference.
    pub current: usize,
    /// Resolution of each difference, `None` if it is open.
    pub verdicts: Vec<Option<Resolution>>,
}

impl Comparison {
    /// Returns the name of the other annotations: their file name.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Returns the current difference.
    pub fn difference(&self) -> Option<&Difference> {
        self.agreement.differences.get(self.current)
    }
}

/// State of the Data page.
#[derive(Debug, Default)]
pub struct DataState {
    /// Selected tab.
    pub tab: Tab,
    /// Latest report, and the revision of the dataset that it describes.
    pub survey: Option<(u64, Box<DatasetReport>)>,
    /// Kind of findings to show; `None` shows all.
    pub kind: Option<FindingKind>,
    /// Indices of findings that were fixed or dismissed.
    pub dismissed: HashSet<usize>,
    /// The open comparison.
    pub comparison: Option<Box<Comparison>>,
}

/// Requests the report if it is missing or older than the last changes.
pub(super) fn request_report(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(a) = &app.annotate else { return };
    let is_current = app.data_page.survey.as_ref().is_some_and(|(revision, _)| *revision == a.revision);
    if is_current || app.requests.is_pending(Slot::Report) {
        return;
    }
    let (corpus, files, revision) = (a.corpus.clone(), a.files.clone(), a.revision);
    // A model from the hub is not downloaded for the report.
    let base = Some(&app.train_page.base).filter(|base| !matches!(base, BaseModelInput::Hub(_)));
    let base = base.and_then(BaseModelInput::name).map(|name| (name, app.train_page.arguments.max_length));
    let work = BackgroundWork::Report { corpus, files, base, revision };
    app.requests.submit(Purpose::Report, Work::Background(work), effects);
}

/// Discards the report and its request, because other inputs than the labels have changed: the source files, the base
/// model or its maximum length. A visible report is requested again.
pub(super) fn invalidate_report(app: &mut App, effects: &mut Vec<Effect>) {
    app.data_page.survey = None;
    app.requests.cancel(Slot::Report, effects);
    if app.page == Page::Data {
        request_report(app, effects);
    }
}

/// Stores the report.
pub(super) fn on_report(app: &mut App, revision: u64, report: Box<DatasetReport>) {
    app.data_page.dismissed.clear();
    // The fix dialog refers to findings of the old report by index.
    app.fix_dialog = None;
    app.data_page.survey = Some((revision, report));
}

/// Stores the comparison with other annotations.
pub(super) fn on_compared(app: &mut App, path: PathBuf, agreement: Agreement) {
    if agreement.sentences == 0 {
        let text = tr!("No sentence of {path} matches this dataset", path = path.display());
        return app.notifications.push(Notification::error(tr!("Nothing to compare"), text));
    }
    let verdicts = vec![None; agreement.differences.len()];
    app.data_page.comparison = Some(Box::new(Comparison { path, agreement, current: 0, verdicts }));
    app.data_page.tab = Tab::Compare;
    app.page = Page::Data;
}

/// Handles a command of the Data page.
pub(super) fn act(app: &mut App, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::SetDataTab(tab) => {
            app.data_page.tab = tab;
            if tab != Tab::Compare {
                request_report(app, effects);
            }
        }
        Command::Analyze => request_report(app, effects),
        Command::FilterFindings(kind) => app.data_page.kind = kind,
        Command::ShowFinding(number) => {
            let finding = app.data_page.survey.as_ref().and_then(|(_, s)| s.findings.get(number));
            if let (Some(a), Some(finding)) = (&mut app.annotate, finding)
                && let Some(index) = a.sentence_index_at(finding.sentence.document, finding.span.start)
            {
                app.page = Page::Annotate;
                a.go_to_sentence(index);
                a.select_span(finding.span);
            }
        }
        Command::DismissFinding(number) => {
            app.data_page.dismissed.insert(number);
        }
        Command::ApplyFixes(numbers) if numbers.len() > 1 => fixing::open(app, &numbers),
        Command::ApplyFixes(numbers) => apply_fixes(app, &numbers, effects),
        Command::CheckFix(which, is_checked) => fixing::check(app, which, is_checked),
        Command::ApplyCheckedFixes => {
            if let Some(fixing) = app.fix_dialog.take() {
                apply_fixes(app, &fixing.checked(), effects);
            }
        }
        Command::CloseFixes => app.fix_dialog = None,
        Command::SearchFor(query) => {
            if let Some(a) = &mut app.annotate {
                a.filter = super::Filter { text: query, ..super::Filter::default() };
                a.apply_filter();
                app.page = Page::Annotate;
            }
        }
        Command::CompareWith(path) => {
            if let Some(a) = &app.annotate {
                let purpose = Purpose::Compare(path.display().to_string());
                let work = FileWork::Compare { path, corpus: a.corpus.clone() };
                app.requests.submit(purpose, Work::Files(work), effects);
            }
        }
        Command::EndComparison => app.data_page.comparison = None,
        Command::SelectDifference(number) => {
            if let Some(c) = &mut app.data_page.comparison {
                c.current = number.min(c.verdicts.len().saturating_sub(1));
            }
        }
        Command::ResolveDifference(verdict) => resolve(app, verdict, effects),
        _ => {}
    }
}

/// Applies the fixes of these findings as one edit. A fix that no longer applies is skipped.
fn apply_fixes(app: &mut App, numbers: &[usize], effects: &mut Vec<Effect>) {
    let (Some(a), Some((_, survey))) = (&mut app.annotate, &app.data_page.survey) else { return };
    // The fixes are tried on a copy, because one fix can invalidate another.
    let mut tried = a.corpus.clone();
    let fixes = numbers.iter().filter_map(|n| Some((*n, survey.findings.get(*n)?.fix.clone()?)));
    let overlaps = a.allow_overlaps;
    let fitting: Vec<(usize, Edit)> =
        fixes.filter(|(_, fix)| is_applicable(fix, &tried, overlaps) && fix.apply(&mut tried)).collect();
    let count = fitting.len();
    app.data_page.dismissed.extend(fitting.iter().map(|(n, _)| *n));
    let title = match fitting.first() {
        None => {
            return app
                .notifications
                .push(Notification::info(tr!("Nothing fixed"), tr!("Labels have changed. Refresh the checks first.")));
        }
        Some((n, _)) if count == 1 => EditTitle::new(EditTitleKind::Fix, [survey.findings[*n].message.as_str()]),
        Some(_) => EditTitle::new(EditTitleKind::FixFindings, [thousands(count)]),
    };
    let edits = fitting.into_iter().map(|(_, fix)| fix).collect();
    if count > 1 {
        app.notifications.push(Notification::success(
            edit_title(&title),
            tr!("Press {key} to undo", key = app.keymap.key_text(Action::Undo)),
        ));
    }
    apply_edit(a, Edit::Group { title, edits }, effects);
}

/// Returns true if all spans that an edit adds are new and, unless overlaps are allowed, overlap no remaining span.
fn is_applicable(fix: &Edit, corpus: &Corpus, overlaps: bool) -> bool {
    let Edit::Spans { document, removed, added } = fix else { return true };
    let d = corpus.document(*document);
    let in_the_way = |new: &Span| {
        let Some(sentence) = d.sentence_at(new.start) else { return false };
        let around = d.spans[d.span_range(sentence)].iter().filter(|s| !removed.contains(s));
        around.clone().any(|s| s == new || (!overlaps && s.overlaps(new)))
    };
    !added.iter().any(in_the_way)
}

/// Resolves the current difference and shows the next open one.
fn resolve(app: &mut App, verdict: Resolution, effects: &mut Vec<Effect>) {
    let (Some(a), Some(c)) = (&mut app.annotate, &mut app.data_page.comparison) else { return };
    let Some(difference) = c.difference().copied() else { return };
    if verdict == Resolution::Both && !a.allow_overlaps && difference.left.is_some() && difference.right.is_some() {
        let text = tr!("Overlapping spans are off for this dataset. Turn them on with “Toggle overlapping spans”.");
        return app.notifications.push(Notification::info(tr!("Cannot keep both spans"), text));
    }
    if let Some(edit) = a.resolution_edit(c, &difference, verdict, effects) {
        apply_edit(a, edit, effects);
    }
    c.verdicts[c.current] = Some(verdict);
    let open = |from: usize| (from..c.verdicts.len()).find(|i| c.verdicts[*i].is_none());
    c.current = open(c.current).or_else(|| open(0)).unwrap_or(c.current);
}

impl Annotate {
    /// Returns the edit that implements a resolution, or `None` if the dataset already matches it.
    fn resolution_edit(
        &mut self,
        c: &Comparison,
        difference: &Difference,
        verdict: Resolution,
        effects: &mut Vec<Effect>,
    ) -> Option<Edit> {
        let document = difference.sentence.document;
        let (keeps, takes) = match verdict {
            Resolution::Mine => (true, false),
            Resolution::Theirs => (false, true),
            Resolution::Both => (true, true),
            Resolution::Neither => (false, false),
        };
        let is_there = |s: &Span| self.corpus.document(document).spans.binary_search(s).is_ok();
        let mut edits = Vec::new();
        let mut removed: Vec<Span> = difference.left.filter(|s| !keeps && is_there(s)).into_iter().collect();
        // The label can have been removed since the comparison.
        let is_known = |s: &Span| usize::from(s.label) < self.corpus.labels.len();
        let mut added: Vec<Span> =
            difference.left.filter(|s| keeps && !is_there(s) && is_known(s)).into_iter().collect();
        if let Some(theirs) = difference.right {
            let name = c.agreement.merged_labels.name(theirs.label);
            let label = label_for(&mut self.corpus.labels.clone(), name, &mut edits)?;
            let span = Span { label, ..theirs };
            match (takes, is_there(&span)) {
                (true, false) => {
                    let known = self.corpus.agents.len();
                    let who = self.corpus.intern_agent(&c.name());
                    if self.corpus.agents.len() > known {
                        effects.push(Effect::Commit(WriteOp::Agents(self.corpus.agents.clone())));
                    }
                    let origin = who.map_or(Origin::Human, |who| Origin::suggested(who, 1.0));
                    added.push(Span { origin, ..span });
                }
                (false, true) => removed.push(span),
                _ => edits.clear(),
            }
        }
        if removed.is_empty() && added.is_empty() {
            return None;
        }
        if verdict != Resolution::Both {
            let spans = &self.corpus.document(document).spans;
            removed.extend(self.replaced_spans(spans, &added));
            removed.sort_unstable();
            removed.dedup();
        }
        edits.push(Edit::Spans { document, removed, added });
        Some(match edits.len() {
            1 => edits.remove(0),
            _ => Edit::Group { title: EditTitle::new(EditTitleKind::TakeSide, [c.name()]), edits },
        })
    }
}
