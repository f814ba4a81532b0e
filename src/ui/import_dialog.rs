//! What was found in a dataset, shown before anything of it is taken: with the evidence, what can be said otherwise, its labels
//! and their new names, its problems, and its first sentences.

use super::Commands;
use super::annotate::flow::{Flow, SpanView, Style};
use super::annotate::paint::Paint;
use super::numbers::counted;
use super::theme::{self, TextRole, icon, metrics};
use super::widgets::{
    Button, Column, EmptyState, IconButton, Table, TextField, choice, dot, form_field, hairline, label, paint_icon,
    paragraph,
};
use crate::app::events::thousands;
use crate::app::{App, Command, Importing};
use crate::corpus::{Document, LabelId, scheme};
use crate::format::columns::Separator;
use crate::format::plain::Extent;
use crate::format::{self, Choices, FORMATS, Found, Unit};
use crate::project::Dataset;
use egui::{Align, Frame, Id, Key, Layout, Margin, Modal, Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};

const WIDTH: f32 = 940.0;
const SIDE: f32 = 272.0;
/// Between a column and the line beside it.
const GUTTER: f32 = 12.0;
/// So many sentences are shown.
const SENTENCES: usize = 4;
/// So many problems are listed.
const PROBLEMS: usize = 40;

/// What is half typed: the new names of labels, and whose dataset they belong to.
#[derive(Default)]
pub struct View {
    of: std::path::PathBuf,
    names: Vec<(String, String)>,
}

impl View {
    /// Follows the labels of the dataset that is looked at.
    fn follow(&mut self, importing: &Importing) {
        let Ok(dataset) = &importing.found else { return };
        let names = dataset.corpus.labels.names();
        if self.of != importing.path || !self.names.iter().map(|(old, _)| old).eq(&names) {
            self.of.clone_from(&importing.path);
            let new = |old: &String| importing.renames.get(old).cloned().flatten().unwrap_or_else(|| old.clone());
            self.names = names.into_iter().map(|old| (old.clone(), new(&old))).collect();
        }
    }
}

/// Shows the dialog over the room.
pub fn show(ui: &mut Ui, app: &App, view: &mut View, out: &mut Commands) {
    let p = theme::of(ui);
    let Some(importing) = &app.importing else { return };
    view.follow(importing);
    let frame = Frame::new()
        .fill(p.overlay)
        .stroke(egui::Stroke::new(1.0, p.line_strong))
        .corner_radius(12)
        .inner_margin(Margin::same(20));
    let window = ui.content_rect();
    let ready = importing.found.is_ok() && !importing.reading;
    // A field that is typed in, and a list that is open, keep Enter for themselves; asked before they give the focus away.
    let free = ui.memory(|m| m.focused().is_none()) && !egui::Popup::is_any_open(ui.ctx());
    let modal = Modal::new(Id::unique("import")).frame(frame).backdrop_color(p.scrim).show(ui, |ui| {
        ui.set_width(WIDTH.min(window.width() - 72.0));
        head(ui, importing);
        ui.add_space(12.0);
        let height = (window.height() - 220.0).clamp(180.0, 560.0);
        let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        let left = whole.with_max_x(whole.left() + SIDE);
        let right = whole.with_min_x(left.right() + 2.0 * GUTTER);
        let edge = left.right() + GUTTER;
        hairline(ui.painter(), pos2(edge, whole.top()), pos2(edge, whole.bottom()), p.line);
        column(ui, "said", left, |ui| said(ui, importing, out));
        column(ui, "found", right, |ui| match &importing.found {
            Ok(dataset) => found(ui, importing, dataset, view, out),
            Err(why) => {
                let why = why.trim_end_matches('.');
                let hint = format!("{why}. Say at the left what it is, or close this and choose another file.");
                EmptyState::new(icon::CIRCLE_ALERT, "It cannot be read like this", &hint).show_in_the_middle(ui);
            }
        });
        ui.add_space(16.0);
        ui.horizontal(|ui| {
            let off = match &importing.found {
                _ if importing.reading => Some("It is being read."),
                Err(_) => Some("It cannot be read like this."),
                Ok(_) => None,
            };
            let entered = free && ui.input(|i| i.key_pressed(Key::Enter));
            if (Button::primary("Open").off(off).show(ui).clicked() || entered) && ready {
                out.push(Command::ImportTake);
            }
            if Button::plain("Cancel").show(ui).clicked() {
                out.push(Command::ImportCancel);
            }
            if importing.reading {
                label(ui, TextRole::Small, p.text2, "Reading …");
            }
        });
    });
    if modal.should_close() {
        out.push(Command::ImportCancel);
    }
}

/// A column of the dialog, which scrolls by itself.
fn column(ui: &mut Ui, name: &str, rect: Rect, content: impl FnOnce(&mut Ui)) {
    ui.scope_builder(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min)), |ui| {
        ScrollArea::vertical().id_salt(name).max_height(rect.height()).auto_shrink(false).show(ui, |ui| {
            // The bar lies over the content's edge.
            ui.set_width(rect.width() - 12.0);
            content(ui);
        });
    });
}

fn head(ui: &mut Ui, importing: &Importing) {
    let p = theme::of(ui);
    let name = importing.path.file_name().unwrap_or(importing.path.as_os_str()).to_string_lossy();
    label(ui, TextRole::Title, p.text, &format!("Open {name}"));
    ui.add_space(2.0);
    let line = match importing.counts.last() {
        Some((_, c)) => {
            let spans = counted(c.labels.iter().sum(), "span");
            format!(
                "{}, {}, {}, {spans}. Nothing is taken yet, and your files stay as they are.",
                counted(c.documents, "document"),
                counted(c.sentences, "sentence"),
                counted(c.tokens, "token")
            )
        }
        None => "Nothing is taken yet, and your files stay as they are.".into(),
    };
    paragraph(ui, TextRole::Small, p.text2, &line);
}

/// What was found, and what the person may say instead.
fn said(ui: &mut Ui, importing: &Importing, out: &mut Commands) {
    ui.spacing_mut().item_spacing.y = 12.0;
    let found = importing.found.as_ref().ok().and_then(|d| d.files.first()).map(|f| &f.found);
    let mut choices = importing.choices;
    let automatic = |what: Option<String>| what.map_or("Automatic".into(), |w| format!("Automatic: {w}"));

    let names: Vec<&str> = FORMATS.iter().map(|f| f.name).collect();
    let chosen = choices.format.and_then(|f| names.iter().position(|n| *n == f.name));
    let what = found.filter(|_| choices.format.is_none()).map(|f| f.format.name.to_owned());
    if let Some(picked) = offer(ui, "Format", "", automatic(what), &names, chosen) {
        choices = Choices { format: picked.map(|i| FORMATS[i]), encoding: choices.encoding, ..Choices::default() };
    }

    let is_text = found.is_none_or(|f| f.encoding.is_some());
    if is_text {
        let chosen = choices.encoding.and_then(|e| ENCODINGS.iter().position(|n| n.eq_ignore_ascii_case(e.name())));
        let what = found.filter(|_| choices.encoding.is_none()).and_then(|f| f.encoding).map(str::to_owned);
        if let Some(picked) = offer(ui, "Encoding", "", automatic(what), &ENCODINGS, chosen) {
            choices.encoding = picked.and_then(|i| encoding_rs::Encoding::for_label(ENCODINGS[i].as_bytes()));
        }
    }
    if found.is_none_or(|f| f.layout.is_some()) {
        columns(ui, found, &mut choices);
    }
    if let Some(unit) = found.and_then(|f| f.unit) {
        let units = [Unit::CodePoints, Unit::Utf16, Unit::Bytes];
        let chosen = choices.unit.and_then(|u| units.iter().position(|o| *o == u));
        let what = choices.unit.is_none().then(|| unit.name().to_owned());
        if let Some(picked) = offer(ui, "Offsets count", "", automatic(what), &units.map(Unit::name), chosen) {
            choices.unit = picked.map(|i| units[i]);
        }
    }
    if found.is_some_and(|f| f.format == format::TEXT) {
        let chosen = choices.extent.and_then(|e| Extent::ALL.iter().position(|o| *o == e));
        let names = Extent::ALL.map(Extent::name);
        if let Some(picked) = offer(ui, "A document is a", "", automatic(Some("file".into())), &names, chosen) {
            choices.extent = picked.map(|i| Extent::ALL[i]);
        }
    }
    evidence(ui, importing);
    if choices != importing.choices {
        out.push(Command::ImportChoices(choices));
    }
}

/// Common encodings, by the names of the Encoding Standard.
const ENCODINGS: [&str; 14] = [
    "UTF-8",
    "UTF-16LE",
    "UTF-16BE",
    "windows-1252",
    "ISO-8859-2",
    "ISO-8859-15",
    "windows-1250",
    "windows-1251",
    "KOI8-R",
    "windows-1256",
    "GB18030",
    "Big5",
    "Shift_JIS",
    "EUC-KR",
];

/// What is found by itself, or one of the options: `Some` where something else was picked.
fn offer(
    ui: &mut Ui,
    name: &str,
    help: &str,
    automatic: String,
    options: &[impl AsRef<str>],
    chosen: Option<usize>,
) -> Option<Option<usize>> {
    let all: Vec<String> = std::iter::once(automatic).chain(options.iter().map(|o| o.as_ref().to_owned())).collect();
    let mut at = chosen.map_or(0, |i| i + 1);
    let response = form_field(ui, name, help, None, |ui| choice(ui, name, &mut at, &all));
    response.changed().then(|| at.checked_sub(1))
}

fn columns(ui: &mut Ui, found: Option<&Found>, choices: &mut Choices) {
    let separators =
        [Separator::Space, Separator::Tab, Separator::Sign(','), Separator::Sign(';'), Separator::Sign('|')];
    let name = |s: Separator| match s {
        Separator::Space => "spaces or tabs".to_owned(),
        Separator::Tab => "tab".to_owned(),
        Separator::Sign(sign) => sign.to_string(),
    };
    let layout = found.and_then(|f| f.layout);
    let said = &mut choices.columns;
    let automatic = |known: Option<String>, said: bool| match known.filter(|_| !said) {
        Some(known) => format!("Automatic: {known}"),
        None => "Automatic".into(),
    };
    let chosen = said.separator.and_then(|s| separators.iter().position(|o| *o == s));
    let by_itself = automatic(layout.map(|l| name(l.separator)), said.separator.is_some());
    if let Some(picked) = offer(ui, "Columns are parted by", "", by_itself, &separators.map(name), chosen) {
        *said = format::columns::Choice { separator: picked.map(|i| separators[i]), ..Default::default() };
    }
    let numbers: Vec<String> = (1..=layout.map_or(0, |l| l.columns)).map(|n| format!("column {n}")).collect();
    if numbers.len() > 2 || said.word.is_some() || said.tag.is_some() {
        let at = |column: Option<usize>| column.and_then(|c| numbers.get(c).cloned());
        let by_itself = automatic(at(layout.map(|l| l.word)), said.word.is_some());
        if let Some(picked) = offer(ui, "Words are in", "", by_itself, &numbers, said.word) {
            said.word = picked;
        }
        let by_itself = automatic(at(layout.map(|l| l.tag)), said.tag.is_some());
        if let Some(picked) = offer(ui, "Tags are in", "", by_itself, &numbers, said.tag) {
            said.tag = picked;
        }
    }
}

/// How it was found out, in sentences; those that several files have in common once.
fn evidence(ui: &mut Ui, importing: &Importing) {
    let p = theme::of(ui);
    let Ok(dataset) = &importing.found else { return };
    let mut sentences: Vec<String> = Vec::new();
    let schemes: Vec<&str> = dataset.schemes().iter().map(|s| s.name()).collect();
    if !schemes.is_empty() {
        sentences.push(format!("tags follow {}", schemes.join(" and ")));
    }
    for sentence in dataset.files.iter().flat_map(|f| &f.found.evidence) {
        if !sentences.contains(sentence) {
            sentences.push(sentence.clone());
        }
    }
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        for sentence in sentences.iter().take(8) {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                let (square, _) = ui.allocate_exact_size(vec2(14.0, TextRole::Small.line_height()), Sense::hover());
                paint_icon(ui.painter(), square, icon::SEARCH, 12.0, p.text3);
                ui.vertical(|ui| paragraph(ui, TextRole::Small, p.text2, sentence));
            });
        }
    });
}

/// Problems, the first sentences, labels and splits.
fn found(ui: &mut Ui, importing: &Importing, dataset: &Dataset, view: &mut View, out: &mut Commands) {
    let p = theme::of(ui);
    ui.spacing_mut().item_spacing.y = 4.0;
    let title = |ui: &mut Ui, text: &str| {
        label(ui, TextRole::Strong, p.text, text);
        ui.add_space(2.0);
    };
    if !dataset.problems.is_empty() {
        problems(ui, dataset);
        ui.add_space(12.0);
    }
    title(ui, "First sentences");
    sentences(ui, importing, dataset);
    ui.add_space(8.0);
    if !view.names.is_empty() {
        title(ui, "Labels");
        paragraph(
            ui,
            TextRole::Small,
            p.text2,
            "Another name renames a label; the name of another one merges the two. Undo brings all back.",
        );
        ui.add_space(4.0);
        labels(ui, importing, dataset, view, out);
        ui.add_space(12.0);
    }
    title(ui, "Splits");
    splits(ui, importing);
}

fn splits(ui: &mut Ui, importing: &Importing) {
    let columns = [
        Column::text("Split", 1.0),
        Column::number("Documents", 1.0),
        Column::number("Sentences", 1.0),
        Column::number("Tokens", 1.0),
        Column::number("Spans", 1.0),
    ];
    let table = Table::new(&columns);
    table.head(ui);
    // One split is all.
    let rows = importing.counts.len() - usize::from(importing.counts.len() == 2);
    for (split, c) in &importing.counts[..rows] {
        table.row(ui, |cells| {
            cells.text(split);
            for n in [c.documents, c.sentences, c.tokens, c.labels.iter().sum()] {
                cells.text(&thousands(n));
            }
        });
    }
}

/// A row for each label: its colour, its new name, how many spans it has, and whether they are left out.
fn labels(ui: &mut Ui, importing: &Importing, dataset: &Dataset, view: &mut View, out: &mut Commands) {
    let p = theme::of(ui);
    let counts = importing.counts.last().map(|(_, c)| c.labels.clone()).unwrap_or_default();
    for (id, (old, new)) in view.names.iter_mut().enumerate() {
        let Some(known) = dataset.corpus.labels.get(id as LabelId) else { continue };
        let dropped = importing.renames.get(old) == Some(&None);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = metrics::GAP;
            let (square, _) = ui.allocate_exact_size(vec2(10.0, theme::density(ui).control()), Sense::hover());
            dot(ui.painter(), square.center(), p.label(usize::from(known.colour)).solid);
            let (rect, _) = ui.allocate_exact_size(vec2(110.0, theme::density(ui).control()), Sense::hover());
            let mut cell = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
            label(&mut cell, TextRole::Body, if dropped { p.text3 } else { p.text }, old);
            let field = TextField::new(new, &format!("New name of {old}"))
                .width(160.0)
                .off(dropped.then_some("It is left out."))
                .show(ui);
            let wished = new.trim();
            if field.lost_focus() && !dropped {
                let fate = (!wished.is_empty() && wished != old).then(|| wished.to_owned());
                out.push(Command::ImportLabel(old.clone(), Some(fate.unwrap_or_else(|| old.clone()))));
            }
            let (glyph, name) =
                if dropped { (icon::EYE_OFF, format!("Take {old}")) } else { (icon::EYE, format!("Leave out {old}")) };
            if IconButton::new(glyph, &name).show(ui).clicked() {
                out.push(Command::ImportLabel(old.clone(), dropped.then(|| new.clone())));
            }
            label(ui, TextRole::Small, p.text2, &thousands(counts[id]));
        });
    }
}

fn problems(ui: &mut Ui, dataset: &Dataset) {
    let p = theme::of(ui);
    let counted: usize = dataset.files.iter().map(|f| f.found.problem_count).sum();
    let all = counted.max(dataset.problems.len());
    let title = if all == 1 { "1 problem".into() } else { format!("{} problems", thousands(all)) };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (square, _) = ui.allocate_exact_size(vec2(16.0, TextRole::Strong.line_height()), Sense::hover());
        paint_icon(ui.painter(), square, icon::TRIANGLE_ALERT, 15.0, p.warn);
        label(ui, TextRole::Strong, p.text, &title);
        label(ui, TextRole::Small, p.text2, "the lines stay in your file as they are");
    });
    let several = dataset.files.len() > 1;
    for problem in dataset.problems.iter().take(PROBLEMS) {
        let file = problem.file.file_name().unwrap_or_default().to_string_lossy();
        let line = if several { format!("{file}: {}", problem.problem) } else { problem.problem.to_string() };
        paragraph(ui, TextRole::Small, p.text2, &line);
    }
    if all > PROBLEMS {
        label(
            ui,
            TextRole::Small,
            p.text3,
            &format!("and {} more", thousands(all - PROBLEMS.min(dataset.problems.len()))),
        );
    }
}

fn sentences(ui: &mut Ui, importing: &Importing, dataset: &Dataset) {
    // Those with entities tell more.
    let corpus = &dataset.corpus;
    let all = || (0u32..).zip(&corpus.documents).flat_map(|(d, doc)| (0..doc.len()).map(move |s| (d, s))).take(5000);
    let labelled = |(d, s): &(u32, usize)| !corpus.document(*d).span_indices(*s).is_empty();
    let mut chosen: Vec<(u32, usize)> = all().filter(labelled).take(SENTENCES).collect();
    if chosen.is_empty() {
        chosen = all().take(SENTENCES).collect();
    }
    for (document, sentence) in chosen {
        one_sentence(ui, importing, dataset, corpus.document(document), sentence);
        ui.add_space(6.0);
    }
}

fn one_sentence(ui: &mut Ui, importing: &Importing, dataset: &Dataset, document: &Document, sentence: usize) {
    let p = theme::of(ui);
    let labels = &dataset.corpus.labels;
    // A sentence of thousands of words is shown by its beginning.
    let words: Vec<&str> = document.words(sentence).into_iter().take(60).collect();
    let name = |id: LabelId| match importing.renames.get(labels.name(id)) {
        Some(fate) => fate.as_deref(),
        None => Some(labels.name(id)),
    };
    let spans: Vec<SpanView> = scheme::side_by_side(&document.token_spans(sentence))
        .into_iter()
        .filter(|s| s.end <= words.len())
        .filter_map(|s| {
            let colour = usize::from(labels.get(s.label)?.colour);
            let repeats = theme::labels::repeats(usize::from(s.label));
            Some(SpanView { start: s.start, end: s.end, name: name(s.label)?, colour: p.label(colour), repeats })
        })
        .collect();
    let joined: Vec<bool> = document.touching(sentence);
    let flow =
        Flow::lay_out_joined(ui, &words, &spans, Style::reading(15.0, 27.0), ui.available_width() - 12.0, &joined);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), flow.height()), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, words.join(" ")));
    flow.paint(ui, rect.min + vec2(6.0, 0.0), &words, &spans, Paint { clip: Some(ui.clip_rect()), ..Paint::default() });
}
