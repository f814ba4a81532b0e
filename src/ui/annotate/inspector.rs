//! The inspector next to the text: spans and complete record of the sentence.

use super::{doc_labels, record_fields, suggestions};
use crate::app::page_commands::ViewCommand;
use crate::app::{Action, App, Command};
use crate::corpus::edit::quoted_text;
use crate::corpus::{LabelId, Origin, Scheme, Span, WritingSystem, scheme, tag_notation};
use crate::format::conll2003_ids::{chunk_tags_to_iob2, column_value_id};
use crate::i18n::tr;
use crate::model::TagSet;
use crate::project::SelectionUnit;
use crate::session::Session;
use crate::ui::Commands;
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{
    IconButton, SegmentedControl, Table, TableColumn, label, panel_header_with_id, paragraph, separator,
};
use egui::{Align, Frame, Layout, Margin, ScrollArea, Sense, Ui, UiBuilder, vec2};

/// Shows the panel.
pub fn show(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    panel_header_with_id(ui, tr!("Sentence"), &session.sentence_name(session.current));
    ScrollArea::vertical().id_salt("inspector").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let part = Frame::new().inner_margin(Margin { left: 16, right: 16, top: 12, bottom: 10 });
        part.show(ui, |ui| span_list(ui, session, out));
        separator(ui);
        part.show(ui, |ui| document_labels(ui, app, session, out));
        separator(ui);
        let fields = &session.corpus().document(session.current_id().document).fields;
        if !fields.is_empty() {
            part.show(ui, |ui| record_fields::show(ui, fields, out));
            separator(ui);
        }
        if session.writing_system() != WritingSystem::Spaced {
            part.show(ui, |ui| selection_unit(ui, session, out));
            separator(ui);
        }
        if session.suggestion().is_some() {
            part.show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 8.0;
                suggestions::suggestion_card(ui, app, session, out);
            });
            separator(ui);
        }
        part.show(ui, |ui| review_controls(ui, app, session, out));
        separator(ui);
        part.show(ui, |ui| token_table(ui, session));
    });
}

fn span_list(ui: &mut Ui, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    ui.spacing_mut().item_spacing.y = 8.0;
    label(ui, TextRole::SmallMedium, p.text_secondary, tr!("Spans"));
    let id = session.current_id();
    let document = session.corpus().document(id.document);
    let sentence = id.sentence as usize;
    let spans = &document.spans[document.span_range(sentence)];
    if spans.is_empty() {
        paragraph(ui, TextRole::Small, p.text_muted, tr!("No spans. Select words and press a label key."));
    }
    for span in spans {
        let Some(l) = session.corpus().labels.get(span.label) else { continue };
        let color = p.label(usize::from(l.color));
        let text = document.text[span.start as usize..span.end as usize].replace(['\n', '\r'], " ");
        let (_, row) = ui.allocate_space(vec2(ui.available_width(), 24.0));
        // The close icon ends at the same edge as the record below; the button extends beyond it.
        let row = row.with_max_x(row.right() + 5.0);
        let from_right = UiBuilder::new().max_rect(row).layout(Layout::right_to_left(Align::Center));
        let mut ui = ui.new_child(from_right);
        if IconButton::new(icon::X, &tr!("Remove {text}", text)).size(20.0).show(&mut ui).clicked() {
            out.push(Command::View(ViewCommand::Remove(*span)));
        }
        label(&mut ui, TextRole::CaptionStrong, color.text, &l.name);
        label(&mut ui, TextRole::Small, p.text_muted, &origin_label(session, span.origin));
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let (dot, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
            crate::ui::widgets::dot(ui.painter(), dot.center(), color.solid);
            let words = label(ui, TextRole::Body, p.text, &text).interact(Sense::click());
            if words.clicked() {
                out.push(Command::SelectPart(span.start, span.end));
            }
        });
    }
}

/// Shows the labels of the document.
fn document_labels(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        label(ui, TextRole::SmallMedium, p.text_secondary, tr!("Document labels"));
        doc_labels::doc_label_badges(ui, session);
        let keys = app.keymap.key_labels(Action::ChooseDocLabel);
        if IconButton::new(icon::PLUS, tr!("Set document label")).keys(&keys).size(20.0).show(ui).clicked() {
            out.push(Command::Run(Action::ChooseDocLabel));
        }
    });
}

/// Shows the unit of the selection, for text without spaces.
fn selection_unit(ui: &mut Ui, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    ui.spacing_mut().item_spacing.y = 8.0;
    label(ui, TextRole::SmallMedium, p.text_secondary, tr!("Selection moves by"));
    let unit = session.selection_unit();
    let mut chosen = SelectionUnit::ALL.iter().position(|u| *u == unit).unwrap_or_default();
    let names = SelectionUnit::ALL.map(|unit| match unit {
        SelectionUnit::Character => tr!("Character"),
        SelectionUnit::Word => tr!("Word"),
    });
    if SegmentedControl::new(&mut chosen, &names).wide().show(ui).changed() {
        out.push(Command::View(ViewCommand::SetSelectionUnit(SelectionUnit::ALL[chosen])));
    }
    paragraph(
        ui,
        TextRole::Small,
        p.text_muted,
        tr!("Words come from a dictionary. A span can start and end inside a word."),
    );
}

/// Returns the display name of the origin of a span.
pub(super) fn origin_label(session: &Session, origin: Origin) -> String {
    match origin {
        Origin::Import => tr!("Imported").into(),
        Origin::Human => tr!("You").into(),
        Origin::Suggested { agent: who, .. } => {
            session.corpus().agents.get(usize::from(who)).cloned().unwrap_or_default()
        }
    }
}

/// Shows the review state of the sentence, with its switches.
fn review_controls(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    let mark = session.review();
    ui.spacing_mut().item_spacing.y = 8.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (glyph, name, action, on) in [
            (icon::CIRCLE_CHECK, tr!("Done"), Action::MarkDone, mark.done),
            (icon::FLAG, tr!("Flag"), Action::Flag, mark.flagged),
            (icon::MESSAGE_SQUARE, tr!("Comment"), Action::Comment, !mark.comment.is_empty()),
        ] {
            let keys = app.keymap.key_labels(action);
            if IconButton::new(glyph, name).keys(&keys).selected(on).show(ui).clicked() {
                out.push(Command::Run(action));
            }
        }
    });
    if !mark.comment.is_empty() {
        paragraph(ui, TextRole::Small, p.text, &mark.comment);
    }
    let document = session.corpus().document(session.current_id().document);
    for remark in &mark.range_comments {
        let about = quoted_text(document, &Span::new(remark.start..remark.end, LabelId::default()));
        let words = paragraph(ui, TextRole::Small, p.text, &format!("{about}: {}", remark.text));
        if words.interact(Sense::click()).clicked() {
            out.push(Command::SelectPart(remark.start, remark.end));
        }
    }
}

/// Shows the tokens with all columns, as names and ids.
fn token_table(ui: &mut Ui, session: &Session) {
    let p = theme::colors(ui);
    ui.spacing_mut().item_spacing.y = 8.0;
    label(ui, TextRole::SmallMedium, p.text_secondary, tr!("Tokens"));
    ui.spacing_mut().item_spacing.y = 0.0;
    let id = session.current_id();
    let document = session.corpus().document(id.document);
    let range = document.sentence_range(id.sentence as usize);
    let tag_set = TagSet::from_labels(&session.corpus().labels.names());
    let tags = scheme::encode(&document.to_token_spans(id.sentence as usize), range.len(), Scheme::Iob2);
    let values = |column: usize| -> Vec<&str> {
        range.clone().map(|token| session.corpus().value(column, document, token)).collect()
    };
    let further: Vec<(String, Vec<String>)> = (0..session.corpus().columns.len().min(2))
        .map(|i| {
            let name = session.corpus().columns[i].name.clone();
            let values = values(i);
            let shown = if name == "chunk" {
                chunk_tags_to_iob2(&values)
            } else {
                values.iter().map(|v| (*v).to_owned()).collect()
            };
            (name, shown)
        })
        .collect();
    let mut columns = vec![TableColumn::left("", 0.42), TableColumn::left(tr!("Token"), 1.45)];
    for (name, _) in &further {
        columns.push(TableColumn::left(name, 1.35));
    }
    columns.push(TableColumn::left(tr!("Tag"), 1.2));
    columns.push(TableColumn::right(tr!("Id"), 0.5));
    let table = Table::new(&columns);
    table.head(ui);
    for (i, (token, tag)) in range.clone().zip(&tags).enumerate() {
        let name = tag_notation::format_tag(*tag, Scheme::Iob2, |l| session.corpus().labels.name(l).to_owned());
        let number = tag_set.id(&name).map_or_else(String::new, |n| n.to_string());
        let color = tag.and_then(|(_, l)| session.corpus().labels.get(l)).map(|l| p.label(usize::from(l.color)).text);
        table.row(ui, |c| {
            c.styled(TextRole::MonoSmall, p.text_muted, &i.to_string());
            c.styled(TextRole::MonoSmall, p.text, document.token(token));
            for (column, values) in &further {
                let id = column_value_id(column, &values[i]).map_or_else(String::new, |n| format!(" {n}"));
                c.styled(TextRole::MonoSmall, p.text_secondary, &format!("{}{id}", values[i]));
            }
            c.styled(TextRole::MonoSmall, color.unwrap_or(p.text_muted), &name);
            c.styled(TextRole::MonoSmall, p.text_muted, &number);
        });
    }
}
