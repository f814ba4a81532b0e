//! The canvas: the current sentence in large type with its spans, and the adjacent sentences of the document.

use super::context_menu;
use super::doc_labels;
use super::label_picker;
use super::mouse::{command_for_selection, drag_chars, drag_tokens, keep_punctuation, press_position};
use super::paint::TextPaint;
use super::picker;
use super::span_layout::{self, SpanLayout};
use super::span_shape::SpanShape;
use super::subwords;
use super::text_layout::{SentenceStyle, TextLayout};
use crate::app::page_commands::ViewCommand;
use crate::app::text_prompt::TextPrompt;
use crate::app::{Action, App, Command};
use crate::corpus::{LabelId, Span, TokenSpan, WritingSystem};
use crate::i18n::tr;
use crate::session::PickerTarget;
use crate::session::Session;
use crate::session::labeling::CaretMotion;
use crate::ui::Commands;
use crate::ui::format_numbers;
use crate::ui::theme::{self, TextRole};
use crate::ui::widgets::{hairline, icon, key_caps, label, put_text, spoken};
use egui::{Align2, EventFilter, Frame, Id, Margin, Panel, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};
use unicode_segmentation::UnicodeSegmentation;

/// Presentation state of the canvas.
#[derive(Default)]
pub struct CanvasState {
    /// The last sentence that was scrolled to, and if its subwords were shown.
    scrolled_to: Option<(usize, bool)>,
    /// The last sentence and caret that were scrolled to.
    caret: Option<(usize, usize)>,
    /// Word at which a drag started.
    pub(super) drag_start: Option<usize>,
    /// Adjacent sentence and word at which a drag started.
    context_drag_start: Option<(usize, usize)>,
    /// Adjacent sentence and word of the last click. The text has moved by the second click of a double click.
    last_context_click: Option<(usize, usize)>,
    /// True if that click was in this frame.
    clicked_this_frame: bool,
    /// Byte at which a drag over characters started.
    pub(super) char_drag_start: Option<u32>,
    /// Presentation state of the label chooser.
    picker: picker::PickerState,
}

/// Returns the width of the gutter with the sentence number, in points.
fn gutter_width(ui: &Ui) -> f32 {
    if ui.content_rect().width() < 1024.0 { 44.0 } else { 72.0 }
}

/// Maximum width of the text, in points.
const MEASURE: f32 = 680.0;
/// Number of sentences shown before and after the current one.
const N_CONTEXT_SENTENCES: usize = 4;

/// Shows the strip with shortcut hints.
pub fn key_hints(ui: &mut Ui, app: &App, session: &Session) {
    let p = theme::colors(ui);
    let frame = Frame::new().fill(p.canvas).inner_margin(Margin::symmetric(16, 8));
    let panel = Panel::bottom("hints").exact_size(40.0).resizable(false).show_separator_line(false).frame(frame);
    let rect = panel
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                let last = session.corpus().labels.len().min(9).to_string();
                let numbers = if session.corpus().labels.len() > 1 { format!("1–{last}") } else { "1".into() };
                let space = match ui.available_width() {
                    ..360.0 => 1,
                    ..620.0 => 3,
                    _ => 5,
                };
                let caps = |action: Action| app.keymap.key_labels(action);
                let number = (vec![numbers.as_str()], tr!("Label"));
                let clear = (caps(Action::ClearLabel), tr!("Remove"));
                let hints = if session.suggestions().is_empty() {
                    let extend = |caret| caps(Action::ExtendSelection(caret));
                    let (third, fourth) = if session.writing_system() == WritingSystem::Spaced {
                        (clear, (caps(Action::MarkDone), tr!("Done")))
                    } else {
                        ((extend(CaretMotion::WordRight), tr!("One word more")), clear)
                    };
                    [
                        number,
                        (extend(CaretMotion::Right), tr!("Extend")),
                        third,
                        fourth,
                        (caps(Action::ChooseLabel), tr!("Choose label")),
                    ]
                } else {
                    let (accept, reject) =
                        ((caps(Action::Accept), tr!("Accept")), (caps(Action::Reject), tr!("Reject")));
                    [accept, reject, (caps(Action::NextSuggestion), tr!("Skip")), number, clear]
                };
                for (keys, what) in hints.iter().take(space).filter(|(keys, _)| !keys.is_empty()) {
                    key_caps(ui, keys);
                    label(ui, TextRole::Small, p.text_secondary, what);
                    ui.add_space(8.0);
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    label(ui, TextRole::Small, p.text_secondary, tr!("Next"));
                    key_caps(ui, &app.keymap.key_labels(Action::NextSentence));
                });
            });
        })
        .response
        .rect;
    hairline(ui.painter(), rect.left_top(), rect.right_top(), p.line);
}

/// Shows the text.
pub fn show(ui: &mut Ui, app: &App, session: &Session, view: &mut CanvasState, out: &mut Commands) {
    let first = session.current.saturating_sub(N_CONTEXT_SENTENCES);
    let last = (session.current + N_CONTEXT_SENTENCES).min(session.sentences.len() - 1);
    let document = session.sentences[session.current].document;
    ScrollArea::vertical().id_salt("canvas").auto_shrink(false).show(ui, |ui| {
        let width = (ui.available_width() - gutter_width(ui) - 20.0).clamp(120.0, MEASURE);
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.add_space(20.0);
        for index in (first..=last).filter(|p| session.sentences[*p].document == document) {
            if index == session.current {
                let rect = current_sentence(ui, app, session, view, width, out);
                let n_subwords = session.subwords.is_on && session.subwords.alignment.is_some();
                if view.scrolled_to != Some((index, n_subwords)) {
                    view.scrolled_to = Some((index, n_subwords));
                    scroll_to(ui, rect);
                }
            } else {
                context_sentence(ui, session, index, view, width, out);
            }
        }
        // A click outside the text clears the selection.
        let left = (ui.clip_rect().bottom() - ui.cursor().top()).max(40.0);
        let (_, note) = ui.allocate_exact_size(vec2(ui.available_width(), left), Sense::click());
        if note.clicked() {
            out.push(Command::Run(Action::SelectNothing));
        }
        handle_double_click(ui, session, view, out);
    });
}

/// Labels the word of the first click on a double click, although the text has moved. Any other click resets it.
fn handle_double_click(ui: &Ui, session: &Session, view: &mut CanvasState, out: &mut Commands) {
    if !ui.input(|i| i.pointer.primary_clicked()) || std::mem::take(&mut view.clicked_this_frame) {
        return;
    }
    let double = ui.input(|i| i.pointer.button_double_clicked(egui::PointerButton::Primary));
    let first = view.last_context_click.take().filter(|_| double && ui.rect_contains_pointer(ui.clip_rect()));
    if let Some((index, token)) = first {
        let word = session.word_at(index, token);
        out.extend([
            Command::View(ViewCommand::GoToSentence(index)),
            Command::View(ViewCommand::Select(word.start, word.end - 1)),
            command_for_selection(session),
        ]);
    }
}

/// Scrolls to the current sentence with some adjacent sentences, or to its top if they do not fit.
fn scroll_to(ui: &Ui, rect: Rect) {
    let around = rect.expand2(vec2(0.0, 90.0));
    if around.height() <= ui.clip_rect().height() {
        ui.scroll_to_rect(around, None);
    } else {
        ui.scroll_to_rect(rect.expand2(vec2(0.0, 16.0)), Some(egui::Align::Min));
    }
}

/// Shows an adjacent sentence. A click or drag on its words makes it the current one.
fn context_sentence(
    ui: &mut Ui,
    session: &Session,
    index: usize,
    view: &mut CanvasState,
    width: f32,
    out: &mut Commands,
) {
    let p = theme::colors(ui);
    let id = session.sentences[index];
    let document = session.corpus().document(id.document);
    let words = document.sentence_tokens(id.sentence as usize);
    let (size, line) = theme::density(ui).context_text();
    let spans = SpanLayout::compute(ui, session, index, false).inline;
    let joined = document.joins_previous(id.sentence as usize);
    let flow = TextLayout::layout_joined(ui, &words, &spans, SentenceStyle::context(size, line), width, &joined);
    let size = vec2(ui.available_width(), flow.height() + 9.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Button, true, tr!("Go to sentence {index}", index = session.sentence_name(index)))
    });
    let origin = rect.min + vec2(gutter_width(ui), 0.0);
    let number = TextRole::MonoSmall.single_line(ui, &index.to_string());
    let gutter = Rect::from_min_max(pos2(rect.left(), rect.top()), pos2(origin.x - 16.0, rect.top() + flow.style.line));
    put_text(ui.painter(), gutter, Align2::RIGHT_CENTER, number, p.text_muted);
    let clip = ui.clip_rect();
    let word = response.interact_pointer_pos().and_then(|at| flow.word_at(at - origin));
    if response.drag_started_by(egui::PointerButton::Primary) {
        view.context_drag_start = press_position(ui).and_then(|at| flow.word_at(at - origin)).map(|word| (index, word));
    }
    let began = view.context_drag_start.filter(|(of, _)| *of == index).zip(word);
    let dragged = began.map(|((_, from), to)| session.drag_range(index, (from, to), keep_punctuation(&response)));
    let selection = dragged.map(|(from, to)| from.min(to)..=from.max(to));
    flow.paint(
        ui,
        origin,
        &words,
        &spans,
        TextPaint {
            is_muted: true,
            clip: Some(clip),
            selection,
            hits: span_layout::search_hits(session, index),
            ..TextPaint::default()
        },
    );
    if response.drag_stopped() && view.context_drag_start.take().is_some() {
        if let Some((from, to)) = dragged {
            out.extend([
                Command::View(ViewCommand::GoToSentence(index)),
                Command::View(ViewCommand::Select(from, to)),
                command_for_selection(session),
            ]);
        }
    } else if response.clicked() && !response.double_clicked() {
        view.last_context_click = word.map(|word| (index, word));
        view.clicked_this_frame = true;
        out.push(Command::View(ViewCommand::GoToSentence(index)));
    }
}

fn current_sentence(
    ui: &mut Ui,
    app: &App,
    session: &Session,
    view: &mut CanvasState,
    width: f32,
    out: &mut Commands,
) -> Rect {
    let p = theme::colors(ui);
    let id = session.current_id();
    let document = session.corpus().document(id.document);
    let words = document.sentence_tokens(id.sentence as usize);
    let layers = SpanLayout::compute(ui, session, session.current, true);
    ui.add_space(10.0);
    let top = ui.cursor().top();
    let left = ui.cursor().left() + gutter_width(ui);
    let head = vec2(ui.available_width(), TextRole::Small.line_height());
    ui.allocate_ui_with_layout(head, egui::Layout::left_to_right(egui::Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(gutter_width(ui));
        ui.spacing_mut().item_spacing.x = 10.0;
        label(ui, TextRole::MonoSmall, p.text_secondary, &session.sentence_name(session.current));
        label(ui, TextRole::Small, p.text_muted, &length_of(&words));
        if let (true, Some(aligned)) = (session.subwords.is_on, &session.subwords.alignment) {
            label(ui, TextRole::Small, p.text_muted, &format_numbers::subwords(aligned.encoding.len()));
        }
        label(
            ui,
            TextRole::Small,
            p.text_muted,
            &format_numbers::spans(layers.all().filter(|s| !s.is_suggestion).count()),
        );
        let suggested = session.suggestions().len();
        if suggested > 0 {
            ui.spacing_mut().item_spacing.x = 4.0;
            icon(ui, theme::icon::SPARKLES, 12.0, p.accent);
            ui.spacing_mut().item_spacing.x = 10.0;
            label(ui, TextRole::Small, p.text_secondary, &format_numbers::suggestions(suggested));
        }
        let mark = session.review();
        if mark.done {
            label(ui, TextRole::Small, p.success, tr!("Done"));
        }
        if mark.flagged {
            label(ui, TextRole::Small, p.warning, tr!("Flagged"));
        }
        doc_labels::doc_label_badges(ui, session);
    });
    ui.add_space(6.0);
    if session.subwords.is_on {
        let gold: Vec<SpanShape> = layers.inline.into_iter().filter(|s| !s.is_suggestion).collect();
        subwords::show(ui, session, &words, &gold, gutter_width(ui), width);
    } else {
        let response = sentence_text(ui, session, view, &words, &layers, width, out);
        context_menu::show(&response, app, session, out);
    }
    let rect = Rect::from_min_max(pos2(left, top), pos2(left + width, ui.cursor().top()));
    if session.label_picker == Some(PickerTarget::Document) {
        // The chooser is below the sentence, which stays visible.
        doc_labels::doc_label_picker(ui, rect.left_bottom() + vec2(0.0, 6.0), session, &mut view.picker, out);
    } else if session.label_picker.is_none() {
        view.picker = picker::PickerState::default();
    }
    let bar = Rect::from_min_max(pos2(left - 20.0, rect.top()), pos2(left - 17.0, rect.bottom()));
    ui.painter().rect_filled(bar, 2, p.accent);
    ui.add_space(18.0);
    rect
}

/// Returns the number of tokens, or of characters if each token is a character of a text without spaces.
fn length_of(words: &[&str]) -> String {
    let is_character = |word: &&str| word.graphemes(true).nth(1).is_none();
    if WritingSystem::of_words(words) != WritingSystem::Spaced && words.iter().all(is_character) {
        format_numbers::characters(words.len())
    } else {
        format_numbers::tokens(words.len())
    }
}

fn sentence_text(
    ui: &mut Ui,
    session: &Session,
    view: &mut CanvasState,
    words: &[&str],
    layers: &SpanLayout<'_>,
    width: f32,
    out: &mut Commands,
) -> egui::Response {
    let spans = &layers.inline;
    let (size, line) = theme::density(ui).reading_text();
    let id = session.current_id();
    let document = session.corpus().document(id.document);
    let joined = document.joins_previous(id.sentence as usize);
    let mut flow = TextLayout::layout_joined(ui, words, spans, SentenceStyle::reading(size, line), width, &joined);
    flow.reserve_lanes(layers.stacked.iter().map(|(lane, span)| (*lane, span)));
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), flow.height()), Sense::hover());
    let origin = rect.min + vec2(gutter_width(ui), 0.0);
    let response = ui.interact(rect, Id::unique("canvas text"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Document, true, words.join(" ")));
    spoken(ui, Id::unique("selection announcement"), &announcement(session, words));
    // Without this filter, arrow keys and Tab would move the egui focus before they reach the command table.
    ui.memory_mut(|m| {
        if m.focused().is_none() {
            m.set_focus_lock_filter(
                response.id,
                EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: true },
            );
        }
    });
    for (i, word) in words.iter().enumerate() {
        let index = flow.rect(i).translate(origin.to_vec2());
        if ui.clip_rect().intersects(index) && !word.trim().is_empty() {
            let selected = session.selected().is_some_and(|s| s.contains(&i));
            let tag = spans.iter().find(|s| !s.is_suggestion && s.start <= i && i < s.end).map_or("O", |s| &*s.name);
            ui.interact(index, response.id.with(i), Sense::hover())
                .widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, selected, format!("{word}, {tag}")));
        }
    }
    let pointer = response.interact_pointer_pos().or(response.hover_pos());
    let at = pointer.map(|pos| pos - origin);
    let hovered = response.hovered().then_some(at).flatten().and_then(|at| flow.span_at(ui, at, spans));
    if let Some(at) = at {
        let in_lane = |(lane, span): &&(usize, SpanShape)| {
            let width = super::text_layout::label_galley(ui, &span.name).size().x;
            flow.lane(ui, words, *lane, span, width).iter().any(|strip| strip.rect.contains(at.to_pos2()))
        };
        let over = layers.stacked.iter().find(in_lane).map(|(_, span)| span).or(hovered.map(|i| &spans[i]));
        let character = |at: egui::Vec2| {
            let (word, byte) = flow.byte_at(ui, words, at)?;
            let (start, _) = document.tokens[document.sentence_range(id.sentence as usize).start + word];
            Some(start + byte as u32)
        };
        let pressed = press_position(ui).map_or(at, |pressed| pressed - origin);
        let drags_characters = view.drag_start.is_none()
            && (response.drag_started() && flow.word_at(pressed).is_some_and(|token| session.drags_characters(token))
                || ui.input(|i| i.modifiers.alt));
        if view.char_drag_start.is_some() || drags_characters {
            drag_chars(&response, session, view, (character(pressed), character(at)), out);
        } else {
            drag_tokens(&response, session, view, &flow, (pressed, at), over, out);
        }
    }
    if let Some(selected) = session.selected().filter(|_| session.label_picker == Some(PickerTarget::Selection)) {
        let (first, last) = (flow.rect(*selected.start()), flow.last_rect(*selected.end()));
        let below = if first.top() == last.top() { first.union(last) } else { last };
        label_picker::show(ui, below.translate(origin.to_vec2()), session, &mut view.picker, out);
    }
    let ringed = session.selection.and_then(|_| {
        let selected = session.selected()?;
        spans.iter().position(|s| s.start == *selected.start() && s.end == selected.end() + 1)
    });
    let ringed = ringed.filter(|_| session.char_selection.is_none());
    let part = session.char_selection.zip(session.selection).and_then(|((start, end), (from, to))| {
        let words = TokenSpan { start: from.min(to), end: from.max(to) + 1, label: LabelId::default() };
        span_layout::cut(document, id.sentence as usize, &Span::new(start..end, LabelId::default()), &words)
    });
    let paint = TextPaint {
        selection: if ringed.is_some() && part.is_none() { None } else { session.selected() },
        char_selection: part,
        caret: session.selection.map(|(_, head)| head),
        hovered,
        hits: span_layout::search_hits(session, session.current),
        focused_span: ringed,
        clip: Some(ui.clip_rect()),
        ..TextPaint::default()
    };
    let caret = session.selection.map(|(_, head)| (session.current, head));
    if let Some((_, head)) = caret.filter(|_| caret != view.caret) {
        ui.scroll_to_rect(flow.last_rect(head).translate(origin.to_vec2()), None);
    }
    view.caret = caret;
    for (lane, span) in &layers.stacked {
        flow.paint_lane(ui, origin, words, *lane, span);
    }
    flow.paint(ui, origin, words, spans, paint);
    comment_markers(ui, session, &flow, origin, out);
    if let Some(i) = hovered.filter(|i| !spans[*i].is_suggestion) {
        remove_span_button(ui, &flow, origin, words.len(), &spans[i], out);
    }
    response
}

/// Returns the text for a screen reader while the user works with the keyboard: the selected words with their label, or
/// the sentence.
fn announcement(session: &Session, words: &[&str]) -> String {
    let name = session.sentence_name(session.current);
    let Some(selected) = session.selected() else { return format!("{name}: {}", words.join(" ")) };
    let document = session.corpus().document(session.current_id().document);
    let text = session
        .selection_as_span(LabelId::default())
        .map_or(String::new(), |at| document.text[at.start as usize..at.end as usize].into());
    let label = session.selected_span().map_or(tr!("No label"), |s| session.corpus().labels.name(s.label));
    tr!("{text}, {label}, word {first} of {all}", text, label, first = selected.start() + 1, all = words.len())
}

/// Shows a symbol after each text range that has a comment. A click opens the comment.
fn comment_markers(ui: &mut Ui, session: &Session, flow: &TextLayout, origin: egui::Pos2, out: &mut Commands) {
    let p = theme::colors(ui);
    let id = session.current_id();
    let document = session.corpus().document(id.document);
    for remark in session.review_at(session.current).into_iter().flat_map(|m| &m.range_comments) {
        let words =
            document.to_token_span(id.sentence as usize, &Span::new(remark.start..remark.end, LabelId::default()));
        let Some(last) = words.end.checked_sub(1).filter(|last| *last >= words.start) else { continue };
        let end = flow.last_rect(last).translate(origin.to_vec2());
        let x = if flow.right_to_left { end.left() } else { end.right() };
        let corner = pos2(x, end.center().y - flow.style.block() / 2.0);
        let rect = Rect::from_center_size(corner, vec2(14.0, 14.0));
        let response = ui.interact(rect, Id::unique(("remark", remark.start, remark.end)), Sense::click());
        let stated = tr!("Comment: {remark}", remark = remark.text);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &stated));
        ui.painter().circle_filled(corner, 8.0, p.canvas);
        crate::ui::widgets::paint_icon(ui.painter(), rect, theme::icon::MESSAGE_SQUARE, 12.0, p.accent);
        if response.on_hover_text(&remark.text).clicked() {
            out.push(Command::OpenPrompt(TextPrompt::RangeComment(id, remark.start, remark.end)));
        }
    }
}

/// Shows the remove button over the corner of a block. It uses no space in the text.
fn remove_span_button(
    ui: &mut Ui,
    flow: &TextLayout,
    origin: egui::Pos2,
    words: usize,
    span: &SpanShape,
    out: &mut Commands,
) {
    let p = theme::colors(ui);
    if span.end > words {
        return;
    }
    let Some(end) = flow.span_end(ui, span) else { return };
    let (_, line) = theme::density(ui).reading_text();
    let corner = end + origin.to_vec2() - vec2(0.0, line * 0.36);
    let rect = Rect::from_center_size(corner, vec2(15.0, 15.0));
    let response = ui.interact(rect, Id::unique("remove span"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, tr!("Remove {span}", span = span.name)));
    ui.painter().circle(corner, 7.5, p.overlay, egui::Stroke::new(1.0, p.line_strong));
    crate::ui::widgets::paint_icon(ui.painter(), rect, theme::icon::X, 10.0, p.text);
    if response.clicked() {
        out.push(Command::View(ViewCommand::Select(span.start, span.end - 1)));
        out.push(Command::Run(Action::ClearLabel));
    }
}
