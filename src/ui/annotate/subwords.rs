//! The subword lens: the subwords, tags and ids under each word, exactly as the trainer uses them.

use super::span_shape::SpanShape;
use crate::app::page_commands::TrainCommand;
use crate::app::train_page::BaseModelInput;
use crate::app::{App, Command};
use crate::i18n::tr;
use crate::model::TagSet;
use crate::model::batch::IGNORE_INDEX;
use crate::session::Session;
use crate::train::settings::table::LABEL_ALL_SUBWORDS;
use crate::ui::Commands;
use crate::ui::format_numbers::thousands;
use crate::ui::theme::{self, TextRole, icon, reading};
use crate::ui::widgets::{
    IconButton, SegmentedControl, dashed_rect, label, panel_header, paragraph, put_galley, put_text, separator,
    space_between, space_between_colored,
};
use egui::text::LayoutJob;
use egui::{Align2, CornerRadius, Frame, Margin, Rect, Sense, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

/// Cell sizes, in points: minimum width, padding, height, and distances.
const MIN_CELL_WIDTH: f32 = 36.0;
const CELL_PADDING: f32 = 7.0;
const CELL_HEIGHT: f32 = 58.0;
const SUBWORD_GAP: f32 = 3.0;
const BETWEEN_WORDS: f32 = 10.0;
/// Line height of a word, and the height of its block, which is centered in the line.
const WORD: f32 = 36.0;
const BLOCK: f32 = 31.0;
/// Distance from the top of a word line to its cells, and from the cells to the next line.
const CELLS_AT: f32 = 39.0;
const BETWEEN_LINES: f32 = 16.0;
/// Padding of a block at its ends and before its label, in points.
const PAD: f32 = 6.0;

/// A column: a word (or a special token) with its cells.
struct AlignedToken {
    word: Option<usize>,
    /// Indices of its subwords.
    subwords: Vec<usize>,
    widths: Vec<f32>,
    /// Width of the word above the cells.
    word_width: f32,
}

impl AlignedToken {
    fn width(&self) -> f32 {
        let cells = self.widths.iter().sum::<f32>() + SUBWORD_GAP * self.widths.len().saturating_sub(1) as f32;
        cells.max(self.word_width)
    }
}

/// Shows the sentence with its subwords. `left` is the width of the gutter.
pub fn show(ui: &mut Ui, session: &Session, words: &[&str], spans: &[SpanShape], left: f32, width: f32) {
    let p = theme::colors(ui);
    let Some(aligned) = &session.subwords.alignment else {
        ui.horizontal(|ui| {
            ui.add_space(left);
            label(ui, TextRole::Small, p.text_secondary, tr!("Tokenizing…"));
        });
        ui.add_space(80.0);
        return;
    };
    let groups = aligned_tokens(
        ui,
        words,
        &aligned.encoding.word_ids,
        &aligned.encoding.tokens,
        &aligned.tag_ids,
        session,
        spans,
    );
    let mut places: Vec<Vec2> = Vec::with_capacity(groups.len());
    let (mut x, mut y) = (0.0, 0.0);
    for group in &groups {
        if x > 0.0 && x + group.width() > width {
            (x, y) = (0.0, y + CELLS_AT + CELL_HEIGHT + BETWEEN_LINES);
        }
        places.push(vec2(x, y));
        x += group.width() + BETWEEN_WORDS;
    }
    let height = y + CELLS_AT + CELL_HEIGHT + 12.0;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let origin = rect.min + vec2(left, 0.0);
    let tags = TagSet::from_labels(&session.corpus().labels.names());
    paint_blocks(ui, origin, &groups, &places, spans);
    for (group, index) in groups.iter().zip(&places) {
        let at = origin + *index;
        if let Some(word) = group.word {
            put_galley(ui.painter(), pos2(at.x, at.y), word_galley(ui, words[word]), p.text);
        }
        let mut x = at.x;
        for (subword, width) in group.subwords.iter().zip(&group.widths) {
            let cell = Rect::from_min_size(pos2(x, at.y + CELLS_AT), vec2(*width, CELL_HEIGHT));
            paint_cell(
                ui,
                cell,
                &aligned.encoding.tokens[*subword],
                aligned.tag_ids[*subword],
                &tags,
                group.word,
                spans,
            );
            x += width + SUBWORD_GAP;
        }
    }
    legend(ui, left);
    ui.add_space(6.0);
}

fn word_galley(ui: &Ui, word: &str) -> std::sync::Arc<egui::Galley> {
    let (size, _) = theme::density(ui).reading_text();
    let job = LayoutJob::single_section(theme::marked(ui, word).into_owned(), reading(size, WORD));
    ui.fonts_mut(|f| f.layout_job(job))
}

fn tag_and_id(label: i32, tags: &TagSet) -> (String, String) {
    if label == IGNORE_INDEX {
        return ("-100".into(), String::new());
    }
    (tags.names.get(label as usize).cloned().unwrap_or_default(), label.to_string())
}

fn aligned_tokens(
    ui: &Ui,
    words: &[&str],
    word_of: &[Option<u32>],
    texts: &[String],
    labels: &[i32],
    session: &Session,
    spans: &[SpanShape],
) -> Vec<AlignedToken> {
    let tags = TagSet::from_labels(&session.corpus().labels.names());
    let width = |i: usize| {
        let subword = TextRole::MonoSubword.single_line(ui, &texts[i]).size().x;
        let tag = TextRole::MonoSmall.single_line(ui, &tag_and_id(labels[i], &tags).0).size().x;
        (subword.max(tag) + 2.0 * CELL_PADDING).max(MIN_CELL_WIDTH)
    };
    let mut groups: Vec<AlignedToken> = Vec::new();
    for (i, word) in word_of.iter().enumerate() {
        let word = word.map(|w| w as usize);
        match groups.last_mut() {
            Some(group) if word.is_some() && group.word == word => {
                group.subwords.push(i);
                group.widths.push(width(i));
            }
            _ => {
                let label = word.and_then(|w| spans.iter().find(|s| s.end == w + 1));
                let tag = label.map_or(0.0, |s| TextRole::Tag.single_line(ui, &s.name).size().x + 2.0 * PAD);
                let word_width = word.map_or(0.0, |w| word_galley(ui, words[w]).size().x + tag);
                groups.push(AlignedToken { word, subwords: vec![i], widths: vec![width(i)], word_width });
            }
        }
    }
    groups
}

fn paint_blocks(ui: &Ui, origin: egui::Pos2, groups: &[AlignedToken], places: &[Vec2], spans: &[SpanShape]) {
    for span in spans {
        let inside = |g: &AlignedToken| g.word.is_some_and(|w| span.start <= w && w < span.end);
        let mut row: Option<Rect> = None;
        let mut rows = Vec::new();
        for (group, index) in groups.iter().zip(places).filter(|(g, _)| inside(g)) {
            let top = ((WORD - BLOCK) / 2.0).floor();
            let words = Rect::from_min_size(origin + *index + vec2(0.0, top), vec2(group.word_width, BLOCK));
            match &mut row {
                Some(r) if r.top() == words.top() => *r = r.union(words),
                _ => {
                    rows.extend(row.take());
                    row = Some(words);
                }
            }
        }
        rows.extend(row);
        let last = rows.len().saturating_sub(1);
        for (i, rect) in rows.into_iter().enumerate() {
            // A block that continues on another line has square corners there and ends with the text.
            let (begins, ends) = (i == 0, i == last);
            let block = rect.with_min_x(rect.left() - if begins { PAD } else { 0.0 });
            let round = |at_end: bool| if at_end { 6 } else { 0 };
            let (left, right) = (round(begins), round(ends));
            let radius = CornerRadius { nw: left, sw: left, ne: right, se: right };
            ui.painter().rect_filled(block, radius, span.color.background);
            if ends {
                let name = TextRole::Tag.single_line(ui, &span.name);
                let at = pos2(block.right() - PAD - name.size().x, block.center().y - name.size().y / 2.0 + 1.0);
                ui.painter().galley(at, name, span.color.text);
            }
        }
    }
}

fn paint_cell(ui: &Ui, cell: Rect, subword: &str, label: i32, tags: &TagSet, word: Option<usize>, spans: &[SpanShape]) {
    let p = theme::colors(ui);
    let ignored = label == IGNORE_INDEX;
    if ignored {
        dashed_rect(ui.painter(), cell, 6, Stroke::new(1.0, p.line_strong));
    } else {
        ui.painter().rect(cell, 6, p.panel, Stroke::new(1.0, p.line), StrokeKind::Inside);
    }
    let (tag, id) = tag_and_id(label, tags);
    let span = word.and_then(|w| spans.iter().find(|s| s.start <= w && w < s.end));
    let tag_color = match span {
        Some(span) if !ignored && tag != "O" => span.color.text,
        _ => p.text_muted,
    };
    let subword_color = if ignored { p.text_muted } else { p.text };
    let rows = [
        (TextRole::MonoSubword, subword, subword_color),
        (TextRole::MonoSmall, &tag, tag_color),
        (TextRole::MonoSmall, &id, p.text_muted),
    ];
    for (i, (role, text, color)) in rows.into_iter().enumerate() {
        let row = Rect::from_min_size(cell.min + vec2(CELL_PADDING, 4.0 + 16.0 * i as f32), vec2(cell.width(), 16.0));
        put_text(ui.painter(), row, Align2::LEFT_CENTER, role.single_line(ui, text), color);
    }
}

fn legend(ui: &mut Ui, left: f32) {
    let p = theme::colors(ui);
    ui.horizontal(|ui| {
        ui.add_space(left);
        let (solid, _) = ui.allocate_exact_size(vec2(14.0, 14.0), Sense::hover());
        ui.painter().rect(solid, 4, p.panel, Stroke::new(1.0, p.line), StrokeKind::Inside);
        label(ui, TextRole::Small, p.text_secondary, tr!("Counted in the loss"));
        ui.add_space(8.0);
        let (dashed, _) = ui.allocate_exact_size(vec2(14.0, 14.0), Sense::hover());
        dashed_rect(ui.painter(), dashed, 4, Stroke::new(1.0, p.line_strong));
        label(ui, TextRole::Small, p.text_secondary, tr!("Ignored (-100)"));
    });
}

/// Shows the panel next to the lens: the tokenizer, the labeling rule, and statistics of the sentence.
pub fn inspector(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    panel_header(ui, tr!("Subwords"), "", |ui| {
        let keys = app.keymap.key_labels(crate::app::Action::ToggleSubwords);
        if IconButton::new(icon::X, tr!("Hide subwords")).keys(&keys).show(ui).clicked() {
            out.push(Command::Run(crate::app::Action::ToggleSubwords));
        }
    });
    ui.spacing_mut().item_spacing.y = 0.0;
    let part = Frame::new().inner_margin(Margin::symmetric(16, 12));
    part.show(ui, |ui| {
        let base = match &app.train_page.base {
            BaseModelInput::Starter => tr!("Starter, WordPiece").to_owned(),
            other => other.name().map_or_else(|| "starter".into(), |n| n.to_string()),
        };
        ui.spacing_mut().item_spacing.y = 4.0;
        label(ui, TextRole::Small, p.text_secondary, tr!("Tokenizer"));
        label(ui, TextRole::Body, p.text, &base);
        ui.add_space(8.0);
        label(ui, TextRole::Small, p.text_secondary, tr!("Tag of subwords after the first"));
        let mut chosen = usize::from(!app.train_page.arguments.label_all_subwords);
        if SegmentedControl::new(&mut chosen, &[tr!("I- tag"), tr!("Ignored (-100)")]).wide().show(ui).changed() {
            out.push(Command::Train(TrainCommand::Set(LABEL_ALL_SUBWORDS, (chosen == 0).to_string())));
        }
        paragraph(ui, TextRole::Caption, p.text_muted, tr!("The loss ignores -100. Special tokens are always -100."));
    });
    separator(ui);
    part.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        label(ui, TextRole::SmallMedium, p.text_secondary, tr!("This sentence"));
        let Some(aligned) = &session.subwords.alignment else { return };
        let counted = aligned.tag_ids.iter().filter(|l| **l != IGNORE_INDEX).count();
        let limit = app.train_page.arguments.max_length;
        let words = session.n_tokens();
        let n_subwords = aligned.encoding.len();
        space_between(ui, TextRole::Body, tr!("Tokens"), &thousands(words));
        space_between(ui, TextRole::Body, tr!("Subwords"), &thousands(n_subwords));
        space_between(ui, TextRole::Body, tr!("Counted in the loss"), &thousands(counted));
        space_between(
            ui,
            TextRole::Body,
            &tr!("Share of the maximum length ({limit})", limit),
            &format!("{:.0}%", n_subwords as f64 / limit as f64 * 100.0),
        );
    });
    let Some(aligned) = &session.subwords.alignment else { return };
    separator(ui);
    part.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        label(ui, TextRole::SmallMedium, p.text_secondary, tr!("Problems"));
        let unknown = aligned.encoding.tokens.iter().filter(|t| *t == "[UNK]").count();
        for (what, count) in [
            (tr!("Unknown subwords"), unknown),
            (tr!("Tokens without subwords"), aligned.n_tokens_without_subwords),
            (tr!("Truncated tokens"), aligned.n_truncated_tokens),
        ] {
            let color = if count > 0 { p.warning } else { p.text };
            space_between_colored(ui, TextRole::Body, what, &thousands(count), color);
        }
    });
}
