//! The Data room: the open dataset in numbers, what looks wrong in it, and another labelling beside it.

use super::annotate::Annotate;
use super::command::Command;
use super::effect::Effect;
use super::events::thousands;
use super::fixing;
use super::notifications::Notification;
use super::state::{App, Page};
use super::train_page::BaseModelInput;
use super::update::make;
use crate::app::i18n::{edit_title, tr};
use crate::corpus::edit::label_for;
use crate::corpus::{Corpus, Edit, EditTitle, EditTitleKind, Origin, Span};
use crate::eval::agreement::Difference;
use crate::eval::lint::FindingKind;
use crate::eval::{Agreement, DatasetReport};
use crate::project::WriteOp;
use crate::worker::{FileRequest, ReadRequest};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What the room shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Numbers.
    #[default]
    Numbers,
    /// What looks wrong.
    Checks,
    /// Another labelling.
    Compare,
}

/// What is done about a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The open dataset's labels stay.
    Mine,
    /// The other's come in their place.
    Theirs,
    /// The other's come beside them.
    Both,
    /// There is nothing.
    Neither,
}

/// Another labelling beside the open one.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Where it lies.
    pub path: PathBuf,
    /// How far both agree.
    pub agreement: Agreement,
    /// The difference that is looked at.
    pub current: usize,
    /// What was decided about each.
    pub verdicts: Vec<Option<Resolution>>,
}

impl Comparison {
    /// The other's name: its file's.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The difference that is looked at.
    pub fn difference(&self) -> Option<&Difference> {
        self.agreement.differences.get(self.current)
    }
}

/// The room's state.
#[derive(Debug, Default)]
pub struct DataState {
    /// What is shown.
    pub tab: Tab,
    /// What was found, and the dataset's revision then.
    pub survey: Option<(u64, Box<DatasetReport>)>,
    /// Of the newest question, while it goes on.
    pub waiting: Option<u64>,
    /// Of the newest question.
    pub ticket: u64,
    /// The findings of this kind that are shown; all where there is none.
    pub kind: Option<FindingKind>,
    /// Findings that were mended or put aside, by their number.
    pub settled: HashSet<usize>,
    /// Another labelling.
    pub comparison: Option<Box<Comparison>>,
}

/// Asks for the numbers, where they are not here or are of before the last changes.
pub(super) fn ask(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(a) = &app.annotate else { return };
    let s = &mut app.surveying;
    let fresh = s.survey.as_ref().is_some_and(|(revision, _)| *revision == a.revision);
    if !fresh && s.waiting.is_none() {
        s.ticket += 1;
        s.waiting = Some(s.ticket);
        let (corpus, files, revision) = (a.corpus.clone(), a.files.clone(), a.revision);
        // A hub's model is not fetched for this.
        let base = Some(&app.training.base).filter(|base| !matches!(base, BaseModelInput::Hub(_)));
        let max_length = app.training.arguments.max_length;
        let learner = base.and_then(BaseModelInput::name).map(|name| (name, max_length));
        effects.push(Effect::Read(ReadRequest::Survey { corpus, files, learner, revision, ticket: s.ticket }));
    }
}

/// Takes the numbers in.
pub(super) fn surveyed(app: &mut App, ticket: u64, revision: u64, survey: Option<Box<DatasetReport>>) {
    let s = &mut app.surveying;
    if s.waiting == Some(ticket) {
        s.waiting = None;
        if let Some(survey) = survey {
            s.settled.clear();
            // Places to fix are numbers of findings that are no more.
            app.fixing = None;
            s.survey = Some((revision, survey));
        }
    }
}

/// Takes another labelling in.
pub(super) fn compared(app: &mut App, path: PathBuf, project: &Path, agreement: Agreement) {
    app.opening = None;
    // Another dataset may have been opened meanwhile.
    if app.annotate.as_ref().is_none_or(|a| a.project != project) {
        return;
    }
    if agreement.sentences == 0 {
        let text = tr!("{path} has no sentence of the same words.", path = path.display());
        return app.notices.push(Notification::bad(tr!("There is nothing to compare"), text));
    }
    let verdicts = vec![None; agreement.differences.len()];
    app.surveying.comparison = Some(Box::new(Comparison { path, agreement, current: 0, verdicts }));
    app.surveying.tab = Tab::Compare;
    app.page = Page::Data;
}

/// Does what the room asks for.
pub(super) fn act(app: &mut App, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::SurveyTab(tab) => {
            app.surveying.tab = tab;
            if tab != Tab::Compare {
                ask(app, effects);
            }
        }
        Command::Survey => ask(app, effects),
        Command::ShowKind(kind) => app.surveying.kind = kind,
        Command::ShowFinding(number) => {
            let finding = app.surveying.survey.as_ref().and_then(|(_, s)| s.findings.get(number));
            if let (Some(a), Some(finding)) = (&mut app.annotate, finding)
                && let Some(place) = a.place_of(finding.sentence.document, finding.span.start)
            {
                app.page = Page::Annotate;
                a.go_to(place);
                a.select_span(finding.span);
            }
        }
        Command::Settle(number) => {
            app.surveying.settled.insert(number);
        }
        Command::Mend(numbers) if numbers.len() > 1 => fixing::open(app, &numbers),
        Command::Mend(numbers) => apply_fixes(app, &numbers, effects),
        Command::TickFix(which, ticked) => fixing::tick(app, which, ticked),
        Command::TakeFixes => {
            if let Some(fixing) = app.fixing.take() {
                apply_fixes(app, &fixing.ticked(), effects);
            }
        }
        Command::CloseFixes => app.fixing = None,
        Command::ShowOnly(query) => {
            if let Some(a) = &mut app.annotate {
                a.filter = super::Filter { text: query, ..super::Filter::default() };
                a.refilter();
                app.page = Page::Annotate;
            }
        }
        Command::CompareWith(path) => {
            if let Some(a) = &app.annotate {
                app.opening = Some(path.display().to_string());
                let (corpus, project) = (a.corpus.clone(), a.project.clone());
                effects.push(Effect::File(FileRequest::Compare { path, project, corpus }));
            }
        }
        Command::EndComparison => app.surveying.comparison = None,
        Command::Difference(number) => {
            if let Some(c) = &mut app.surveying.comparison {
                c.current = number.min(c.verdicts.len().saturating_sub(1));
            }
        }
        Command::Decide(verdict) => decide(app, verdict, effects),
        _ => {}
    }
}

/// Makes the edits that mend these findings, as one step. One that does not fit any more is left out.
fn apply_fixes(app: &mut App, numbers: &[usize], effects: &mut Vec<Effect>) {
    let (Some(a), Some((_, survey))) = (&mut app.annotate, &app.surveying.survey) else { return };
    // Tried on a copy, since one finding's edit may take away what another one's stands on.
    let mut tried = a.corpus.clone();
    let fixes = numbers.iter().filter_map(|n| Some((*n, survey.findings.get(*n)?.fix.clone()?)));
    let overlaps = a.overlaps;
    let fitting: Vec<(usize, Edit)> =
        fixes.filter(|(_, fix)| fits(fix, &tried, overlaps) && fix.apply(&mut tried)).collect();
    let count = fitting.len();
    app.surveying.settled.extend(fitting.iter().map(|(n, _)| *n));
    let title = match fitting.first() {
        None => {
            return app.notices.push(Notification::info(
                tr!("Nothing was mended"),
                tr!("The labels have changed since. Count again."),
            ));
        }
        Some((n, _)) if count == 1 => EditTitle::new(EditTitleKind::Fix, [survey.findings[*n].message.as_str()]),
        Some(_) => EditTitle::new(EditTitleKind::FixFindings, [thousands(count)]),
    };
    let edits = fitting.into_iter().map(|(_, fix)| fix).collect();
    if count > 1 {
        app.notices.push(Notification::good(edit_title(&title), tr!("Ctrl+Z takes it back.")));
    }
    make(a, Edit::Group { title, edits }, effects);
}

/// Whether what an edit brings has room: it is not there yet, and lies over nothing that stays where spans may not overlap.
fn fits(fix: &Edit, corpus: &Corpus, overlaps: bool) -> bool {
    let Edit::Spans { document, removed, added } = fix else { return true };
    let d = corpus.document(*document);
    let in_the_way = |new: &Span| {
        let Some(sentence) = d.sentence_at(new.start) else { return false };
        let around = d.spans[d.span_range(sentence)].iter().filter(|s| !removed.contains(s));
        around.clone().any(|s| s == new || (!overlaps && s.overlaps(new)))
    };
    !added.iter().any(in_the_way)
}

/// Decides the difference that is looked at, and goes on to the next that is open.
fn decide(app: &mut App, verdict: Resolution, effects: &mut Vec<Effect>) {
    let (Some(a), Some(c)) = (&mut app.annotate, &mut app.surveying.comparison) else { return };
    let Some(difference) = c.difference().copied() else { return };
    if verdict == Resolution::Both && !a.overlaps && difference.left.is_some() && difference.right.is_some() {
        let text =
            tr!("Spans may not overlap in this dataset. The command “Allow or forbid overlapping spans” changes that.");
        return app.notices.push(Notification::info(tr!("Both cannot stand there"), text));
    }
    if let Some(edit) = a.verdict_edit(c, &difference, verdict, effects) {
        make(a, edit, effects);
    }
    c.verdicts[c.current] = Some(verdict);
    let open = |from: usize| (from..c.verdicts.len()).find(|i| c.verdicts[*i].is_none());
    c.current = open(c.current).or_else(|| open(0)).unwrap_or(c.current);
}

impl Annotate {
    /// The edit that makes the open dataset say what was decided; `None` where it says so already.
    fn verdict_edit(
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
        // Its label may be gone since.
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
            removed.extend(self.replaced_by(spans, &added));
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
