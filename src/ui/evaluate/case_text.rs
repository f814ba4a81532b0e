//! The sentence of a case: the gold labels above the predictions. The entities of the case are blocks, all others are
//! underlined.

use crate::eval::errors::CaseEntity;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::evidence::{EvidenceItem, EvidenceList};
use crate::ui::annotate::paint::TextPaint;
use crate::ui::annotate::span_shape::SpanShape;
use crate::ui::annotate::text_layout::{SentenceStyle, TextLayout};
use crate::ui::theme::{self, LabelColor, TextRole};
use crate::ui::widgets::put_text;
use egui::{Align2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// Width of the column of line names, in points.
const NAMES: f32 = 56.0;

/// Font size and line height.
const TEXT: (f32, f32) = (16.0, 30.0);

/// Shows the lines of an item: gold, and one of each model with its name.
pub(super) fn show(ui: &mut Ui, session: &Session, item: &EvidenceItem, list: &EvidenceList, names: &[String]) {
    let labels = &list.labels;
    let document = session.corpus().document(item.sentence.document);
    let spans = document.to_token_spans(item.sentence.sentence as usize);
    let gold: Vec<_> = spans.iter().map(|s| (s.start, s.end, session.corpus().labels.name(s.label))).collect();
    let block = item.cases.iter().find_map(|case| case.gold.as_ref());
    line(ui, session, tr!("Gold"), item, (block, labels), gold);
    for ((case, source), name) in item.cases.iter().zip(&list.sources).zip(names) {
        let predictions = &source.predictions;
        let found = predictions.binary_search_by_key(&item.sentence, |(id, _)| *id);
        let predicted = found.map_or(&[][..], |index| predictions[index].1.as_slice());
        let predicted = predicted.iter().map(|p| (p.words.start, p.words.end, p.label.as_str())).collect();
        line(ui, session, name, item, (case.predicted.as_ref(), labels), predicted);
    }
}

fn line(
    ui: &mut Ui,
    session: &Session,
    name: &str,
    item: &EvidenceItem,
    (entity, labels): (Option<&CaseEntity>, &[String]),
    all: Vec<(usize, usize, &str)>,
) {
    let p = theme::colors(ui);
    let document = session.corpus().document(item.sentence.document);
    let sentence = item.sentence.sentence as usize;
    let words = document.sentence_tokens(sentence);
    let joined = document.joins_previous(sentence);
    let shape = |(start, end, label): (usize, usize, &str)| {
        SpanShape::new(start..end, label.to_owned(), color(ui, session, label))
    };
    let block = entity.map(|entity| {
        let label = labels.get(entity.range.label).map_or("", String::as_str);
        shape((entity.range.start, entity.range.end, label))
    });
    let blocks: Vec<SpanShape> = block.into_iter().collect();
    let others = all.into_iter().filter(|(start, end, _)| *start < *end && *end <= words.len()).map(shape);
    let others: Vec<SpanShape> = others.filter(|other| !blocks.iter().any(|block| block.overlaps(other))).collect();
    let width = ui.available_width() - NAMES;
    let layout = TextLayout::layout_joined(ui, &words, &blocks, SentenceStyle::reading(TEXT.0, TEXT.1), width, &joined);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), layout.height()), Sense::hover());
    let spoken =
        blocks.iter().chain(&others).map(|span| format!("{} {}", words[span.start..span.end].join(" "), span.name));
    let spoken = format!("{name}: {}", spoken.collect::<Vec<_>>().join(", "));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    let head = Rect::from_min_size(rect.min, vec2(NAMES, TEXT.1));
    put_text(ui.painter(), head, Align2::LEFT_CENTER, TextRole::Caption.truncated(ui, name, NAMES - 6.0), p.text_muted);
    let origin = pos2(rect.left() + NAMES, rect.top());
    layout.paint_underlines(ui, origin, &others);
    let paint = TextPaint { clip: Some(ui.clip_rect()), ..TextPaint::default() };
    layout.paint(ui, origin, &words, &blocks, paint);
}

/// Returns the colors of a label by its name. A label that the dataset does not have has the color of the last label.
fn color(ui: &Ui, session: &Session, name: &str) -> &'static LabelColor {
    let labels = &session.corpus().labels;
    let known = labels.id(name).and_then(|id| labels.get(id)).map(|label| usize::from(label.color));
    theme::colors(ui).label(known.unwrap_or(labels.len()))
}
