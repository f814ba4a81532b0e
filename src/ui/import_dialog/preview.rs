//! Right column of the import dialog: problems, notes, first sentences, labels with their new names, and splits.

use super::ImportDialogState;
use crate::app::page_commands::ImportCommand;
use crate::app::{Command, ImportPreview};
use crate::corpus::label::validate_label_name;
use crate::corpus::{Document, LabelId, scheme};
use crate::i18n::{label_name_error, thousands, tr, trn};
use crate::project::Dataset;
use crate::ui::Commands;
use crate::ui::annotate::paint::TextPaint;
use crate::ui::annotate::span_shape::SpanShape;
use crate::ui::annotate::text_layout::{SentenceStyle, TextLayout};
use crate::ui::format_numbers;
use crate::ui::theme::{self, TextRole, icon, metrics};
use crate::ui::widgets::{
    IconButton, Table, TableColumn, TextField, dot, icon_paragraph, label, paint_icon, paragraph,
};
use egui::{Align, Layout, Sense, Ui, UiBuilder, vec2};

/// Maximum number of displayed sentences.
const MAX_SENTENCES: usize = 4;
/// Maximum number of listed problems.
const MAX_PROBLEMS: usize = 40;

/// Shows problems, the first sentences, labels and splits.
pub(super) fn show_preview(
    ui: &mut Ui,
    importing: &ImportPreview,
    dataset: &Dataset,
    view: &mut ImportDialogState,
    out: &mut Commands,
) {
    let p = theme::colors(ui);
    ui.spacing_mut().item_spacing.y = 4.0;
    let title = |ui: &mut Ui, text: &str| {
        label(ui, TextRole::Strong, p.text, text);
        ui.add_space(2.0);
    };
    if !dataset.problems.is_empty() {
        problems(ui, dataset);
        ui.add_space(12.0);
    }
    let mut notes: Vec<_> = dataset.notes().iter().collect();
    notes.sort_by_key(|note| !note.kind.is_loss());
    if !notes.is_empty() {
        title(ui, tr!("Skipped content and import decisions"));
        for note in &notes {
            let glyph = if note.kind.is_loss() { icon::TRIANGLE_ALERT } else { icon::INFO };
            let color = if note.kind.is_loss() { p.warning } else { p.text_muted };
            icon_paragraph(ui, glyph, 12.0, color, &note.to_string());
        }
        ui.add_space(12.0);
    }
    title(ui, tr!("Preview"));
    sentences(ui, importing, dataset);
    ui.add_space(8.0);
    if !view.names.is_empty() {
        title(ui, tr!("Labels"));
        paragraph(
            ui,
            TextRole::Small,
            p.text_secondary,
            tr!(
                "Edit a name to rename a label. Use an existing name to merge two labels. You can undo this after import."
            ),
        );
        ui.add_space(4.0);
        labels(ui, importing, dataset, view, out);
        ui.add_space(12.0);
    }
    title(ui, tr!("Splits"));
    splits(ui, importing);
}

fn splits(ui: &mut Ui, importing: &ImportPreview) {
    let columns = [
        TableColumn::left(tr!("Split"), 1.0),
        TableColumn::right(tr!("Documents"), 1.0),
        TableColumn::right(tr!("Sentences"), 1.0),
        TableColumn::right(tr!("Tokens"), 1.0),
        TableColumn::right(tr!("Spans"), 1.0),
    ];
    let table = Table::new(&columns);
    table.head(ui);
    // With a single split, the total row would repeat it.
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

/// Shows a row for each label: color, new name, number of spans, and a switch to exclude it.
fn labels(ui: &mut Ui, importing: &ImportPreview, dataset: &Dataset, view: &mut ImportDialogState, out: &mut Commands) {
    let p = theme::colors(ui);
    let counts = importing.counts.last().map(|(_, c)| c.labels.clone()).unwrap_or_default();
    for (id, (old, new)) in view.names.iter_mut().enumerate() {
        let Some(known) = LabelId::try_from(id).ok().and_then(|id| dataset.corpus.labels.get(id)) else { continue };
        let dropped = importing.label_map.get(old) == Some(&None);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = metrics::GAP;
            let (square, _) = ui.allocate_exact_size(vec2(10.0, theme::density(ui).control()), Sense::hover());
            dot(ui.painter(), square.center(), p.label(usize::from(known.color)).solid);
            let (rect, _) = ui.allocate_exact_size(vec2(110.0, theme::density(ui).control()), Sense::hover());
            let mut cell = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
            label(&mut cell, TextRole::Body, if dropped { p.text_muted } else { p.text }, old);
            let wrong = validate_label_name(new.trim()).err();
            let field = TextField::new(new, &tr!("New name for {old}", old))
                .width(160.0)
                .invalid(wrong.is_some())
                .disabled(dropped.then_some(tr!("Excluded")))
                .show(ui);
            let requested = Some(new.trim().to_owned()).filter(|name| validate_label_name(name).is_ok());
            let named = Some(requested.unwrap_or_else(|| old.clone()));
            if field.lost_focus() && !dropped {
                out.push(Command::ImportPreview(ImportCommand::SetImportLabel(old.clone(), named.clone())));
            }
            if let Some(error) = wrong {
                field.on_hover_text(label_name_error(error));
            }
            let (glyph, name) = if dropped {
                (icon::EYE_OFF, tr!("Include {old}", old))
            } else {
                (icon::EYE, tr!("Exclude {old}", old))
            };
            if IconButton::new(glyph, &name).show(ui).clicked() {
                out.push(Command::ImportPreview(ImportCommand::SetImportLabel(old.clone(), named.filter(|_| dropped))));
            }
            label(ui, TextRole::Small, p.text_secondary, &thousands(counts[id]));
        });
    }
}

fn problems(ui: &mut Ui, dataset: &Dataset) {
    let p = theme::colors(ui);
    let counted: usize = dataset.files.iter().map(|f| f.report.problem_count).sum();
    let all = counted.max(dataset.problems.len());
    let title = format_numbers::findings(all);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (square, _) = ui.allocate_exact_size(vec2(16.0, TextRole::Strong.line_height()), Sense::hover());
        paint_icon(ui.painter(), square, icon::TRIANGLE_ALERT, 15.0, p.warning);
        label(ui, TextRole::Strong, p.text, &title);
        label(ui, TextRole::Small, p.text_secondary, tr!("Your files are not changed"));
    });
    let several = dataset.files.len() > 1;
    for problem in dataset.problems.iter().take(MAX_PROBLEMS) {
        let file = problem.file.file_name().unwrap_or_default().to_string_lossy();
        let line = if several { format!("{file}: {}", problem.problem) } else { problem.problem.to_string() };
        paragraph(ui, TextRole::Small, p.text_secondary, &line);
    }
    if all > MAX_PROBLEMS {
        label(
            ui,
            TextRole::Small,
            p.text_muted,
            &trn!(all - MAX_PROBLEMS.min(dataset.problems.len()), "{n} more problem", "{n} more problems"),
        );
    }
}

fn sentences(ui: &mut Ui, importing: &ImportPreview, dataset: &Dataset) {
    // Sentences with entities are more informative.
    let corpus = &dataset.corpus;
    let all = || (0u32..).zip(&corpus.documents).flat_map(|(d, doc)| (0..doc.len()).map(move |s| (d, s))).take(5000);
    let labeled = |(d, s): &(u32, usize)| !corpus.document(*d).span_range(*s).is_empty();
    let mut chosen: Vec<(u32, usize)> = all().filter(labeled).take(MAX_SENTENCES).collect();
    if chosen.is_empty() {
        chosen = all().take(MAX_SENTENCES).collect();
    }
    for (document, sentence) in chosen {
        sentence_preview(ui, importing, dataset, corpus.document(document), sentence);
        ui.add_space(6.0);
    }
}

fn sentence_preview(ui: &mut Ui, importing: &ImportPreview, dataset: &Dataset, document: &Document, sentence: usize) {
    let p = theme::colors(ui);
    let labels = &dataset.corpus.labels;
    // Only the first 60 words of a long sentence are shown.
    let words: Vec<&str> = document.sentence_tokens(sentence).into_iter().take(60).collect();
    let name = |id: LabelId| match importing.label_map.get(labels.name(id)) {
        Some(fate) => fate.as_deref(),
        None => Some(labels.name(id)),
    };
    let spans: Vec<SpanShape> = scheme::drop_overlapping(&document.to_token_spans(sentence))
        .into_iter()
        .filter(|s| s.end <= words.len())
        .filter_map(|s| {
            let color = usize::from(labels.get(s.label)?.color);
            let repeats = theme::labels::color_is_shared(usize::from(s.label));
            Some(SpanShape {
                color_is_shared: repeats,
                ..SpanShape::new(s.start..s.end, name(s.label)?, p.label(color))
            })
        })
        .collect();
    let joined: Vec<bool> = document.joins_previous(sentence);
    let flow = TextLayout::layout_joined(
        ui,
        &words,
        &spans,
        SentenceStyle::reading(15.0, 27.0),
        ui.available_width() - 12.0,
        &joined,
    );
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), flow.height()), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, words.join(" ")));
    flow.paint(
        ui,
        rect.min + vec2(6.0, 0.0),
        &words,
        &spans,
        TextPaint { clip: Some(ui.clip_rect()), ..TextPaint::default() },
    );
}
