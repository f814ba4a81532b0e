//! Statistics of the dataset. A click on a bar shows its sentences.

use super::strength;
use crate::app::annotate::FilterLabel;
use crate::app::i18n::tr;
use crate::app::{Action, Annotate, Command, Page, query};
use crate::corpus::LabelId;
use crate::eval::Statistics;
use crate::eval::statistics::{SplitStatistics, SurfaceForm};
use crate::project::DailyProgress;
use crate::ui::Commands;
use crate::ui::numbers::{counted, thousands};
use crate::ui::theme::{self, TextRole};
use crate::ui::widgets::{BarRow, Card, Figure, figures, label, paragraph};
use egui::{Color32, Ui};

/// Maximum number of surface forms in a card.
const LISTED: usize = 12;

/// Shows all statistics.
pub fn show(ui: &mut Ui, a: &Annotate, s: &Statistics, out: &mut Commands) {
    headline(ui, a, s);
    labels(ui, a, s, out);
    two(ui, |left, right| {
        lengths(
            left,
            tr!("Words of a span"),
            &s.span_lengths,
            |i, last| {
                if last {
                    (tr!("{i} or more", i = i + 1), format!("words>{i}"))
                } else {
                    ((i + 1).to_string(), format!("words={}", i + 1))
                }
            },
            out,
        );
        lengths(
            right,
            tr!("Words of a sentence"),
            &s.sentence_lengths,
            |i, last| {
                let (from, to) = (i * 10 + 1, i * 10 + 10);
                if last {
                    (tr!("{from} or more", from), format!("length>{}", from - 1))
                } else {
                    (tr!("{from} to {to}", from, to), format!("length>{} length<{}", from - 1, to + 1))
                }
            },
            out,
        );
    });
    two(ui, |left, right| {
        surfaces(left, a, tr!("Most frequent"), tr!("spans by their text"), &s.surface_forms, out);
        surfaces(
            right,
            a,
            tr!("Same words, different label"),
            tr!("the most contested first"),
            &s.ambiguous_forms,
            out,
        );
    });
    two(ui, |left, right| {
        classes(left, a, &s.doc_labels, out);
        days(right, &a.progress, out);
    });
    splits(ui, s, out);
}

/// Shows two cards next to each other.
fn two(ui: &mut Ui, content: impl FnOnce(&mut Ui, &mut Ui)) {
    ui.columns(2, |columns| {
        let [left, right] = columns else { return };
        content(left, right);
    });
}

fn headline(ui: &mut Ui, a: &Annotate, s: &Statistics) {
    let sum = |of: fn(&SplitStatistics) -> usize| s.splits.iter().map(of).sum::<usize>();
    let (sentences, tokens, covered, done) =
        (sum(|x| x.sentences), sum(|x| x.tokens), sum(|x| x.tokens_in_spans), sum(|x| x.done));
    let spans = sum(|x| x.labels.iter().sum());
    let share = |part: usize, of: usize| format!("{:.1} %", part as f64 / of.max(1) as f64 * 100.0);
    let documents = tr!("in {documents}", documents = counted(a.corpus.documents.len(), "document"));
    let dense = tr!("{sentences} a sentence", sentences = format!("{:.2}", spans as f64 / sentences.max(1) as f64));
    let figure = |caption, number, detail| Figure { caption, number, unit: "", detail };
    figures(
        ui,
        &[
            figure(tr!("Sentences"), &thousands(sentences), &documents),
            figure(
                tr!("Words"),
                &thousands(tokens),
                &tr!("{sentences} a sentence", sentences = format!("{:.1}", tokens as f64 / sentences.max(1) as f64)),
            ),
            figure(tr!("Spans"), &thousands(spans), &dense),
            figure(tr!("Words in spans"), &share(covered, tokens), &thousands(covered)),
            figure(tr!("Done"), &share(done, sentences), &counted(done, "sentence")),
        ],
        true,
    );
}

/// Shows the number of spans of each label in each split.
fn labels(ui: &mut Ui, a: &Annotate, s: &Statistics, out: &mut Commands) {
    let p = theme::of(ui);
    let most = a.corpus.labels.iter().map(|(id, _)| s.total(id)).max().unwrap_or(0).max(1);
    Card::new(tr!("Labels")).note(tr!("by split: train, dev, test from full to pale")).show(
        ui,
        |_| {},
        |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (id, l) in a.corpus.labels.iter() {
                let solid = p.label(usize::from(l.color)).solid;
                let part =
                    |x: &SplitStatistics| (x.count(id) as f32 / most as f32, solid.gamma_multiply(strength(x.split)));
                let parts: Vec<(f32, Color32)> = s.splits.iter().map(part).collect();
                let n = s.total(id);
                // A label with fewer than 20 training spans is marked as rare, because a model hardly learns it.
                let rare = if n > 0 && n < 20 { tr!(", rare") } else { "" };
                let row = BarRow { name: &l.name, number: &format!("{}{rare}", thousands(n)), parts: &parts };
                if row.show(ui).clicked() {
                    show_label(id, out);
                }
            }
        },
    );
}

fn show_label(id: LabelId, out: &mut Commands) {
    out.push(Command::ShowOnly(String::new()));
    out.push(Command::FilterLabel(FilterLabel::With(id)));
    out.push(Command::Do(Action::GoTo(Page::Annotate)));
}

/// A bar. A click shows the sentences of its query.
struct Bar {
    name: String,
    number: String,
    /// Parts as fractions of the longest bar, with their colors.
    parts: Vec<(f32, Color32)>,
    query: String,
}

/// Shows a card of bars, or the text `none` if there are no bars.
fn bars(ui: &mut Ui, title: &str, note: &str, none: &str, bars: Vec<Bar>, out: &mut Commands) {
    let p = theme::of(ui);
    Card::new(title).note(note).show(
        ui,
        |_| {},
        |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            if bars.is_empty() {
                paragraph(ui, TextRole::Small, p.text3, none);
            }
            for Bar { name, number, parts, query } in bars {
                if (BarRow { name: &name, number: &number, parts: &parts }).show(ui).clicked() {
                    out.push(Command::ShowOnly(query));
                }
            }
        },
    );
}

/// Creates a bar of a count in one color, relative to the largest count.
fn counted_bar(name: String, count: usize, most: usize, colour: Color32, query: String) -> Bar {
    Bar { name, number: thousands(count), parts: vec![(count as f32 / most.max(1) as f32, colour)], query }
}

/// Shows a histogram. `name` returns the name of each bar and the query of its sentences.
fn lengths(
    ui: &mut Ui,
    title: &str,
    counts: &[usize],
    name: impl Fn(usize, bool) -> (String, String),
    out: &mut Commands,
) {
    let colour = theme::of(ui).series[0];
    let most = counts.iter().max().copied().unwrap_or(0);
    let bar = |(i, n): (usize, &usize)| {
        let (name, query) = name(i, i + 1 == counts.len());
        counted_bar(name, *n, most, colour, query)
    };
    bars(ui, title, "", "", counts.iter().enumerate().map(bar).collect(), out);
}

fn surfaces(ui: &mut Ui, a: &Annotate, title: &str, note: &str, list: &[SurfaceForm], out: &mut Commands) {
    let p = theme::of(ui);
    let most = list.iter().map(SurfaceForm::count).max().unwrap_or(0).max(1);
    let colour = |id: LabelId| a.corpus.labels.get(id).map_or(p.text3, |l| p.label(usize::from(l.color)).solid);
    let bar = |surface: &SurfaceForm| {
        let part = |(id, n): &(LabelId, usize)| (*n as f32 / most as f32, colour(*id));
        let counts = surface.labels.iter().take(2).map(|(id, n)| format!("{} {n}", a.corpus.labels.name(*id)));
        let number =
            if surface.labels.len() > 1 { counts.collect::<Vec<_>>().join(", ") } else { thousands(surface.count()) };
        Bar {
            name: surface.text.replace(['\n', '\r'], " "),
            number,
            parts: surface.labels.iter().map(part).collect(),
            query: query::of_span(&surface.text),
        }
    };
    bars(ui, title, note, tr!("There are none."), list.iter().take(LISTED).map(bar).collect(), out);
}

/// Shows the number of documents for each document label.
fn classes(ui: &mut Ui, a: &Annotate, counts: &[usize], out: &mut Commands) {
    let colour = theme::of(ui).series[2];
    let most = counts.iter().max().copied().unwrap_or(0);
    let bar = |(name, n): (&String, &usize)| {
        counted_bar(name.clone(), *n, most, colour, format!("class:{}", query::quoted(name)))
    };
    let all = a.corpus.doc_labels.iter().zip(counts).map(bar).collect();
    let none = tr!("No document is labelled as a whole yet.");
    bars(ui, tr!("Documents"), tr!("by their own labels"), none, all, out);
}

/// Shows the work done on the last days.
fn days(ui: &mut Ui, progress: &DailyProgress, out: &mut Commands) {
    let colour = theme::of(ui).series[3];
    let last = || progress.days.iter().rev().take(LISTED);
    let most = last().map(|(_, done)| *done).max().unwrap_or(0);
    let bar = |(date, done): (&String, &usize)| counted_bar(date.clone(), *done, most, colour, format!("done:{date}"));
    let none = tr!("No sentence is done yet. D says that one is.");
    bars(ui, tr!("Progress"), tr!("sentences done, by day"), none, last().map(bar).collect(), out);
}

/// Shows the overlap of the other splits with train, and duplicate sentences.
fn splits(ui: &mut Ui, s: &Statistics, out: &mut Commands) {
    let p = theme::of(ui);
    Card::new(tr!("Seen in training")).note(tr!("how much of a split's words and names stands in train")).show(
        ui,
        |_| {},
        |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for seen in &s.train_overlap {
                for (what, share) in [(tr!("words"), seen.vocabulary), (tr!("names"), seen.surface_forms)] {
                    let name = format!("{}, {what}", seen.split.name());
                    let parts = [(share as f32, p.series[1])];
                    let number = format!("{:.1} %", share * 100.0);
                    if (BarRow { name: &name, number: &number, parts: &parts }).show(ui).clicked() {
                        out.push(Command::ShowOnly(format!("split:{}", seen.split.name())));
                    }
                }
            }
            if s.train_overlap.is_empty() {
                paragraph(ui, TextRole::Small, p.text3, tr!("There is no split beside train."));
            }
            ui.add_space(8.0);
            match &s.near_duplicates {
                None => {
                    label(ui, TextRole::Small, p.text3, tr!("Too many sentences to look for twins."));
                }
                Some(d) => {
                    let twins = tr!(
                        "{sentences} nearly the same as an earlier one.",
                        sentences = counted(d.n_sentences, "sentence")
                    );
                    label(ui, TextRole::Small, p.text2, &twins);
                    if !d.leakage_pairs.is_empty() {
                        let leaks = tr!(
                            "{leaks} of train have a twin in dev or test: scores there say too much.",
                            leaks = counted(d.leakage_pairs.len(), "sentence")
                        );
                        label(ui, TextRole::Small, p.warn, &leaks);
                    }
                }
            }
        },
    );
}
