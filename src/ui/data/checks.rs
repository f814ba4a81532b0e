//! List of findings by kind, with a fix for each if there is one.

use crate::app::page_commands::DataCommand;
use crate::app::{Action, Command};
use crate::eval::Finding;
use crate::eval::lint::FindingKind;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::results::OpenFindings;
use crate::ui::Commands;
use crate::ui::format_numbers::{self, thousands};
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{Badge, Button, EmptyState, IconButton, label, put_text};
use egui::{Align, Align2, Layout, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

const ROW: f32 = 34.0;

/// Returns the display name of a kind.
fn kind_title(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::EdgePunctuation => tr!("Whitespace or punctuation at edges"),
        FindingKind::PartialToken => tr!("Partly labeled words"),
        FindingKind::SubwordBoundary => tr!("Spans that cannot be learned"),
        FindingKind::InvalidTag => tr!("Invalid tags"),
        FindingKind::InconsistentLabel => tr!("Inconsistent labels"),
        FindingKind::MissingLabel => tr!("Possibly missing labels"),
        FindingKind::ConflictingDuplicate => tr!("Conflicting duplicates"),
        FindingKind::SplitLeakage => tr!("Train/test leakage"),
    }
}

/// Shows the list.
pub fn show(ui: &mut Ui, session: &Session, findings: &[Finding], out: &mut Commands) {
    let p = theme::colors(ui);
    let selected = session.checks.kind();
    let OpenFindings { counts, visible, fixable } = session.checks.findings();
    ui.spacing_mut().interact_size.y = 20.0;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        if Badge::new(&tr!("All ({open})", open = thousands(counts.values().sum())))
            .show_selectable(ui, selected.is_none())
            .clicked()
        {
            out.push(Command::Data(DataCommand::FilterFindings(None)));
        }
        for kind in FindingKind::ALL {
            let n = counts.get(&kind).copied().unwrap_or(0);
            let badge = format!("{} {}", kind_title(kind), thousands(n));
            if n > 0 && Badge::new(&badge).show_selectable(ui, selected == Some(kind)).clicked() {
                out.push(Command::Data(DataCommand::FilterFindings((selected != Some(kind)).then_some(kind))));
            }
        }
    });
    if visible.is_empty() {
        let teaching = tr!("All checks passed or dismissed");
        EmptyState::new(icon::SHIELD_CHECK, tr!("No problems found"), teaching).show_centered(ui);
        return;
    }
    ui.horizontal(|ui| {
        label(ui, TextRole::Small, p.text_secondary, &format_numbers::findings(visible.len()));
        let verb = tr!("Fix {selected}", selected = thousands(fixable.len()));
        let off = fixable.is_empty().then_some(tr!("No automatic fix available"));
        if Button::plain(&verb).disabled(off).show(ui).clicked() {
            out.push(Command::Data(DataCommand::ApplyFixes(fixable.clone())));
        }
        let has_invalid_tags = counts.contains_key(&FindingKind::InvalidTag);
        if has_invalid_tags
            && selected.is_none_or(|kind| kind == FindingKind::InvalidTag)
            && Button::plain(tr!("Save and rewrite all tags")).show(ui).clicked()
        {
            out.push(Command::Run(Action::SaveRewriteAll));
        }
    });
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW, visible.len(), |ui, range| {
        for i in &visible[range] {
            finding_row(ui, session, *i, &findings[*i], out);
        }
    });
}

fn finding_row(ui: &mut Ui, session: &Session, number: usize, finding: &Finding, out: &mut Commands) {
    let p = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - 8.0, ROW), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &finding.message));
    if response.hovered() {
        ui.painter().rect_filled(rect, 6, p.hover);
    }
    if response.clicked() {
        out.push(Command::Data(DataCommand::ShowFinding(number)));
    }
    let buttons = rect.with_min_x(rect.right() - 124.0).shrink2(vec2(4.0, 3.0));
    let mut right = ui.new_child(UiBuilder::new().max_rect(buttons).layout(Layout::right_to_left(Align::Center)));
    let dismiss = tr!("Dismiss: {finding}", finding = finding.message);
    if IconButton::new(icon::X, &dismiss).size(22.0).show(&mut right).clicked() {
        out.push(Command::Data(DataCommand::DismissFinding(number)));
    }
    if finding.fix.is_some() && Button::plain(tr!("Fix")).show(&mut right).clicked() {
        out.push(Command::Data(DataCommand::ApplyFixes(vec![number])));
    }
    let index = session
        .sentence_index_at(finding.sentence.document, finding.span.start)
        .map(|index| session.sentence_name(index))
        .unwrap_or_default();
    let id = TextRole::MonoSmall.single_line(ui, &index);
    put_text(ui.painter(), rect.with_min_x(rect.left() + 8.0), Align2::LEFT_CENTER, id, p.text_muted);
    let from = pos2(rect.left() + 104.0, rect.top());
    let space = Rect::from_min_max(from, pos2(buttons.left() - 8.0, rect.bottom()));
    let words = TextRole::Body.truncated(ui, &finding.message, space.width());
    put_text(ui.painter(), space, Align2::LEFT_CENTER, words, p.text);
}
