//! Statistics of the dataset. A click on a bar shows its sentences.

use super::split_opacity;
use crate::app::page_commands::{DataCommand, ViewCommand};
use crate::app::{Action, App, Command, Page};
use crate::corpus::LabelId;
use crate::eval::Statistics;
use crate::eval::statistics::{SplitStatistics, SurfaceForm};
use crate::i18n::{tr, trn};
use crate::project::DailyProgress;
use crate::session::LabelFilter;
use crate::session::Session;
use crate::session::query;
use crate::ui::Commands;
use crate::ui::format_numbers::{self, thousands};
use crate::ui::theme::{self, TextRole};
use crate::ui::widgets::{BarRow, Card, Stat, label, paragraph, stats_row};
use egui::{Color32, Ui};

/// Maximum number of surface forms in a card.
const MAX_BARS: usize = 12;

/// Shows all statistics.
pub fn show(ui: &mut Ui, app: &App, session: &Session, s: &Statistics, out: &mut Commands) {
    headline(ui, session, s);
    labels(ui, session, s, out);
    two_columns(ui, |left, right| {
        length_histogram(
            left,
            tr!("Span length (tokens)"),
            &s.span_lengths,
            |i, last| {
                if last {
                    (tr!("{i}+", i = i + 1), format!("words>{i}"))
                } else {
                    ((i + 1).to_string(), format!("words={}", i + 1))
                }
            },
            out,
        );
        length_histogram(
            right,
            tr!("Sentence length (tokens)"),
            &s.sentence_lengths,
            |i, last| {
                let (from, to) = (i * 10 + 1, i * 10 + 10);
                if last {
                    (tr!("{from}+", from), format!("length>{}", from - 1))
                } else {
                    (tr!("{from}–{to}", from, to), format!("length>{} length<{}", from - 1, to + 1))
                }
            },
            out,
        );
    });
    two_columns(ui, |left, right| {
        surface_form_card(left, session, tr!("Most frequent entities"), tr!("By text"), &s.surface_forms, out);
        surface_form_card(
            right,
            session,
            tr!("Ambiguous entities"),
            tr!("Same text with several labels"),
            &s.ambiguous_forms,
            out,
        );
    });
    two_columns(ui, |left, right| {
        classes(left, session, &s.doc_labels, out);
        daily_progress(right, session.progress(), &app.keymap.key_text(Action::MarkDone), out);
    });
    train_overlap(ui, s, out);
}

/// Shows two cards next to each other.
fn two_columns(ui: &mut Ui, content: impl FnOnce(&mut Ui, &mut Ui)) {
    ui.columns(2, |columns| {
        let [left, right] = columns else { return };
        content(left, right);
    });
}

fn headline(ui: &mut Ui, session: &Session, s: &Statistics) {
    let sum = |of: fn(&SplitStatistics) -> usize| s.splits.iter().map(of).sum::<usize>();
    let (sentences, tokens, covered, done) =
        (sum(|x| x.sentences), sum(|x| x.tokens), sum(|x| x.tokens_in_spans), sum(|x| x.done));
    let spans = sum(|x| x.spans_by_label.iter().sum());
    let share = |part: usize, of: usize| format!("{:.1}%", part as f64 / of.max(1) as f64 * 100.0);
    let documents = trn!(session.corpus().documents.len(), "In {n} document", "In {n} documents");
    let dense = tr!("{average} per sentence", average = format!("{:.2}", spans as f64 / sentences.max(1) as f64));
    let figure = |caption, number, detail| Stat { caption, number, unit: "", detail };
    stats_row(
        ui,
        &[
            figure(tr!("Sentences"), &thousands(sentences), &documents),
            figure(
                tr!("Tokens"),
                &thousands(tokens),
                &tr!("{average} per sentence", average = format!("{:.1}", tokens as f64 / sentences.max(1) as f64)),
            ),
            figure(tr!("Spans"), &thousands(spans), &dense),
            figure(tr!("Tokens in spans"), &share(covered, tokens), &thousands(covered)),
            figure(tr!("Done"), &share(done, sentences), &format_numbers::sentences(done)),
        ],
        true,
    );
}

/// Shows the number of spans of each label in each split.
fn labels(ui: &mut Ui, session: &Session, s: &Statistics, out: &mut Commands) {
    let p = theme::colors(ui);
    let most = session.corpus().labels.iter().map(|(id, _)| s.total(id)).max().unwrap_or(0).max(1);
    Card::new(tr!("Labels")).subtitle(tr!("By split (train, dev, test)")).show(
        ui,
        |_| {},
        |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (id, l) in session.corpus().labels.iter() {
                let solid = p.label(usize::from(l.color)).solid;
                let part = |x: &SplitStatistics| {
                    (x.count(id) as f32 / most as f32, solid.gamma_multiply(split_opacity(x.split)))
                };
                let parts: Vec<(f32, Color32)> = s.splits.iter().map(part).collect();
                let n = s.total(id);
                // A label with fewer than 20 training spans is marked as rare, because a model hardly learns it.
                let number = match n {
                    1..20 => tr!("{n} (rare)", n),
                    _ => thousands(n),
                };
                let row = BarRow { name: &l.name, number: &number, parts: &parts };
                if row.show(ui).clicked() {
                    show_label(id, out);
                }
            }
        },
    );
}

fn show_label(id: LabelId, out: &mut Commands) {
    out.push(Command::Data(DataCommand::SearchFor(String::new())));
    out.push(Command::View(ViewCommand::FilterLabel(LabelFilter::With(id))));
    out.push(Command::Run(Action::GoTo(Page::Annotate)));
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
fn bar_card(ui: &mut Ui, title: &str, note: &str, none: &str, bars: Vec<Bar>, out: &mut Commands) {
    let p = theme::colors(ui);
    Card::new(title).subtitle(note).show(
        ui,
        |_| {},
        |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            if bars.is_empty() {
                paragraph(ui, TextRole::Small, p.text_muted, none);
            }
            for Bar { name, number, parts, query } in bars {
                if (BarRow { name: &name, number: &number, parts: &parts }).show(ui).clicked() {
                    out.push(Command::Data(DataCommand::SearchFor(query)));
                }
            }
        },
    );
}

/// Creates a bar of a count in one color, relative to the largest count.
fn count_bar(name: String, count: usize, most: usize, color: Color32, query: String) -> Bar {
    Bar { name, number: thousands(count), parts: vec![(count as f32 / most.max(1) as f32, color)], query }
}

/// Shows a histogram. `name` returns the name of each bar and the query of its sentences.
fn length_histogram(
    ui: &mut Ui,
    title: &str,
    counts: &[usize],
    name: impl Fn(usize, bool) -> (String, String),
    out: &mut Commands,
) {
    let color = theme::colors(ui).series[0];
    let most = counts.iter().max().copied().unwrap_or(0);
    let bar = |(i, n): (usize, &usize)| {
        let (name, query) = name(i, i + 1 == counts.len());
        count_bar(name, *n, most, color, query)
    };
    bar_card(ui, title, "", "", counts.iter().enumerate().map(bar).collect(), out);
}

fn surface_form_card(
    ui: &mut Ui,
    session: &Session,
    title: &str,
    note: &str,
    list: &[SurfaceForm],
    out: &mut Commands,
) {
    let p = theme::colors(ui);
    let most = list.iter().map(SurfaceForm::count).max().unwrap_or(0).max(1);
    let color =
        |id: LabelId| session.corpus().labels.get(id).map_or(p.text_muted, |l| p.label(usize::from(l.color)).solid);
    let bar = |surface: &SurfaceForm| {
        let part = |(id, n): &(LabelId, usize)| (*n as f32 / most as f32, color(*id));
        let counts = surface.labels.iter().take(2).map(|(id, n)| format!("{} {n}", session.corpus().labels.name(*id)));
        let number =
            if surface.labels.len() > 1 { counts.collect::<Vec<_>>().join(", ") } else { thousands(surface.count()) };
        Bar {
            name: surface.text.replace(['\n', '\r'], " "),
            number,
            parts: surface.labels.iter().map(part).collect(),
            query: query::span_query(&surface.text),
        }
    };
    bar_card(ui, title, note, tr!("None"), list.iter().take(MAX_BARS).map(bar).collect(), out);
}

/// Shows the number of documents for each document label.
fn classes(ui: &mut Ui, session: &Session, counts: &[usize], out: &mut Commands) {
    let color = theme::colors(ui).series[2];
    let most = counts.iter().max().copied().unwrap_or(0);
    let bar = |(name, n): (&String, &usize)| {
        count_bar(name.clone(), *n, most, color, format!("class:{}", query::quoted(name)))
    };
    let all = session.corpus().doc_labels.iter().zip(counts).map(bar).collect();
    let none = tr!("No document labels");
    bar_card(ui, tr!("Documents"), tr!("By document label"), none, all, out);
}

/// Shows the work done on the last days.
fn daily_progress(ui: &mut Ui, progress: &DailyProgress, key: &str, out: &mut Commands) {
    let color = theme::colors(ui).series[3];
    let last = || progress.days.iter().rev().take(MAX_BARS);
    let most = last().map(|(_, done)| *done).max().unwrap_or(0);
    let bar = |(date, done): (&String, &usize)| count_bar(date.clone(), *done, most, color, format!("done:{date}"));
    let none = tr!("No sentences done yet. Press {key} to mark a sentence as done.", key);
    bar_card(ui, tr!("Progress"), tr!("Sentences done per day"), &none, last().map(bar).collect(), out);
}

/// Shows the overlap of the other splits with train, and duplicate sentences.
fn train_overlap(ui: &mut Ui, s: &Statistics, out: &mut Commands) {
    let p = theme::colors(ui);
    Card::new(tr!("Overlap with train")).subtitle(tr!("Vocabulary and entities also in train")).show(
        ui,
        |_| {},
        |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for seen in &s.train_overlap {
                for (what, share) in [(tr!("Tokens"), seen.vocabulary), (tr!("Entities"), seen.surface_forms)] {
                    let name = tr!("{split}, {what}", split = seen.split.name(), what);
                    let parts = [(share as f32, p.series[1])];
                    let number = format!("{:.1}%", share * 100.0);
                    if (BarRow { name: &name, number: &number, parts: &parts }).show(ui).clicked() {
                        out.push(Command::Data(DataCommand::SearchFor(format!("split:{}", seen.split.name()))));
                    }
                }
            }
            if s.train_overlap.is_empty() {
                paragraph(ui, TextRole::Small, p.text_muted, tr!("No dev or test split"));
            }
            ui.add_space(8.0);
            match &s.near_duplicates {
                None => {
                    label(ui, TextRole::Small, p.text_muted, tr!("Too many sentences for the near-duplicate check"));
                }
                Some(d) => {
                    let text = trn!(d.n_sentences, "{n} near-duplicate sentence", "{n} near-duplicate sentences");
                    label(ui, TextRole::Small, p.text_secondary, &text);
                    if !d.leakage_pairs.is_empty() {
                        let text = trn!(
                            d.leakage_pairs.len(),
                            "{n} training sentence is a near-duplicate of dev or test: scores may be too high",
                            "{n} training sentences are near-duplicates of dev or test: scores may be too high"
                        );
                        label(ui, TextRole::Small, p.warning, &text);
                    }
                }
            }
        },
    );
}
