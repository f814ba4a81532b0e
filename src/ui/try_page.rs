//! The Try page: text input at the left, and its entities, which update when typing pauses.

use super::Commands;
use super::annotate::paint::{TextPaint, lerp_color};
use super::annotate::span_shape::SpanShape;
use super::annotate::text_layout::{SentenceStyle, TextLayout};
use super::format_numbers::{self, format_probability, thousands};
use super::theme::{self, LabelColor, TextRole, icon};
use super::widgets::{
    Button, EmptyState, MenuRow, TextArea, bottom_border, hairline, icon_paragraph, label, menu, paragraph, put_text,
    tall_panel_header,
};
use crate::app::copied_prediction::{CopyForm, copied};
use crate::app::effect::Pick;
use crate::app::page_commands::TryCommand;
use crate::app::requests::Slot;
use crate::app::{App, Command};
use crate::i18n::{tr, trn};
use crate::predict::Entity;
use egui::{
    Align, Align2, CentralPanel, Frame, Layout, Margin, Panel, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2,
    vec2,
};
use std::time::Duration;
use unicode_segmentation::UnicodeSegmentation;

/// Presentation state of the page.
#[derive(Default)]
pub struct TryPageState {
    typed: String,
    /// Last typed text that the application state contains.
    known: String,
    /// Time of the last change of the text, in egui time (seconds).
    changed: Option<f64>,
    hovered: Option<usize>,
}

/// Pause of typing before a request to the model, in seconds.
const TYPING_PAUSE_SECONDS: f64 = 0.35;
const MEASURE: f32 = 720.0;

/// Returns the facts of the status bar.
pub fn status_items(app: &App) -> Vec<String> {
    let t = &app.try_page;
    if t.analyzed_text.is_empty() {
        return Vec::new();
    }
    let windows = (t.prediction.windows > 1).then(|| trn!(t.prediction.windows, "{n} window", "{n} windows"));
    let characters = trn!(t.analyzed_text.chars().count(), "{n} character", "{n} characters");
    std::iter::once(format_numbers::subwords(t.prediction.n_subwords)).chain(windows).chain([characters]).collect()
}

/// Returns the duration of the last analysis, for the status bar.
pub fn last_task(app: &App) -> Option<String> {
    let time = format!("{:.0}", app.try_page.seconds * 1e3);
    (!app.try_page.analyzed_text.is_empty()).then(|| tr!("Analyzed in {time} ms", time))
}

/// Shows the page.
pub fn show(ui: &mut Ui, app: &App, view: &mut TryPageState, out: &mut Commands) {
    let p = theme::colors(ui);
    if view.known != app.try_page.text {
        view.known.clone_from(&app.try_page.text);
        view.typed.clone_from(&app.try_page.text);
    }
    let wide = ui.content_rect().width() >= 900.0;
    if wide {
        let side = Frame::new().fill(p.panel).inner_margin(Margin::ZERO);
        let panel = Panel::right("entities").frame(side).default_size(340.0).size_range(264.0..=420.0);
        let rect = panel.show_separator_line(false).show(ui, |ui| entities(ui, app, view)).response.rect;
        hairline(ui.painter(), rect.left_top(), rect.left_bottom(), p.line);
    }
    CentralPanel::default().frame(Frame::new().fill(p.canvas)).show(ui, |ui| {
        toolbar(ui, app, view, out);
        legend(ui);
        ScrollArea::vertical().id_salt("try").auto_shrink(false).show(ui, |ui| {
            let space = ui.available_width();
            let width = (space - 64.0).clamp(160.0, MEASURE);
            let left = ((space - width) / 2.0).max(32.0);
            ui.add_space(28.0);
            ui.horizontal_top(|ui| {
                ui.add_space(left);
                ui.vertical(|ui| {
                    ui.set_width(width);
                    input(ui, view, out);
                    ui.add_space(20.0);
                    highlighted_text(ui, app, view, width);
                    ui.add_space(28.0);
                });
            });
        });
    });
}

fn toolbar(ui: &mut Ui, app: &App, view: &mut TryPageState, out: &mut Commands) {
    let p = theme::colors(ui);
    let frame = Frame::new().fill(p.canvas).inner_margin(Margin::symmetric(24, 12));
    let panel = Panel::top("try strip").exact_size(52.0).resizable(false).show_separator_line(false).frame(frame);
    let rect = panel
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                let title = app.model_name_with_score(&app.try_page.model);
                let button = Button::plain(&title).opens_menu().show(ui);
                menu(&button, 260.0, |ui| {
                    for (title, model) in app.models() {
                        if MenuRow::new(&title).selected(model == app.try_page.model).show(ui).clicked() {
                            out.push(Command::Try(TryCommand::SetTryModel(model)));
                            ui.close();
                        }
                    }
                    if MenuRow::new(tr!("Choose model folder…")).icon(icon::FOLDER_OPEN).show(ui).clicked() {
                        out.push(Command::OpenPathDialog(Pick::TryFolder));
                        ui.close();
                    }
                });
                if app.requests.is_pending(Slot::Prediction) {
                    label(ui, TextRole::Small, p.text_muted, tr!("Analyzing…"));
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    copy_menu(ui, app);
                    if Button::ghost(tr!("Clear")).icon(icon::X).show(ui).clicked() {
                        view.typed.clear();
                        out.push(Command::Try(TryCommand::SetTryText(String::new())));
                    }
                });
            });
        })
        .response
        .rect;
    bottom_border(ui, rect);
}

/// Shows the menu that copies the text with its entities.
fn copy_menu(ui: &mut Ui, app: &App) {
    let t = &app.try_page;
    let reason = t.analyzed_text.trim().is_empty().then_some(tr!("Enter text first"));
    let button = Button::plain(tr!("Copy")).icon(icon::COPY).opens_menu().disabled(reason).show(ui);
    menu(&button, 240.0, |ui| {
        let forms = [
            (CopyForm::Text, tr!("As text"), "[Oslo](LOC)"),
            (CopyForm::Json, tr!("As JSON"), "{\"entities\": …}"),
            (CopyForm::Bio, tr!("As tokens with IOB2 tags"), "Oslo B-LOC"),
        ];
        for (form, title, example) in forms {
            if MenuRow::new(title).detail(example).show(ui).clicked() {
                ui.copy_text(copied(&t.analyzed_text, &t.prediction.entities, form));
                ui.close();
            }
        }
    });
}

fn input(ui: &mut Ui, view: &mut TryPageState, out: &mut Commands) {
    let p = theme::colors(ui);
    label(ui, TextRole::Small, p.text_secondary, tr!("Text"));
    ui.add_space(4.0 - ui.spacing().item_spacing.y);
    let field = TextArea::new(&mut view.typed, tr!("Input text")).placeholder(tr!("Enter or paste text")).rows(2, 6);
    let response = field.show(ui);
    let now = ui.input(|i| i.time);
    if response.changed() {
        view.changed = Some(now);
    }
    if let Some(changed) = view.changed {
        let left = TYPING_PAUSE_SECONDS - (now - changed);
        if left <= 0.0 {
            view.changed = None;
            view.known.clone_from(&view.typed);
            out.push(Command::Try(TryCommand::SetTryText(view.typed.clone())));
        } else {
            ui.request_repaint_after(Duration::from_secs_f64(left));
        }
    }
}

/// Returns the color of a label by its index in the starter model, or in the dataset if it has the label.
fn label_color(app: &App, p: &'static theme::ThemeColors, name: &str) -> &'static LabelColor {
    let in_dataset = app
        .session
        .as_ref()
        .and_then(|session| session.corpus().labels.get(session.corpus().labels.id(name)?).map(|l| l.color));
    let usual = ["PER", "ORG", "LOC", "MISC"].iter().position(|l| *l == name);
    let hashed = || 4 + name.bytes().fold(0usize, |h, b| h.wrapping_mul(31).wrapping_add(usize::from(b))) % 20;
    p.label(in_dataset.map_or_else(|| usual.unwrap_or_else(hashed), usize::from))
}

/// Words of a paragraph, and the entities in it.
struct Paragraph<'a> {
    words: Vec<(usize, &'a str)>,
    /// Entities as word ranges, with their index.
    spans: Vec<(usize, usize, usize)>,
}

/// Splits the text into paragraphs of words. Words are also split at the boundaries of entities, so an entity covers
/// whole words.
fn paragraphs<'a>(text: &'a str, entities: &[Entity]) -> Vec<Paragraph<'a>> {
    let mut cuts: Vec<usize> = entities.iter().flat_map(|e| [e.byte_start, e.byte_end]).collect();
    cuts.sort_unstable();
    let mut out = Vec::new();
    let mut line_start = 0;
    for line in text.split('\n') {
        let mut words: Vec<(usize, &str)> = Vec::new();
        for (at, subword) in line.split_word_bound_indices().filter(|(_, w)| !w.trim().is_empty()) {
            let (start, end) = (line_start + at, line_start + at + subword.len());
            let inner: Vec<usize> =
                cuts.iter().copied().filter(|c| start < *c && *c < end && text.is_char_boundary(*c)).collect();
            let mut from = start;
            for cut in inner.into_iter().chain([end]) {
                if cut > from {
                    words.push((from, &text[from..cut]));
                    from = cut;
                }
            }
        }
        let spans = entities
            .iter()
            .enumerate()
            .filter_map(|(i, e)| {
                let first = words.iter().position(|(s, w)| s + w.len() > e.byte_start && *s < e.byte_end)?;
                let last = words.iter().rposition(|(s, w)| s + w.len() > e.byte_start && *s < e.byte_end)?;
                Some((first, last + 1, i))
            })
            .collect();
        out.push(Paragraph { words, spans });
        line_start += line.len() + 1;
    }
    out
}

fn highlighted_text(ui: &mut Ui, app: &App, view: &mut TryPageState, width: f32) {
    let p = theme::colors(ui);
    let t = &app.try_page;
    if let Some(reason) = &t.failure {
        paragraph(ui, TextRole::Body, p.error, reason);
        return;
    }
    if t.analyzed_text.trim().is_empty() {
        return;
    }
    label(ui, TextRole::Small, p.text_secondary, tr!("Highlighted text"));
    ui.add_space(2.0);
    if t.prediction.is_mostly_unknown() {
        let text = tr!(
            "At least half of this text is unknown to the vocabulary of the model, so its entities are unreliable. Choose a model of this language."
        );
        icon_paragraph(ui, icon::TRIANGLE_ALERT, 14.0, p.warning, text);
    }
    let mut hovered = None;
    for part in paragraphs(&t.analyzed_text, &t.prediction.entities) {
        if part.words.is_empty() {
            ui.add_space(12.0);
            continue;
        }
        // Words without a space between them (a name and its comma) have no space in the layout.
        let glued = joined_words(&t.analyzed_text, &part);
        let words: Vec<&str> = glued.iter().map(|(a, b)| &t.analyzed_text[*a..*b]).collect();
        let at_word = |byte: usize| glued.iter().position(|(a, b)| *a <= byte && byte < *b).unwrap_or(0);
        let spans: Vec<SpanShape> = part
            .spans
            .iter()
            .map(|(first, last, i)| {
                let e = &t.prediction.entities[*i];
                let (start, end) = (at_word(part.words[*first].0), at_word(part.words[*last - 1].0) + 1);
                SpanShape::new(start..end, e.label.as_str(), label_color(app, p, &e.label))
            })
            .collect();
        let joined: Vec<bool> = (0..glued.len()).map(|i| i > 0 && glued[i - 1].1 == glued[i].0).collect();
        let flow = TextLayout::layout_joined(ui, &words, &spans, SentenceStyle::reading(20.0, 40.0), width, &joined);
        let (rect, response) = ui.allocate_exact_size(vec2(width, flow.height()), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Document, true, words.join(" ")));
        let over = response.hover_pos().and_then(|at| flow.span_at(ui, at - rect.min, &spans));
        if let Some(i) = over {
            let entity = part.spans[i].2;
            hovered = Some(entity);
            let e = &t.prediction.entities[entity];
            response.on_hover_text_at_pointer(tr!(
                "{label}, confidence {share}",
                label = e.label,
                share = format_probability(e.score)
            ));
        }
        let certainty = part.spans.iter().map(|(_, _, i)| t.prediction.entities[*i].score).collect();
        let ringed = view.hovered.and_then(|h| part.spans.iter().position(|s| s.2 == h));
        flow.paint(
            ui,
            rect.min,
            &words,
            &spans,
            TextPaint {
                hovered: over,
                confidence: certainty,
                focused_span: ringed,
                clip: Some(ui.clip_rect()),
                ..TextPaint::default()
            },
        );
    }
    view.hovered = hovered;
}

/// Returns the byte ranges of the words. Words without a space between them are joined, unless an entity starts or ends
/// there.
fn joined_words(text: &str, part: &Paragraph) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (i, (start, word)) in part.words.iter().enumerate() {
        let edge = part.spans.iter().any(|(a, b, _)| *a == i || *b == i);
        match out.last_mut() {
            Some(last) if last.1 == *start && !edge => last.1 = start + word.len(),
            _ => out.push((*start, start + word.len())),
        }
    }
    debug_assert!(out.iter().all(|(a, b)| text.is_char_boundary(*a) && text.is_char_boundary(*b)));
    out
}

fn legend(ui: &mut Ui) {
    let p = theme::colors(ui);
    let frame = Frame::new().fill(p.canvas).inner_margin(Margin::symmetric(24, 8));
    let panel = Panel::bottom("try legend").exact_size(40.0).resizable(false).show_separator_line(false).frame(frame);
    let rect = panel
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                label(ui, TextRole::Small, p.text_secondary, tr!("Confidence"));
                ui.add_space(4.0);
                let c = p.label(0);
                for (share, dashed, words) in
                    [(1.0, false, tr!("≥ .90")), (0.62, false, tr!("≥ .60")), (0.34, true, tr!("< .60"))]
                {
                    let (rect, _) = ui.allocate_exact_size(vec2(22.0, 12.0), Sense::hover());
                    ui.painter().rect_filled(rect, 3, lerp_color(p.canvas, c.background, share));
                    if dashed {
                        super::widgets::dashed_rect(ui.painter(), rect, 3, egui::Stroke::new(1.0, c.text));
                    }
                    label(ui, TextRole::Small, p.text_secondary, words);
                    ui.add_space(8.0);
                }
            });
        })
        .response
        .rect;
    hairline(ui.painter(), rect.left_top(), rect.right_top(), p.line);
}

fn entities(ui: &mut Ui, app: &App, view: &mut TryPageState) {
    let p = theme::colors(ui);
    let found = &app.try_page.prediction.entities;
    tall_panel_header(ui, tr!("Entities"), &thousands(found.len()));
    if found.is_empty() {
        ui.add_space(40.0);
        EmptyState::new(
            icon::SCAN_TEXT,
            tr!("No entities"),
            tr!("Enter text to see the entities and their confidence"),
        )
        .show(ui);
        return;
    }
    ScrollArea::vertical().id_salt("entity list").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(8, 8)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (i, e) in found.iter().enumerate() {
                let text = app.try_page.analyzed_text[e.byte_start..e.byte_end].replace('\n', " ");
                let color = label_color(app, p, &e.label);
                let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
                response.widget_info(|| {
                    WidgetInfo::labeled(
                        Role::ListItem,
                        true,
                        format!("{text}, {}, {}", e.label, format_probability(e.score)),
                    )
                });
                if response.hovered() {
                    view.hovered = Some(i);
                }
                if view.hovered == Some(i) {
                    ui.painter().rect_filled(rect, 7, p.hover);
                }
                let inside = rect.shrink2(vec2(8.0, 0.0));
                super::widgets::dot(ui.painter(), pos2(inside.left() + 4.0, inside.center().y), color.solid);
                let words = Rect::from_min_max(
                    pos2(inside.left() + 16.0, inside.top()),
                    pos2(inside.right() - 80.0, inside.bottom()),
                );
                put_text(
                    ui.painter(),
                    words,
                    Align2::LEFT_CENTER,
                    TextRole::Body.truncated(ui, &text, words.width()),
                    p.text,
                );
                let tag = Rect::from_min_max(
                    pos2(inside.right() - 72.0, inside.top()),
                    pos2(inside.right() - 32.0, inside.bottom()),
                );
                put_text(
                    ui.painter(),
                    tag,
                    Align2::LEFT_CENTER,
                    TextRole::CaptionStrong.truncated(ui, &e.label, tag.width()),
                    color.text,
                );
                put_text(
                    ui.painter(),
                    inside,
                    Align2::RIGHT_CENTER,
                    TextRole::Body.single_line(ui, &format_probability(e.score)),
                    p.text_secondary,
                );
            }
        });
    });
}
