//! Statement about two compared runs: the difference of their F1, if the dev set can distinguish them.

use crate::eval::errors::UnitDifference;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::runs::run_name;
use crate::ui::format_numbers::{format_p_value, format_signed, format_signed_interval};
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{Badge, BadgeStyle, label, paragraph};
use egui::Ui;

/// Shows the difference of F1 of the first two compared runs. Shows nothing with fewer runs.
pub(super) fn show(ui: &mut Ui, session: &Session) {
    let p = theme::colors(ui);
    let Some(pair) = session.compared_pair() else { return };
    let [first, second] = pair.map(|run| session.run_record(run).map(run_name).unwrap_or_default());
    label(ui, TextRole::Strong, p.text, &tr!("{second} against {first}", second, first));
    let Some((_, difference)) = session.run_difference() else {
        let is_known = pair.iter().all(|run| session.dev_units(*run).is_some());
        let text = if is_known {
            tr!("Comparing…")
        } else {
            tr!("Not known: at least one run has no stored scores by document. Use Compare errors.")
        };
        paragraph(ui, TextRole::Small, p.text_secondary, text);
        return;
    };
    let same_dev = {
        let dev_ids = pair.map(|run| session.run_record(run).map(|record| record.details.dev_id.as_str()));
        dev_ids[0] == dev_ids[1]
    };
    let Some(difference) = difference.filter(|_| same_dev) else {
        let text = tr!("Not comparable: the runs were evaluated on different sentences or labels. Use Compare errors.");
        paragraph(ui, TextRole::Small, p.text_secondary, text);
        return;
    };
    verdict(ui, &difference, [&first, &second]);
}

fn verdict(ui: &mut Ui, UnitDifference { f1, p_value }: &UnitDifference, [first, second]: [&str; 2]) {
    let p = theme::colors(ui);
    let (text, tone, mark) = if !f1.is_clear() {
        (tr!("Not distinguishable on this dev set").to_owned(), BadgeStyle::Neutral, icon::CIRCLE)
    } else {
        let better = if f1.value().is_some_and(|value| value > 0.0) { second } else { first };
        (tr!("{model} is better", model = better), BadgeStyle::Success, icon::CIRCLE_CHECK)
    };
    Badge::new(&text).tone(tone).icon(mark).show(ui);
    let value = f1.value().map_or_else(|| "–".to_owned(), |value| format_signed(value, 2));
    let interval = f1.difference.map_or_else(String::new, |interval| {
        tr!("95 % interval {interval}", interval = format_signed_interval(interval.low, interval.high))
    });
    let p_value = format_p_value(*p_value);
    let text = tr!("F1 {value}, {interval}, p {p_value}", value, interval, p_value);
    paragraph(ui, TextRole::Small, p.text_secondary, &text);
    let note = tr!("Both runs on the same dev documents. Another seed alone can move F1 by a point.");
    paragraph(ui, TextRole::Caption, p.text_muted, note);
}
