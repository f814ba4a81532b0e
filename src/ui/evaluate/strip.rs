//! The strip of the Evaluate page: views, models and split.

use crate::app::page_commands::EvaluateCommand;
use crate::app::requests::Slot;
use crate::app::{Action, App, Command};
use crate::hub::ModelRef;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::evaluation::EvaluateView;
use crate::ui::Commands;
use crate::ui::split_icon::split_icon;
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{Button, IconButton, MenuRow, SegmentedControl, label, menu};
use egui::Ui;

const VIEWS: [EvaluateView; 2] = [EvaluateView::Errors, EvaluateView::Comparison];

/// Shows the strip. In a narrow window it has two rows.
pub(super) fn show(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    let evaluation = &session.evaluation;
    let is_comparison = evaluation.view == EvaluateView::Comparison;
    ui.horizontal_wrapped(|ui| {
        let mut view = usize::from(is_comparison);
        if SegmentedControl::new(&mut view, &[tr!("Errors"), tr!("Compare models")]).show(ui).changed() {
            out.push(Command::Evaluate(EvaluateCommand::SetEvaluateView(VIEWS[view])));
        }
        ui.add_space(8.0);
        let title = app.model_name_with_score(&app.evaluation_model);
        model_menu(ui, app, &title, Some(&app.evaluation_model), EvaluateCommand::SetEvalModel, out);
        if is_comparison {
            let off = evaluation.second_model.is_none();
            ui.add_enabled_ui(!off, |ui| {
                if IconButton::new(icon::MOVE_HORIZONTAL, tr!("Swap models")).show(ui).clicked() {
                    out.push(Command::Evaluate(EvaluateCommand::SwapModels));
                }
            });
            let second = evaluation.second_model.as_ref();
            let title = second.map_or_else(|| tr!("Second model").to_owned(), |model| app.model_name_with_score(model));
            model_menu(ui, app, &title, second, EvaluateCommand::SetSecondModel, out);
        }
        label(ui, TextRole::Body, p.text_muted, tr!("on"));
        let split = Button::plain(evaluation.split.name()).icon(split_icon(evaluation.split)).opens_menu().show(ui);
        menu(&split, 180.0, |ui| {
            for split in session.splits() {
                let row = MenuRow::new(split.name()).icon(split_icon(split)).selected(split == evaluation.split);
                if row.show(ui).clicked() {
                    out.push(Command::Evaluate(EvaluateCommand::SetEvalSplit(split)));
                    ui.close();
                }
            }
        });
        start_button(ui, app, session, out);
    });
    if let Some(text) = shown(app, session) {
        label(ui, TextRole::Small, p.text_muted, &text);
    }
}

fn model_menu(
    ui: &mut Ui,
    app: &App,
    title: &str,
    selected: Option<&ModelRef>,
    command: fn(ModelRef) -> EvaluateCommand,
    out: &mut Commands,
) {
    let button = Button::plain(title).opens_menu().show(ui);
    menu(&button, 240.0, |ui| {
        for (title, model) in app.models() {
            if MenuRow::new(&title).selected(Some(&model) == selected).show(ui).clicked() {
                out.push(Command::Evaluate(command(model)));
                ui.close();
            }
        }
    });
}

fn start_button(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let evaluation = &session.evaluation;
    let (text, action) = match evaluation.view {
        EvaluateView::Errors => (tr!("Evaluate"), Action::Evaluate),
        EvaluateView::Comparison => (tr!("Compare"), Action::CompareModels),
    };
    let off = if app.requests.is_pending(Slot::Evaluation) {
        Some(tr!("Evaluation in progress"))
    } else if evaluation.view == EvaluateView::Comparison && evaluation.second_model.is_none() {
        Some(tr!("Choose a second model"))
    } else {
        None
    };
    // The page has at most one primary button, which the list of sentences can show.
    let button = if evaluation.evidence.is_some() { Button::plain(text) } else { Button::primary(text) };
    if button.icon(icon::TARGET).disabled(off).show(ui).clicked() {
        out.push(Command::Run(action));
    }
}

/// Describes the shown numbers, if they are not of the selected models and split.
fn shown(app: &App, session: &Session) -> Option<String> {
    let evaluation = &session.evaluation;
    let (models, split) = match evaluation.view {
        EvaluateView::Errors => {
            let result = evaluation.result.as_ref()?;
            (vec![&result.model], result.split)
        }
        EvaluateView::Comparison => {
            let result = evaluation.comparison.as_ref()?;
            (result.sources.iter().map(|source| &source.model).collect(), result.split)
        }
    };
    let selected = [Some(&app.evaluation_model), evaluation.second_model.as_ref()];
    let is_selected = models.iter().zip(selected).all(|(model, selected)| Some(*model) == selected);
    if is_selected && split == evaluation.split {
        return None;
    }
    let names: Vec<String> = models.into_iter().map(|model| app.model_name(model)).collect();
    Some(tr!("Shown: {model} on {split}", model = names.join(", "), split = split.name()))
}
