//! The Data page: statistics of the open dataset, findings, and the comparison with other annotations.
//!
//! Several fixes are tried on a copy of the corpus first, and then become one edit.

use super::action::Action;
use super::dialogs::Dialog;
use super::editing::{apply_edit, writer};
use super::effect::Effect;
use super::fixing;
use super::notifications::Notification;
use super::page_commands::DataCommand;
use super::pages::Page;
use super::requests::{Purpose, Slot};
use super::state::App;
use super::train_page::BaseModelInput;
use crate::corpus::{Corpus, Edit, EditTitle, EditTitleKind, Span};
use crate::eval::{Agreement, DatasetReport};
use crate::i18n::{edit_title, thousands, tr};
use crate::session::Filter;
use crate::session::comparison::{Comparison, Resolution};
use crate::session::results::Tab;
use crate::worker::Stamp;
use crate::worker::{BackgroundWork, FileWork, Work};
use std::path::PathBuf;

/// Requests the report if it is missing or older than the last changes.
pub(super) fn request_report(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(session) = &app.session else { return };
    let is_current = session.checks.report().is_some_and(|(stamp, _)| *stamp == session.stamp());
    if is_current || app.requests.is_pending(Slot::Report) {
        return;
    }
    let (corpus, files, stamp) = (session.corpus().clone(), session.files().to_vec(), session.stamp());
    // A model from the hub is not downloaded for the report.
    let base = Some(&app.train_page.base).filter(|base| !matches!(base, BaseModelInput::Hub(_)));
    let base = base.and_then(BaseModelInput::name).map(|name| (name, app.train_page.arguments.max_length));
    let work = BackgroundWork::Report { corpus, files, base, stamp };
    app.requests.submit(Purpose::Report, Work::Background(work), effects);
}

/// Discards the report and its request, because other inputs than the labels have changed: the source files, the base
/// model or its maximum length. A visible report is requested again.
pub(super) fn invalidate_report(app: &mut App, effects: &mut Vec<Effect>) {
    fixing::close(app);
    app.session.iter_mut().for_each(|session| session.checks.set_report(None));
    app.requests.cancel(Slot::Report, effects);
    if app.page == Page::Data {
        request_report(app, effects);
    }
}

/// Stores the report. If label ids have changed since the request, it is requested again.
pub(super) fn on_report(app: &mut App, stamp: Stamp, report: Box<DatasetReport>, effects: &mut Vec<Effect>) {
    match &mut app.session {
        Some(session) if stamp.has_same_ids(session.stamp()) => {
            session.checks.set_report(Some((stamp, report)));
            fixing::close(app);
        }
        _ => invalidate_report(app, effects),
    }
}

/// Stores the comparison with other annotations.
pub(super) fn on_compared(app: &mut App, path: PathBuf, agreement: Agreement) {
    if agreement.sentences == 0 {
        let text = tr!("No sentence of {path} matches this dataset", path = path.display());
        return app.notifications.push(Notification::error(tr!("Nothing to compare"), text));
    }
    let Some(session) = &mut app.session else { return };
    session.checks.comparison = Some(Box::new(Comparison::new(path, agreement)));
    session.checks.tab = Tab::Compare;
    app.page = Page::Data;
}

/// Runs a command of the Data page.
pub(super) fn run_command(app: &mut App, command: DataCommand, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    match command {
        DataCommand::SetDataTab(tab) => {
            session.checks.tab = tab;
            if tab != Tab::Compare {
                request_report(app, effects);
            }
        }
        DataCommand::Analyze => request_report(app, effects),
        DataCommand::FilterFindings(kind) => session.checks.set_kind(kind),
        DataCommand::ShowFinding(number) => {
            let finding = session.checks.report().and_then(|(_, report)| report.findings.get(number));
            if let Some((sentence, span)) = finding.map(|finding| (finding.sentence, finding.span))
                && let Some(index) = session.sentence_index_at(sentence.document, span.start)
            {
                session.go_to_sentence(index);
                session.select_span(span);
                app.page = Page::Annotate;
            }
        }
        DataCommand::DismissFinding(number) => session.checks.dismiss([number]),
        DataCommand::ApplyFixes(numbers) if numbers.len() > 1 => fixing::open(app, &numbers),
        DataCommand::ApplyFixes(numbers) => apply_fixes(app, &numbers, effects),
        DataCommand::CheckFix(which, checked) => fixing::check(app, which, checked),
        DataCommand::ApplyCheckedFixes => {
            if let Some(Dialog::Fixes(fixing)) = fixing::close(app) {
                apply_fixes(app, &fixing.checked(), effects);
            }
        }
        DataCommand::SearchFor(query) => {
            session.filter = Filter { text: query, ..Filter::default() };
            session.apply_filter();
            app.page = Page::Annotate;
        }
        DataCommand::CompareWith(path) => {
            let purpose = Purpose::Compare(path.display().to_string());
            let work = FileWork::Compare { path, corpus: session.corpus().clone() };
            app.requests.submit(purpose, Work::Files(work), effects);
        }
        DataCommand::EndComparison => session.checks.comparison = None,
        DataCommand::SelectDifference(number) => {
            if let Some(c) = &mut session.checks.comparison {
                c.select(number);
            }
        }
    }
}

/// Applies the fixes of these findings as one edit. A fix that no longer applies is skipped.
fn apply_fixes(app: &mut App, numbers: &[usize], effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    let Some((_, report)) = session.checks.report() else { return };
    // The fixes are tried on a copy, because one fix can invalidate another.
    let mut tried = session.corpus().clone();
    let fixes = numbers.iter().filter_map(|n| Some((*n, report.findings.get(*n)?.fix.clone()?)));
    let overlaps = session.allow_overlaps();
    let fitting: Vec<(usize, Edit)> =
        fixes.filter(|(_, fix)| is_applicable(fix, &tried, overlaps) && fix.apply(&mut tried)).collect();
    let count = fitting.len();
    let title = match fitting.first() {
        None => {
            return app
                .notifications
                .push(Notification::info(tr!("Nothing fixed"), tr!("Labels have changed. Refresh the checks first.")));
        }
        Some((n, _)) if count == 1 => EditTitle::new(EditTitleKind::Fix, [report.findings[*n].message.as_str()]),
        Some(_) => EditTitle::new(EditTitleKind::FixFindings, [thousands(count)]),
    };
    let (numbers, edits): (Vec<usize>, Vec<Edit>) = fitting.into_iter().unzip();
    session.checks.dismiss(numbers);
    if count > 1 {
        app.notifications.push(Notification::success(
            edit_title(&title),
            tr!("Press {key} to undo", key = app.keymap.key_text(Action::Undo)),
        ));
    }
    apply_edit(session, Edit::Group { title, edits }, effects);
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

/// Shows the next or the previous difference.
pub(super) fn step_difference(app: &mut App, forward: bool) {
    if let Some(comparison) = app.session.as_mut().and_then(|session| session.checks.comparison.as_mut()) {
        comparison.step(forward);
    }
}

/// Resolves the current difference and shows the next open one.
pub(super) fn resolve(app: &mut App, resolution: Resolution, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    let Some(difference) = session.checks.comparison.as_ref().and_then(|c| c.difference().copied()) else { return };
    let is_conflict = !session.allow_overlaps() && difference.left.is_some() && difference.right.is_some();
    if resolution == Resolution::Both && is_conflict {
        let text = tr!("Overlapping spans are off for this dataset. Turn them on with “Toggle overlapping spans”.");
        return app.notifications.push(Notification::info(tr!("Cannot keep both spans"), text));
    }
    if let Some(mut writer) = writer(session, effects) {
        writer.resolve(&difference, resolution);
    }
}
