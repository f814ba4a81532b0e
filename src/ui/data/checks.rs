//! List of findings by kind, with a fix for each if there is one.

use crate::app::i18n::tr;
use crate::app::{Action, Annotate, App, Command};
use crate::eval::Finding;
use crate::eval::lint::FindingKind;
use crate::ui::Commands;
use crate::ui::numbers::{counted, thousands};
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{Badge, Button, EmptyState, IconButton, label, put_text};
use egui::{Align, Align2, Layout, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

const ROW: f32 = 34.0;

/// Returns the display name of a kind.
fn name(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::EdgePunctuation => tr!("Stray space or punctuation"),
        FindingKind::PartialToken => tr!("Cut words"),
        FindingKind::SubwordBoundary => tr!("Cut by pieces"),
        FindingKind::InvalidTag => tr!("Illegal tags"),
        FindingKind::InconsistentLabel => tr!("Unusual label"),
        FindingKind::MissingLabel => tr!("Not labelled"),
        FindingKind::ConflictingDuplicate => tr!("Labelled twice, otherwise"),
        FindingKind::SplitLeakage => tr!("In train and test"),
    }
}

/// Shows the list.
pub fn show(ui: &mut Ui, app: &App, a: &Annotate, findings: &[Finding], out: &mut Commands) {
    let p = theme::of(ui);
    let s = &app.surveying;
    let open: Vec<usize> = (0..findings.len()).filter(|i| !s.settled.contains(i)).collect();
    let shown: Vec<usize> = open.iter().copied().filter(|i| s.kind.is_none_or(|k| findings[*i].kind == k)).collect();
    ui.spacing_mut().interact_size.y = 20.0;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        if Badge::new(&tr!("All {open}", open = thousands(open.len()))).choose(ui, s.kind.is_none()).clicked() {
            out.push(Command::ShowKind(None));
        }
        for kind in FindingKind::ALL {
            let n = open.iter().filter(|i| findings[**i].kind == kind).count();
            let badge = format!("{} {}", name(kind), thousands(n));
            if n > 0 && Badge::new(&badge).choose(ui, s.kind == Some(kind)).clicked() {
                out.push(Command::ShowKind((s.kind != Some(kind)).then_some(kind)));
            }
        }
    });
    if shown.is_empty() {
        let teaching = tr!(
            "Space at edges, cut words, illegal tags, unusual and missing labels, sentences labelled twice: none is open."
        );
        EmptyState::new(icon::SHIELD_CHECK, tr!("Nothing looks wrong"), teaching).show_in_the_middle(ui);
        return;
    }
    let mendable: Vec<usize> = shown.iter().copied().filter(|i| findings[*i].fix.is_some()).collect();
    ui.horizontal(|ui| {
        label(ui, TextRole::Small, p.text2, &counted(shown.len(), "finding"));
        let verb = tr!("Mend {mendable}", mendable = thousands(mendable.len()));
        let off = mendable.is_empty().then_some(tr!("None of these can be mended by itself."));
        if Button::plain(&verb).off(off).show(ui).clicked() {
            out.push(Command::Mend(mendable));
        }
        if shown.iter().any(|i| findings[*i].kind == FindingKind::InvalidTag)
            && Button::plain(tr!("Write the file's tags anew")).show(ui).clicked()
        {
            out.push(Command::Do(Action::SaveRewriteAll));
        }
    });
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW, shown.len(), |ui, range| {
        for i in &shown[range] {
            row(ui, a, *i, &findings[*i], out);
        }
    });
}

fn row(ui: &mut Ui, a: &Annotate, number: usize, finding: &Finding, out: &mut Commands) {
    let p = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - 8.0, ROW), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &finding.message));
    if response.hovered() {
        ui.painter().rect_filled(rect, 6, p.hover);
    }
    if response.clicked() {
        out.push(Command::ShowFinding(number));
    }
    let buttons = rect.with_min_x(rect.right() - 124.0).shrink2(vec2(4.0, 3.0));
    let mut right = ui.new_child(UiBuilder::new().max_rect(buttons).layout(Layout::right_to_left(Align::Center)));
    if IconButton::new(icon::X, &tr!("Put aside {number}", number)).size(22.0).show(&mut right).clicked() {
        out.push(Command::Settle(number));
    }
    if finding.fix.is_some() && Button::plain(tr!("Mend")).show(&mut right).clicked() {
        out.push(Command::Mend(vec![number]));
    }
    let place =
        a.place_of(finding.sentence.document, finding.span.start).map(|place| a.name_of(place)).unwrap_or_default();
    let id = TextRole::MonoSmall.line(ui, &place);
    put_text(ui.painter(), rect.with_min_x(rect.left() + 8.0), Align2::LEFT_CENTER, id, p.text3);
    let from = pos2(rect.left() + 104.0, rect.top());
    let room = Rect::from_min_max(from, pos2(buttons.left() - 8.0, rect.bottom()));
    let words = TextRole::Body.elided(ui, &finding.message, room.width());
    put_text(ui.painter(), room, Align2::LEFT_CENTER, words, p.text);
}
