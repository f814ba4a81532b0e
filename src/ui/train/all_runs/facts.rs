//! Facts about a run, as text.

use crate::app::App;
use crate::eval::MetricDefinition;
use crate::eval::token_metrics::F1;
use crate::i18n::{tr, translate};
use crate::project::{RunRecord, RunStatus};
use crate::session::Session;
use crate::session::run::LiveRun;
use crate::train::settings::{SETTINGS, Setting, SettingKind};
use crate::ui::format_numbers::format_duration;
use crate::ui::theme::{Icon, ThemeColors, icon};
use egui::Color32;

/// Returns the value of the metric on dev: of the saved model, or the best so far.
pub(super) fn dev_value(session: &Session, record: &RunRecord) -> Option<(&'static MetricDefinition, f64)> {
    let live = session.curves_of(record.number).filter(|_| !record.outcome.has_model());
    let metric = live.map_or(record.metrics.selected_by, LiveRun::metric);
    let best = || live?.best_dev()?.values.get(metric);
    Some((metric, record.metrics.selected_value().or_else(best)?))
}

/// Returns the interval of 95 % of the F1 of a run on dev, if F1 is the shown metric.
pub(super) fn f1_interval(session: &Session, record: &RunRecord) -> Option<[f64; 2]> {
    let (metric, _) = dev_value(session, record)?;
    let of_curves = || session.dev_units(record.number)?.f1_interval;
    (*metric == F1).then(|| record.details.f1_interval.or_else(of_curves))?
}

/// Returns the number of the run with the best value on dev. Runs with another metric or other dev data than the latest one
/// are left out.
pub(super) fn best_run(session: &Session) -> Option<usize> {
    let values: Vec<_> = session.runs().iter().filter_map(|run| Some((run, dev_value(session, run)?))).collect();
    let (latest, (metric, _)) = values.last()?;
    let is_comparable = |run: &RunRecord| run.details.dev_id == latest.details.dev_id;
    let comparable = values.iter().filter(|(run, (of, _))| of == metric && is_comparable(run));
    let best = comparable.reduce(|best, next| if metric.is_better(next.1.1, best.1.1, 0.0) { next } else { best });
    best.map(|(run, _)| run.number)
}

/// State of a run that is not completed: icon, color and text.
pub(super) fn state_line(app: &App, record: &RunRecord, p: &ThemeColors) -> Option<(Icon, Color32, String)> {
    let [done, all] = record.details.epochs;
    let after =
        |text: &str| if all > 0 { tr!("{text} after epoch {done} of {all}", text, done, all) } else { text.to_owned() };
    Some(match record.outcome {
        RunStatus::Completed => return None,
        RunStatus::Running => {
            let share = app.live_run().filter(|run| run.id == record.number).map_or(0.0, LiveRun::fraction_done);
            (icon::CIRCLE_DOT, p.accent, tr!("Training, {percent} %", percent = (share * 100.0) as usize))
        }
        RunStatus::Stopped => (icon::SQUARE, p.warning, after(tr!("Stopped"))),
        RunStatus::Interrupted => {
            let reason = &record.details.failure;
            let text = after(tr!("Interrupted"));
            let text = if reason.is_empty() { text } else { format!("{text}: {reason}") };
            (icon::PAUSE, p.warning, text)
        }
        RunStatus::Diverged => (icon::TRIANGLE_ALERT, p.error, after(tr!("Diverged"))),
        RunStatus::Cancelled => (icon::X, p.text_muted, tr!("Canceled").to_owned()),
        RunStatus::Failed => {
            let reason = &record.details.failure;
            let text = if reason.is_empty() { tr!("Failed").to_owned() } else { reason.clone() };
            (icon::CIRCLE_ALERT, p.error, text)
        }
    })
}

/// Returns the training time.
pub(super) fn time_text(session: &Session, record: &RunRecord) -> String {
    let live = session.curves_of(record.number).and_then(LiveRun::last).map(|step| step.elapsed);
    let seconds = if record.train_seconds > 0.0 { Some(record.train_seconds) } else { live };
    seconds.map_or_else(|| "–".to_owned(), format_duration)
}

/// Returns the value of a setting of a run as text. `None` if the settings of the run are not known.
pub(super) fn setting_text(record: &RunRecord, setting: &Setting) -> Option<String> {
    let value = record.details.settings.get(setting.id)?;
    Some(match setting.kind {
        SettingKind::Number(_) => value.clone(),
        SettingKind::Choice(choice) => {
            let index = choice.options.iter().position(|option| option == value);
            index.map_or_else(|| value.clone(), |index| translate(choice.option_labels[index]).to_owned())
        }
        SettingKind::Switch(_) => if value == "true" { tr!("On") } else { tr!("Off") }.to_owned(),
    })
}

/// Returns the settings in which a run differs from the baseline, in one line.
pub(super) fn differing_settings(record: &RunRecord, baseline: &RunRecord) -> String {
    if record.number == baseline.number {
        return tr!("baseline").to_owned();
    }
    if record.details.settings.is_empty() || baseline.details.settings.is_empty() {
        return record.summary.clone();
    }
    let base = (record.base != baseline.base).then(|| tr!("base model {model}", model = record.base));
    let data = |run: &RunRecord| (run.details.train_id.clone(), run.details.dev_id.clone(), run.details.n_train);
    let data = (data(record) != data(baseline)).then(|| tr!("other data").to_owned());
    let settings = SETTINGS.iter().filter_map(|setting| {
        let value = setting_text(record, setting)?;
        let label = translate(setting.label).to_lowercase();
        (Some(&value) != setting_text(baseline, setting).as_ref()).then(|| format!("{label} {value}"))
    });
    let all: Vec<String> = settings.chain(base).chain(data).collect();
    if all.is_empty() { tr!("same settings").to_owned() } else { all.join(", ") }
}

/// Returns true if the train split has changed since the run.
pub(super) fn has_old_data(session: &Session, record: &RunRecord) -> bool {
    let current = session.latest_run_preview().map(|preview| preview.train_id.as_str());
    let of_run = record.details.train_id.as_str();
    !of_run.is_empty() && current.is_some_and(|current| current != of_run)
}
