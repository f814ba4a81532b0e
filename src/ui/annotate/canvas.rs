//! The canvas: the current sentence in large type with its spans, and the adjacent sentences of the document.

use super::chooser;
use super::classes;
use super::context_menu;
use super::flow::{Flow, SpanView, Style};
use super::label_popup;
use super::layers::{self, Layers};
use super::mouse::{asked_for, drag, drag_characters, pressed_at, with_signs};
use super::paint::Paint;
use super::pieces;
use crate::app::annotate::Choosing;
use crate::app::i18n::tr;
use crate::app::labeling::CaretMotion;
use crate::app::text_prompt::TextPrompt;
use crate::app::{Action, Annotate, App, Command};
use crate::corpus::{LabelId, Span, TokenSpan};
use crate::ui::Commands;
use crate::ui::numbers::counted;
use crate::ui::theme::{self, TextRole};
use crate::ui::widgets::{hairline, icon, key_caps, label, put_text, spoken};
use egui::{Align2, EventFilter, Frame, Id, Margin, Panel, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

/// Presentation state of the canvas.
#[derive(Default)]
pub struct View {
    /// The last sentence that was scrolled to, and if its subwords were shown.
    scrolled_to: Option<(usize, bool)>,
    /// Word at which a drag started.
    pub(super) drag: Option<usize>,
    /// Adjacent sentence and word at which a drag started.
    beside: Option<(usize, usize)>,
    /// Adjacent sentence and word of the last click. The text has moved by the second click of a double click.
    clicked: Option<(usize, usize)>,
    /// True if that click was in this frame.
    clicked_now: bool,
    /// Byte at which a drag over characters started.
    pub(super) characters: Option<u32>,
    /// Presentation state of the label chooser.
    chooser: chooser::View,
}

/// Returns the width of the gutter with the sentence number, in points.
fn gutter(ui: &Ui) -> f32 {
    if ui.content_rect().width() < 1024.0 { 44.0 } else { 72.0 }
}

/// Maximum width of the text, in points.
const MEASURE: f32 = 680.0;
/// Number of sentences shown before and after the current one.
const AROUND: usize = 4;

/// Shows the strip with shortcut hints.
pub fn hints(ui: &mut Ui, app: &App, a: &Annotate) {
    let p = theme::of(ui);
    let frame = Frame::new().fill(p.canvas).inner_margin(Margin::symmetric(16, 8));
    let panel = Panel::bottom("hints").exact_size(40.0).resizable(false).show_separator_line(false).frame(frame);
    let rect = panel
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                let last = a.corpus.labels.len().min(9).to_string();
                let numbers = if a.corpus.labels.len() > 1 { format!("1–{last}") } else { "1".into() };
                let room = match ui.available_width() {
                    ..360.0 => 1,
                    ..620.0 => 3,
                    _ => 5,
                };
                let caps = |action: Action| app.keymap.key_labels(action);
                let number = (vec![numbers.as_str()], tr!("label"));
                let clear = (caps(Action::ClearLabel), tr!("clear"));
                let hints = if a.suggestions().is_empty() {
                    let extend = (caps(Action::Extend(CaretMotion::Right)), tr!("extend"));
                    [
                        number,
                        extend,
                        clear,
                        (caps(Action::MarkDone), tr!("done")),
                        (caps(Action::ChooseLabel), tr!("labels")),
                    ]
                } else {
                    let (accept, reject) =
                        ((caps(Action::Accept), tr!("accept")), (caps(Action::Reject), tr!("reject")));
                    [accept, reject, (caps(Action::NextSuggestion), tr!("skip")), number, clear]
                };
                for (keys, what) in hints.iter().take(room).filter(|(keys, _)| !keys.is_empty()) {
                    key_caps(ui, keys);
                    label(ui, TextRole::Small, p.text2, what);
                    ui.add_space(8.0);
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    label(ui, TextRole::Small, p.text2, tr!("next"));
                    key_caps(ui, &app.keymap.key_labels(Action::NextSentence));
                });
            });
        })
        .response
        .rect;
    hairline(ui.painter(), rect.left_top(), rect.right_top(), p.line);
}

/// Shows the text.
pub fn show(ui: &mut Ui, app: &App, a: &Annotate, view: &mut View, out: &mut Commands) {
    let first = a.current.saturating_sub(AROUND);
    let last = (a.current + AROUND).min(a.sentences.len() - 1);
    let document = a.sentences[a.current].document;
    ScrollArea::vertical().id_salt("canvas").auto_shrink(false).show(ui, |ui| {
        let width = (ui.available_width() - gutter(ui) - 20.0).clamp(120.0, MEASURE);
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.add_space(20.0);
        for place in (first..=last).filter(|p| a.sentences[*p].document == document) {
            if place == a.current {
                let rect = current(ui, app, a, view, width, out);
                let pieces = a.pieces.on && a.pieces.alignment.is_some();
                if view.scrolled_to != Some((place, pieces)) {
                    view.scrolled_to = Some((place, pieces));
                    scroll_to(ui, rect);
                }
            } else {
                neighbour(ui, a, place, view, width, out);
            }
        }
        // A click outside the text clears the selection.
        let left = (ui.clip_rect().bottom() - ui.cursor().top()).max(40.0);
        let (_, beside) = ui.allocate_exact_size(vec2(ui.available_width(), left), Sense::click());
        if beside.clicked() {
            out.push(Command::Do(Action::SelectNothing));
        }
        second_click(ui, a, view, out);
    });
}

/// Labels the word of the first click on a double click, although the text has moved. Any other click resets it.
fn second_click(ui: &Ui, a: &Annotate, view: &mut View, out: &mut Commands) {
    if !ui.input(|i| i.pointer.primary_clicked()) || std::mem::take(&mut view.clicked_now) {
        return;
    }
    let double = ui.input(|i| i.pointer.button_double_clicked(egui::PointerButton::Primary));
    let first = view.clicked.take().filter(|_| double && ui.rect_contains_pointer(ui.clip_rect()));
    if let Some((place, word)) = first {
        out.extend([Command::Sentence(place), Command::Select(word, word), asked_for(a)]);
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
fn neighbour(ui: &mut Ui, a: &Annotate, place: usize, view: &mut View, width: f32, out: &mut Commands) {
    let p = theme::of(ui);
    let id = a.sentences[place];
    let document = a.corpus.document(id.document);
    let words = document.sentence_tokens(id.sentence as usize);
    let (size, line) = theme::density(ui).context();
    let spans = Layers::of(ui, a, place, false, Style::context(size, line)).blocks;
    let joined = document.joins_previous(id.sentence as usize);
    let flow = Flow::lay_out_joined(ui, &words, &spans, Style::context(size, line), width, &joined);
    let size = vec2(ui.available_width(), flow.height() + 9.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, tr!("Go to {place}", place = a.name_of(place))));
    let origin = rect.min + vec2(gutter(ui), 0.0);
    let number = TextRole::MonoSmall.line(ui, &place.to_string());
    let gutter = Rect::from_min_max(pos2(rect.left(), rect.top()), pos2(origin.x - 16.0, rect.top() + line));
    put_text(ui.painter(), gutter, Align2::RIGHT_CENTER, number, p.text3);
    let clip = ui.clip_rect();
    let word = response.interact_pointer_pos().and_then(|at| flow.word_at(at - origin));
    if response.drag_started_by(egui::PointerButton::Primary) {
        view.beside = pressed_at(ui).and_then(|at| flow.word_at(at - origin)).map(|word| (place, word));
    }
    let began = view.beside.filter(|(of, _)| *of == place).zip(word);
    let dragged = began.map(|((_, from), to)| a.dragged(place, (from, to), with_signs(&response)));
    let selection = dragged.map(|(from, to)| from.min(to)..=from.max(to));
    flow.paint(ui, origin, &words, &spans, Paint { quiet: true, clip: Some(clip), selection, ..Paint::default() });
    if response.drag_stopped() && view.beside.take().is_some() {
        if let Some((from, to)) = dragged {
            out.extend([Command::Sentence(place), Command::Select(from, to), asked_for(a)]);
        }
    } else if response.clicked() && !response.double_clicked() {
        view.clicked = word.map(|word| (place, word));
        view.clicked_now = true;
        out.push(Command::Sentence(place));
    }
}

fn current(ui: &mut Ui, app: &App, a: &Annotate, view: &mut View, width: f32, out: &mut Commands) -> Rect {
    let p = theme::of(ui);
    let id = a.current_id();
    let document = a.corpus.document(id.document);
    let words = document.sentence_tokens(id.sentence as usize);
    let (size, line) = theme::density(ui).read();
    let layers = Layers::of(ui, a, a.current, true, Style::reading(size, line));
    ui.add_space(10.0);
    let top = ui.cursor().top();
    let left = ui.cursor().left() + gutter(ui);
    let head = vec2(ui.available_width(), TextRole::Small.line_height());
    ui.allocate_ui_with_layout(head, egui::Layout::left_to_right(egui::Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(gutter(ui));
        ui.spacing_mut().item_spacing.x = 10.0;
        label(ui, TextRole::MonoSmall, p.text2, &a.name_of(a.current));
        label(ui, TextRole::Small, p.text3, &counted(words.len(), "token"));
        if let (true, Some(aligned)) = (a.pieces.on, &a.pieces.alignment) {
            label(ui, TextRole::Small, p.text3, &counted(aligned.encoding.len(), "piece"));
        }
        label(ui, TextRole::Small, p.text3, &counted(layers.all().filter(|s| !s.ghost).count(), "span"));
        let suggested = a.suggestions().len();
        if suggested > 0 {
            ui.spacing_mut().item_spacing.x = 4.0;
            icon(ui, theme::icon::SPARKLES, 12.0, p.accent);
            ui.spacing_mut().item_spacing.x = 10.0;
            label(ui, TextRole::Small, p.text2, &counted(suggested, "suggestion"));
        }
        let mark = a.mark();
        if mark.done {
            label(ui, TextRole::Small, p.ok, tr!("done"));
        }
        if mark.flagged {
            label(ui, TextRole::Small, p.warn, tr!("flagged"));
        }
        classes::badges(ui, a);
    });
    ui.add_space(6.0);
    if a.pieces.on {
        let gold: Vec<SpanView> = layers.blocks.into_iter().filter(|s| !s.ghost).collect();
        pieces::show(ui, a, &words, &gold, gutter(ui), width);
    } else {
        let response = text(ui, a, view, &words, &layers, width, out);
        context_menu::show(&response, app, a, out);
    }
    let rect = Rect::from_min_max(pos2(left, top), pos2(left + width, ui.cursor().top()));
    if a.choosing == Some(Choosing::Class) {
        // The chooser is below the sentence, which stays visible.
        classes::choose(ui, rect.left_bottom() + vec2(0.0, 6.0), a, &mut view.chooser, out);
    } else if a.choosing.is_none() {
        view.chooser = chooser::View::default();
    }
    let bar = Rect::from_min_max(pos2(left - 20.0, rect.top()), pos2(left - 17.0, rect.bottom()));
    ui.painter().rect_filled(bar, 2, p.accent);
    ui.add_space(18.0);
    rect
}

fn text(
    ui: &mut Ui,
    a: &Annotate,
    view: &mut View,
    words: &[&str],
    layers: &Layers<'_>,
    width: f32,
    out: &mut Commands,
) -> egui::Response {
    let spans = &layers.blocks;
    let (size, line) = theme::density(ui).read();
    let id = a.current_id();
    let document = a.corpus.document(id.document);
    let joined = document.joins_previous(id.sentence as usize);
    let mut flow = Flow::lay_out_joined(ui, words, spans, Style::reading(size, line), width, &joined);
    flow.make_room(layers.lanes.iter().map(|(lane, span)| (*lane, span)));
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), flow.height()), Sense::hover());
    let origin = rect.min + vec2(gutter(ui), 0.0);
    let response = ui.interact(rect, Id::unique("canvas text"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Document, true, words.join(" ")));
    spoken(ui, Id::unique("said of the selection"), &said(a, words));
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
        let place = flow.rect(i).translate(origin.to_vec2());
        if ui.clip_rect().intersects(place) && !word.trim().is_empty() {
            let selected = a.selected().is_some_and(|s| s.contains(&i));
            let tag = spans.iter().find(|s| !s.ghost && s.start <= i && i < s.end).map_or("O", |s| &*s.name);
            ui.interact(place, response.id.with(i), Sense::hover())
                .widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, selected, format!("{word}, {tag}")));
        }
    }
    let pointer = response.interact_pointer_pos().or(response.hover_pos());
    let at = pointer.map(|pos| pos - origin);
    let hovered = response.hovered().then_some(at).flatten().and_then(|at| flow.span_at(ui, at, spans));
    if let Some(at) = at {
        let in_lane = |(lane, span): &&(usize, SpanView)| {
            let width = super::flow::tag(ui, &span.name).size().x;
            flow.lane(*lane, span, width).iter().any(|strip| strip.rect.contains(at.to_pos2()))
        };
        let over = layers.lanes.iter().find(in_lane).map(|(_, span)| span).or(hovered.map(|i| &spans[i]));
        let character = |at: egui::Vec2| {
            let word = flow.word_at(at)?;
            let (start, _) = document.tokens[document.sentence_range(id.sentence as usize).start + word];
            Some(start + flow.byte_at(ui, word, words[word], at) as u32)
        };
        let pressed = pressed_at(ui).map_or(at, |pressed| pressed - origin);
        if view.characters.is_some() || ui.input(|i| i.modifiers.alt) {
            drag_characters(&response, view, (character(pressed), character(at)), out);
        } else {
            drag(&response, a, view, &flow, (pressed, at), over, out);
        }
    }
    if let Some(selected) = a.selected().filter(|_| a.choosing == Some(Choosing::Span)) {
        let (first, last) = (flow.rect(*selected.start()), flow.rect(*selected.end()));
        let below = if flow.rect(*selected.start()).top() == last.top() { first.union(last) } else { last };
        label_popup::show(ui, below.translate(origin.to_vec2()), a, &mut view.chooser, out);
    }
    let ringed = a.selection.and_then(|_| {
        let selected = a.selected()?;
        spans.iter().position(|s| s.start == *selected.start() && s.end == selected.end() + 1)
    });
    let ringed = ringed.filter(|_| a.part.is_none());
    let part = a.part.zip(a.selection).and_then(|((start, end), (from, to))| {
        let words = TokenSpan { start: from.min(to), end: from.max(to) + 1, label: LabelId::default() };
        layers::cut(
            ui,
            document,
            id.sentence as usize,
            &Span::new(start..end, LabelId::default()),
            &words,
            Style::reading(size, line),
        )
    });
    let paint = Paint {
        selection: if ringed.is_some() && part.is_none() { None } else { a.selected() },
        part,
        caret: a.selection.map(|(_, head)| head),
        hovered,
        ringed,
        clip: Some(ui.clip_rect()),
        ..Paint::default()
    };
    for (lane, span) in &layers.lanes {
        flow.paint_lane(ui, origin, *lane, span, ui.clip_rect());
    }
    flow.paint(ui, origin, words, spans, paint);
    remarks(ui, a, &flow, origin, out);
    if let Some(i) = hovered.filter(|i| !spans[*i].ghost) {
        remove_button(ui, &flow, origin, words.len(), &spans[i], out);
    }
    response
}

/// Returns the text for a screen reader while the user works with the keyboard: the selected words with their label, or
/// the sentence.
fn said(a: &Annotate, words: &[&str]) -> String {
    let name = a.name_of(a.current);
    let Some(selected) = a.selected() else { return format!("{name}: {}", words.join(" ")) };
    let document = a.corpus.document(a.current_id().document);
    let text = a
        .selected_text(LabelId::default())
        .map_or(String::new(), |at| document.text[at.start as usize..at.end as usize].into());
    let label = a.selected_span().map_or(tr!("no label"), |s| a.corpus.labels.name(s.label));
    tr!("{text}, {label}, {first} of {all}", text, label, first = selected.start() + 1, all = words.len())
}

/// Shows a symbol after each text range that has a comment. A click opens the comment.
fn remarks(ui: &mut Ui, a: &Annotate, flow: &Flow, origin: egui::Pos2, out: &mut Commands) {
    let p = theme::of(ui);
    let id = a.current_id();
    let document = a.corpus.document(id.document);
    for remark in a.mark_of(a.current).into_iter().flat_map(|m| &m.range_comments) {
        let words =
            document.to_token_span(id.sentence as usize, &Span::new(remark.start..remark.end, LabelId::default()));
        let Some(last) = words.end.checked_sub(1).filter(|last| *last >= words.start) else { continue };
        let end = flow.rect(last).translate(origin.to_vec2());
        let x = if flow.right_to_left { end.left() } else { end.right() };
        let corner = pos2(x, end.center().y - flow.style.block() / 2.0);
        let rect = Rect::from_center_size(corner, vec2(14.0, 14.0));
        let response = ui.interact(rect, Id::unique(("remark", remark.start, remark.end)), Sense::click());
        let said = tr!("Comment: {remark}", remark = remark.text);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
        ui.painter().circle_filled(corner, 8.0, p.canvas);
        crate::ui::widgets::paint_icon(ui.painter(), rect, theme::icon::MESSAGE_SQUARE, 12.0, p.accent);
        if response.on_hover_text(&remark.text).clicked() {
            out.push(Command::Ask(Some(TextPrompt::Remark(id, remark.start, remark.end))));
        }
    }
}

/// Shows the remove button over the corner of a block. It uses no space in the text.
fn remove_button(ui: &mut Ui, flow: &Flow, origin: egui::Pos2, words: usize, span: &SpanView, out: &mut Commands) {
    let p = theme::of(ui);
    if span.end > words {
        return;
    }
    let Some(end) = flow.end_of(ui, span) else { return };
    let (_, line) = theme::density(ui).read();
    let corner = end + origin.to_vec2() - vec2(0.0, line * 0.36);
    let rect = Rect::from_center_size(corner, vec2(15.0, 15.0));
    let response = ui.interact(rect, Id::unique("remove span"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, tr!("Remove {span}", span = span.name)));
    ui.painter().circle(corner, 7.5, p.overlay, egui::Stroke::new(1.0, p.line_strong));
    crate::ui::widgets::paint_icon(ui.painter(), rect, theme::icon::X, 10.0, p.text);
    if response.clicked() {
        out.push(Command::Select(span.start, span.end - 1));
        out.push(Command::Do(Action::ClearLabel));
    }
}
