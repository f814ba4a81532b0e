//! Headline figures: scores with intervals. A click shows the sentences of a figure.

use super::names::interval_text;
use crate::app::page_commands::EvaluateCommand;
use crate::app::{App, Command};
use crate::eval::MetricDefinition;
use crate::eval::errors::{ResamplingUnit, Slice};
use crate::eval::token_metrics::token_metrics;
use crate::i18n::{tr, translate};
use crate::session::evaluation::EvaluationResult;
use crate::session::evidence::CaseFilter;
use crate::ui::Commands;
use crate::ui::format_numbers::{self, format_score, thousands};
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{Badge, BadgeStyle, Card, Stat, focus_ring, put_text, stats_row};
use egui::{Align, Align2, Layout, Role, Sense, Ui, WidgetInfo, vec2};

/// A figure with the list that it opens.
struct Figure {
    caption: &'static str,
    number: String,
    detail: String,
    filter: CaseFilter,
}

impl Figure {
    fn width(&self, ui: &Ui) -> f32 {
        let width = |role: TextRole, text: &str| role.single_line(ui, text).size().x;
        let number = width(TextRole::NumberLarge, &self.number);
        number.max(width(TextRole::Caption, self.caption)).max(width(TextRole::Caption, &self.detail))
    }
}

/// Distance between two figures, in points.
const GAP: f32 = 32.0;

/// Shows the figures of a result.
pub(super) fn show(ui: &mut Ui, result: &EvaluationResult, out: &mut Commands) {
    let errors = &result.errors;
    let overall = &errors.overall;
    let score = overall.score;
    let of = |part: usize, all: usize| tr!("{part} of {all}", part = thousands(part), all = thousands(all));
    let mut figures = vec![
        Figure {
            caption: tr!("F1"),
            number: format_score(score.f1),
            detail: tr!("95 % interval {interval}", interval = interval_text(overall.f1)),
            filter: CaseFilter::Errors,
        },
        Figure {
            caption: tr!("Precision"),
            number: format_score(score.precision),
            detail: of(score.correct, score.predicted),
            filter: CaseFilter::IncorrectPredictions,
        },
        Figure {
            caption: tr!("Recall"),
            number: format_score(score.recall),
            detail: of(score.correct, score.support),
            filter: CaseFilter::IncorrectGold,
        },
    ];
    let unseen = errors.slices.iter().find(|(slice, score)| *slice == Slice::UnseenInTrain && score.score.support > 0);
    if let Some((slice, unseen)) = unseen {
        figures.push(Figure {
            caption: tr!("F1, unseen spans"),
            number: format_score(unseen.score.f1),
            detail: tr!("{spans} not in train", spans = format_numbers::spans(unseen.score.support)),
            filter: CaseFilter::Slice(*slice),
        });
    }
    let share = errors.n_correct_sentences as f64 / errors.n_sentences.max(1) as f64;
    figures.push(Figure {
        caption: tr!("Sentences without error"),
        number: thousands(errors.n_correct_sentences),
        detail: tr!(
            "{percent} % of {all}",
            percent = format!("{:.1}", share * 100.0),
            all = thousands(errors.n_sentences)
        ),
        filter: CaseFilter::CorrectSentences,
    });
    let tooltip = interval_tooltip(errors.unit, errors.n_units);
    let height = 2.0 * TextRole::Caption.line_height() + TextRole::NumberLarge.line_height();
    ui.allocate_ui_with_layout(vec2(ui.available_width(), height), Layout::left_to_right(Align::Min), |ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        for figure in &figures {
            // A figure that does not fit is left out, as the last ones are the least important.
            if figure.width(ui) > ui.available_width() {
                break;
            }
            show_figure(ui, figure, &tooltip, out);
        }
        ui.with_layout(Layout::right_to_left(Align::Max), |ui| change(ui, result));
    });
}

/// Shows the change of F1 since the evaluation.
fn change(ui: &mut Ui, result: &EvaluationResult) {
    let difference = (result.errors.overall.score.f1 - result.first_f1) * 100.0;
    let text = tr!("{difference} since the evaluation", difference = format!("{difference:+.2}"));
    let width = TextRole::CaptionMedium.single_line(ui, &text).size().x + 40.0;
    if difference.abs() < 0.005 || width > ui.available_width() {
        return;
    }
    let (tone, icon) = if difference > 0.0 {
        (BadgeStyle::Success, icon::TRENDING_UP)
    } else {
        (BadgeStyle::Warning, icon::TRENDING_DOWN)
    };
    Badge::new(&text).tone(tone).icon(icon).show(ui);
}

fn interval_tooltip(unit: ResamplingUnit, n_units: usize) -> String {
    match unit {
        ResamplingUnit::Documents => {
            tr!("Intervals: 2,000 bootstrap samples of {documents}", documents = format_numbers::documents(n_units))
        }
        ResamplingUnit::Sentences => {
            tr!(
                "Intervals: 2,000 bootstrap samples of {sentences}, because the split has no documents. They are too narrow if sentences of one text resemble each other.",
                sentences = format_numbers::sentences(n_units)
            )
        }
    }
}

fn show_figure(ui: &mut Ui, figure: &Figure, tooltip: &str, out: &mut Commands) {
    let p = theme::colors(ui);
    let caption = TextRole::Caption.single_line(ui, figure.caption);
    let number = TextRole::NumberLarge.single_line(ui, &figure.number);
    let detail = TextRole::Caption.single_line(ui, &figure.detail);
    let line = TextRole::Caption.line_height();
    let size = vec2(figure.width(ui), 2.0 * line + TextRole::NumberLarge.line_height());
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Button, true, format!("{} {} {}", figure.caption, figure.number, figure.detail))
    });
    let frame = rect.expand2(vec2(8.0, 4.0));
    if response.hovered() {
        ui.painter().rect_filled(frame, 6, p.hover);
    }
    focus_ring(ui, &response, frame, 6);
    put_text(ui.painter(), rect, Align2::LEFT_TOP, caption, p.text_muted);
    put_text(ui.painter(), rect.with_min_y(rect.top() + line), Align2::LEFT_TOP, number, p.text);
    put_text(ui.painter(), rect, Align2::LEFT_BOTTOM, detail, p.text_secondary);
    if response.on_hover_text(tooltip).clicked() {
        out.push(Command::Evaluate(EvaluateCommand::ShowCases(figure.filter)));
    }
}

/// Shows the other metrics at the time of the evaluation.
pub(super) fn further_metrics(ui: &mut Ui, app: &App, result: &EvaluationResult) {
    // Precision, recall and F1 are headline figures.
    let others = token_metrics().filter(|metric| metric.abbreviation.is_none());
    let value = |metric: &'static MetricDefinition| Some((metric, metric.format(result.metrics.values.get(metric)?)));
    let values: Vec<_> = others.filter_map(value).collect();
    let stats: Vec<Stat> = values
        .iter()
        .map(|(metric, number)| Stat {
            caption: translate(metric.title),
            number,
            unit: "",
            detail: translate(metric.description),
        })
        .collect();
    let model = app.model_name(&result.model);
    let subtitle = tr!("{model} on {split}, at the evaluation", model, split = result.split.name());
    Card::new(tr!("Other metrics")).subtitle(&subtitle).show(ui, |_| {}, |ui| stats_row(ui, &stats, false));
}
