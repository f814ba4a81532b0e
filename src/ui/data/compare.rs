//! Comparison of two annotations of a dataset: agreement, and a resolution for each difference.

use crate::app::page_commands::DataCommand;
use crate::app::{Action, App, Command};
use crate::corpus::{Document, LabelSet, SentenceId, Span};
use crate::eval::agreement::Difference;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::comparison::{Comparison, Resolution};
use crate::ui::Commands;
use crate::ui::annotate::paint::TextPaint;
use crate::ui::annotate::span_shape::SpanShape;
use crate::ui::annotate::text_layout::{SentenceStyle, TextLayout};
use crate::ui::format_numbers::{self, format_score, thousands};
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{Button, Card, EmptyState, Stat, label, paint_icon, put_text, stats_row};
use egui::{Align2, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

const ROW: f32 = 30.0;

/// Shows the comparison, or an introduction if no comparison is open.
pub fn show(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let Some(c) = &session.checks.comparison else {
        let teaching = tr!(
            "Open a second annotation of the same sentences. See the agreement and resolve each difference from the \
             keyboard."
        );
        if EmptyState::new(icon::USERS, tr!("Compare annotations"), teaching)
            .action(tr!("Choose file…"))
            .show_centered(ui)
        {
            out.push(Command::Run(Action::Compare));
        }
        ui.vertical_centered(|ui| {
            if Button::ghost(tr!("Compare two models instead")).show(ui).clicked() {
                out.push(Command::Run(Action::CompareModels));
            }
        });
        return;
    };
    headline(ui, c);
    let p = theme::colors(ui);
    ui.horizontal(|ui| {
        label(
            ui,
            TextRole::Small,
            p.text_secondary,
            &tr!(
                "{differences}, {open} unresolved",
                differences = format_numbers::differences(c.verdicts.len()),
                open = thousands(c.n_open())
            ),
        );
        if Button::ghost(tr!("Change file…")).show(ui).clicked() {
            out.push(Command::Run(Action::Compare));
        }
        if Button::ghost(tr!("Close comparison")).show(ui).clicked() {
            out.push(Command::Data(DataCommand::EndComparison));
        }
    });
    if let Some(difference) = c.difference() {
        side_by_side(ui, app, session, c, difference, out);
    }
    list(ui, session, c, out);
}

fn headline(ui: &mut Ui, c: &Comparison) {
    let g = &c.agreement;
    let (f1, kappa, alpha) = (format_score(g.spans.f1), format!("{:.3}", g.kappa), format!("{:.3}", g.alpha));
    let same = tr!(
        "{correct} shared spans; {support} here, {predicted} in the other file",
        correct = thousands(g.spans.correct),
        support = thousands(g.spans.support),
        predicted = thousands(g.spans.predicted)
    );
    let missing = tr!(
        "{only_left} only here, {only_right} only in the other file",
        only_left = thousands(g.only_left),
        only_right = thousands(g.only_right)
    );
    let figure = |caption, number, detail| Stat { caption, number, unit: "", detail };
    stats_row(
        ui,
        &[
            figure(tr!("Span F1"), &f1, &same),
            figure(tr!("Cohen's kappa"), &kappa, tr!("Per token")),
            figure(tr!("Krippendorff's alpha"), &alpha, tr!("Nominal, per token")),
            figure(tr!("Sentences"), &thousands(g.sentences), &missing),
        ],
        true,
    );
}

/// Shows the sentence with the spans of each side.
fn side_by_side(
    ui: &mut Ui,
    app: &App,
    session: &Session,
    c: &Comparison,
    difference: &Difference,
    out: &mut Commands,
) {
    let name = c.name();
    let document = session.corpus().document(difference.sentence.document);
    let here = &document.spans[document.span_range(difference.sentence.sentence as usize)];
    let there = c.agreement.right_spans.get(&difference.sentence).map_or(&[][..], Vec::as_slice);
    let mine = (
        tr!("This dataset"),
        ComparisonSide { spans: here, at: difference.left, labels: &session.corpus().labels },
        Resolution::Mine,
    );
    let theirs = ComparisonSide { spans: there, at: difference.right, labels: &c.agreement.merged_labels };
    let theirs = (name.as_str(), theirs, Resolution::Theirs);
    ui.columns(2, |columns| {
        for (ui, (title, side, resolution)) in columns.iter_mut().zip([mine, theirs]) {
            let take = |ui: &mut Ui| resolution_button(ui, app, tr!("Use"), resolution, out);
            Card::new(title).height(150.0).show(ui, take, |ui| {
                ui.push_id(title, |ui| sentence_side(ui, session, difference, &side));
            });
        }
    });
    ui.horizontal(|ui| {
        resolution_button(ui, app, tr!("Both"), Resolution::Both, out);
        resolution_button(ui, app, tr!("Neither"), Resolution::Neither, out);
    });
}

fn resolution_button(ui: &mut Ui, app: &App, text: &str, resolution: Resolution, out: &mut Commands) {
    let action = Action::ResolveDifference(resolution);
    if Button::plain(text).keys(&app.keymap.key_labels(action)).show(ui).clicked() {
        out.push(Command::Run(action));
    }
}

/// A sentence with the annotations of one side.
struct ComparisonSide<'a> {
    /// All spans of that side.
    spans: &'a [Span],
    /// Span of the current difference.
    at: Option<Span>,
    /// Names of the labels.
    labels: &'a LabelSet,
}

/// Returns the spans of a side as blocks. The span of the current difference comes first; spans that overlap an earlier
/// one are left out.
fn span_shapes<'a>(ui: &Ui, document: &Document, sentence: usize, side: &ComparisonSide<'a>) -> Vec<SpanShape<'a>> {
    let p = theme::colors(ui);
    let mut blocks: Vec<SpanShape> = Vec::new();
    for span in side.at.iter().filter(|at| side.spans.contains(at)).chain(side.spans) {
        let words = document.to_token_span(sentence, span);
        let Some(l) = side.labels.get(span.label).filter(|_| words.start < words.end) else { continue };
        let view = SpanShape::new(words.start..words.end, l.name.as_str(), p.label(usize::from(l.color)));
        if !blocks.iter().any(|b| b.overlaps(&view)) {
            blocks.push(view);
        }
    }
    blocks
}

fn sentence_side(ui: &mut Ui, session: &Session, difference: &Difference, side: &ComparisonSide) {
    let document = session.corpus().document(difference.sentence.document);
    let sentence = difference.sentence.sentence as usize;
    let words = document.sentence_tokens(sentence);
    let mut spans = span_shapes(ui, document, sentence, side);
    let looked_at = side.at.filter(|at| side.spans.contains(at)).map(|at| document.to_token_span(sentence, &at).start);
    spans.sort_by_key(|s| s.start);
    let ringed = spans.iter().position(|s| Some(s.start) == looked_at);
    let width = ui.available_width() - 12.0;
    let joined = document.joins_previous(sentence);
    ScrollArea::vertical().max_height(104.0).auto_shrink([false, true]).show(ui, |ui| {
        let flow = TextLayout::layout_joined(ui, &words, &spans, SentenceStyle::reading(16.0, 30.0), width, &joined);
        let (rect, _) = ui.allocate_exact_size(vec2(width, flow.height()), Sense::hover());
        let at = rect.min + vec2(8.0, 0.0);
        if let Some(span) = difference.left.or(difference.right) {
            let words = document.to_token_span(sentence, &span);
            scroll_to_difference(ui, (difference.sentence, span), flow.rect(words.start).translate(at.to_vec2()));
        }
        flow.paint(
            ui,
            at,
            &words,
            &spans,
            TextPaint { focused_span: ringed, clip: Some(ui.clip_rect()), ..TextPaint::default() },
        );
    });
}

/// Scrolls to a difference when it is shown first.
fn scroll_to_difference(ui: &Ui, difference: (SentenceId, Span), rect: Rect) {
    let shown = ui.scope_id().with("shown difference");
    if ui.data(|data| data.get_temp(shown)) != Some(difference) {
        ui.data_mut(|data| data.insert_temp(shown, difference));
        ui.scroll_to_rect(rect, Some(egui::Align::Center));
    }
}

fn list(ui: &mut Ui, session: &Session, c: &Comparison, out: &mut Commands) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let differences = &c.agreement.differences;
    ScrollArea::vertical().id_salt("differences").auto_shrink(false).show_rows(
        ui,
        ROW,
        differences.len(),
        |ui, range| {
            for i in range {
                row(ui, session, c, i, out);
            }
        },
    );
}

fn row(ui: &mut Ui, session: &Session, c: &Comparison, number: usize, out: &mut Commands) {
    let p = theme::colors(ui);
    let difference = &c.agreement.differences[number];
    let document = session.corpus().document(difference.sentence.document);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - 8.0, ROW), Sense::click());
    let shown = |span: Option<Span>, labels: &LabelSet| {
        span.map_or(tr!("No span").to_owned(), |s| {
            let text = document.text[s.start as usize..s.end as usize].replace(['\n', '\r'], " ");
            format!("{text} {}", labels.name(s.label))
        })
    };
    let (mine, theirs) =
        (shown(difference.left, &session.corpus().labels), shown(difference.right, &c.agreement.merged_labels));
    let chosen = number == c.current;
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, format!("{mine}, {theirs}")));
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, 6, if chosen { p.selected } else { p.hover });
    }
    if response.clicked() {
        out.push(Command::Data(DataCommand::SelectDifference(number)));
    }
    let square = Rect::from_min_size(pos2(rect.left() + 8.0, rect.top()), vec2(16.0, ROW));
    let (glyph, color) = match c.verdicts[number] {
        None => (icon::CIRCLE, p.text_muted),
        Some(_) => (icon::CIRCLE_CHECK, p.success),
    };
    paint_icon(ui.painter(), square, glyph, 13.0, color);
    let middle = rect.center().x;
    let sides = [
        (square.right() + 10.0, middle - 8.0, &mine, Resolution::Mine),
        (middle, rect.right() - 8.0, &theirs, Resolution::Theirs),
    ];
    for (from, to, text, side) in sides {
        let space = Rect::from_min_max(pos2(from, rect.top()), pos2(to, rect.bottom()));
        let taken = match c.verdicts[number] {
            None | Some(Resolution::Both) => true,
            Some(Resolution::Neither) => false,
            Some(verdict) => verdict == side,
        };
        let color = if taken { p.text } else { p.text_muted };
        put_text(ui.painter(), space, Align2::LEFT_CENTER, TextRole::Body.truncated(ui, text, space.width()), color);
    }
}
