//! The sentence list, grouped by document. Only visible rows are laid out.

use crate::app::page_commands::{SavedCommand, ViewCommand};
use crate::app::{Action, Command};
use crate::corpus::label::Label;
use crate::corpus::{LabelId, Split};
use crate::i18n::{tr, translate};
use crate::session::LabelFilter;
use crate::session::Session;
use crate::session::query;
use crate::session::query::Status;
use crate::ui::Commands;
use crate::ui::format_numbers::{self, thousands};
use crate::ui::split_menu;
use crate::ui::theme::{self, TextRole, icon, metrics};
use crate::ui::widgets::{
    Badge, EmptyState, MenuRow, SentenceRow, TextField, focus_ring, menu, panel_header, paragraph, put_text,
};
use egui::{Align2, Frame, Id, Key, Margin, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

/// Cached rows of the list.
#[derive(Default)]
pub struct SentenceListState {
    rows: Vec<ListRow>,
    /// Key of the cached rows.
    built_for: Option<(u64, bool)>,
    last_current: Option<usize>,
    query: String,
    /// Typed text of the label filter.
    label_query: String,
    /// Rectangle of the completions under the search field while they are shown, and if one of them has the focus.
    offers: Option<(Rect, bool)>,
}

/// A row of the list and its vertical position.
#[derive(Clone, Copy)]
struct ListRow {
    top: f32,
    kind: RowKind,
}

#[derive(Clone, Copy)]
enum RowKind {
    /// Heading of a document, by index.
    Document(u32),
    /// Sentence, by index in the list of all sentences.
    Sentence(usize),
}

const HEADER_HEIGHT: f32 = 30.0;

/// Shows the list with its filters.
pub fn show(ui: &mut Ui, session: &Session, view: &mut SentenceListState, out: &mut Commands) {
    let all = session.sentences.len();
    let note = if session.visible.len() == all && session.totals().n_done > 0 {
        tr!("{done} of {all} done", done = thousands(session.totals().n_done), all = thousands(all))
    } else if session.visible.len() == all {
        thousands(all)
    } else {
        tr!("{visible} of {all}", visible = thousands(session.visible.len()), all = thousands(all))
    };
    panel_header(ui, tr!("Sentences"), &note, |_| {});
    let margin = Margin { left: 12, right: 12, top: 8, bottom: 2 };
    Frame::new().inner_margin(margin).show(ui, |ui| filters(ui, session, view, out));
    ui.spacing_mut().item_spacing.y = 0.0;
    if session.visible.is_empty() {
        ui.add_space(40.0);
        if EmptyState::new(icon::SEARCH, tr!("No matching sentences"), tr!("Change the search or the label filter"))
            .action(tr!("Clear filters"))
            .show(ui)
        {
            view.query.clear();
            out.push(Command::View(ViewCommand::FilterText(String::new())));
            out.push(Command::View(ViewCommand::FilterLabel(LabelFilter::Any)));
            out.push(Command::View(ViewCommand::FilterSplit(None)));
            out.push(Command::View(ViewCommand::FilterStatus(None)));
        }
        return;
    }
    let comfortable = theme::density(ui) == theme::Density::Comfortable;
    let key = (session.list_version, comfortable);
    if view.built_for != Some(key) || view.rows.is_empty() {
        view.rows = rows(session, theme::density(ui).sentence_row());
        view.built_for = Some(key);
        view.last_current = None;
    }
    list(ui, session, view, out);
}

/// Returns the id of the search field.
pub fn search_field() -> Id {
    Id::unique("filter")
}

fn filters(ui: &mut Ui, session: &Session, view: &mut SentenceListState, out: &mut Commands) {
    if view.query != session.filter.text && !ui.text_edit_focused() {
        view.query.clone_from(&session.filter.text);
    }
    let id = search_field();
    let field = TextField::new(&mut view.query, tr!("Search"))
        .id(id)
        .icon(icon::SEARCH)
        .placeholder(tr!("Search text, /regex/, label:…"))
        .invalid(session.filter.query_error.is_some());
    let field = field.show(ui);
    if field.changed() {
        out.push(Command::View(ViewCommand::FilterText(view.query.clone())));
    }
    if let Some(problem) = &session.filter.query_error {
        paragraph(ui, TextRole::Caption, theme::colors(ui).error, &problem.to_string());
    }
    // The field loses the focus while a completion is pressed or was reached by Tab.
    let over = |rect: Rect| {
        ui.input(|i| i.pointer.latest_pos().is_some_and(|at| rect.contains(at)) || i.key_pressed(Key::Tab))
    };
    let stay = view.offers.is_some_and(|(rect, focused)| focused || over(rect));
    view.offers = (field.has_focus() || stay).then(|| completions(ui, session, view, id, out)).flatten();
    ui.spacing_mut().interact_size.y = 20.0;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        if Badge::new(tr!("All")).show_selectable(ui, session.filter.split.is_none()).clicked() {
            out.push(Command::View(ViewCommand::FilterSplit(None)));
        }
        let splits: Vec<Split> = session.splits();
        for split in splits.iter().filter(|_| splits.len() > 1) {
            let chosen = session.filter.split == Some(*split);
            if Badge::new(split.name()).show_selectable(ui, chosen).clicked() {
                out.push(Command::View(ViewCommand::FilterSplit((!chosen).then_some(*split))));
            }
        }
        let narrow = ui.content_rect().width() < super::WIDE_LIST;
        if session.totals().n_done + session.totals().n_flagged > 0 {
            status_badges(ui, session, narrow, out);
        }
        let name = match session.filter.label {
            // A narrow window shows only the icon, until a label is selected.
            LabelFilter::Any if narrow => String::new(),
            LabelFilter::Any => tr!("Any label").to_owned(),
            LabelFilter::Without => tr!("Unlabeled").to_owned(),
            LabelFilter::With(id) => session.corpus().labels.name(id).to_owned(),
        };
        let badge = Badge::new(&name).spoken(tr!("Label filter")).icon(icon::LIST_FILTER);
        let button = badge.show_selectable(ui, session.filter.label != LabelFilter::Any);
        menu(&button, 240.0, |ui| label_menu(ui, session, &mut view.label_query, out));
        if !egui::Popup::is_id_open(ui, egui::Popup::default_response_id(&button)) {
            view.label_query.clear();
        }
        if !session.views().is_empty() || !session.filter.text.trim().is_empty() {
            let badge = Badge::new("").spoken(tr!("Saved searches")).icon(icon::BOOKMARK);
            let button = badge.show_selectable(ui, session.views().iter().any(|v| v.query == session.filter.text));
            menu(&button, 240.0, |ui| view_menu(ui, session, view, out));
        }
    });
}

/// Shows filter badges for done and flagged sentences.
fn status_badges(ui: &mut Ui, session: &Session, narrow: bool, out: &mut Commands) {
    let (done, flagged) = (thousands(session.totals().n_done), thousands(session.totals().n_flagged));
    for (status, glyph, count, spoken) in [
        (Status::New, icon::CIRCLE, String::new(), tr!("To do")),
        (Status::InProgress, icon::CIRCLE_DOT_DASHED, String::new(), tr!("In progress")),
        (Status::Done, icon::CIRCLE_CHECK, done, tr!("Done")),
        (Status::Flagged, icon::FLAG, flagged, tr!("Flagged")),
    ] {
        let chosen = session.filter.status == Some(status);
        let text = if narrow { "" } else { count.as_str() };
        let badge = Badge::new(text).spoken(spoken).icon(glyph);
        if badge.show_selectable(ui, chosen).on_hover_text(spoken).clicked() {
            out.push(Command::View(ViewCommand::FilterStatus((!chosen).then_some(status))));
        }
    }
}

/// Shows completions of the query with their descriptions. Returns their rectangle, and if one of them has the focus.
fn completions(
    ui: &mut Ui,
    session: &Session,
    view: &mut SentenceListState,
    field: Id,
    out: &mut Commands,
) -> Option<(Rect, bool)> {
    const MOST: usize = 8;
    let offered = query::completions(&view.query, session.corpus());
    let (mut all, mut focused) = (Rect::NOTHING, false);
    for (whole, last) in offered.iter().take(MOST) {
        let meaning = query::FIELDS.iter().find(|(f, _)| last == f).map_or("", |(_, what)| translate(what));
        let row = ui.push_id(("offer", whole), |ui| MenuRow::new(last).detail(meaning).show(ui)).inner;
        if row.clicked() {
            view.query.clone_from(whole);
            out.push(Command::View(ViewCommand::FilterText(whole.clone())));
            move_caret_to_end(ui, field, whole);
        }
        focused |= row.has_focus();
        all |= row.rect;
    }
    (!offered.is_empty()).then_some((all, focused))
}

/// Focuses the field with the caret at the end of the text.
fn move_caret_to_end(ui: &Ui, field: Id, text: &str) {
    ui.memory_mut(|m| m.request_focus(field));
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), field).unwrap_or_default();
    let end = egui::text::CCursor::new(text.chars().count());
    state.cursor.set_char_range(Some(egui::text::CCursorRange::one(end)));
    state.store(ui.ctx(), field);
}

/// Shows the menu of saved searches, with actions on the current query.
fn view_menu(ui: &mut Ui, session: &Session, view: &mut SentenceListState, out: &mut Commands) {
    for kept in session.views() {
        let row = MenuRow::new(&kept.name).selected(kept.query == session.filter.text);
        if row.show(ui).clicked() {
            view.query.clone_from(&kept.query);
            out.push(Command::View(ViewCommand::FilterText(kept.query.clone())));
        }
    }
    let typed = session.filter.text.trim();
    match session.views().iter().find(|v| v.query == session.filter.text) {
        _ if typed.is_empty() => {}
        Some(kept) => {
            if MenuRow::new(&tr!("Delete {name}", name = kept.name)).icon(icon::X).show(ui).clicked() {
                out.push(Command::Saved(SavedCommand::DeleteSearch(kept.name.clone())));
            }
        }
        None => {
            if MenuRow::new(tr!("Save this search")).icon(icon::PLUS).show(ui).clicked() {
                out.push(Command::Run(Action::SaveSearch));
            }
        }
    }
}

/// Shows the labels with their counts. A long list has a search field.
fn label_menu(ui: &mut Ui, session: &Session, typed: &mut String, out: &mut Commands) {
    /// Number of labels from which on the list has a search field.
    const MANY: usize = 10;
    let p = theme::colors(ui);
    if session.corpus().labels.len() > MANY {
        TextField::new(typed, tr!("Search labels")).icon(icon::SEARCH).placeholder(tr!("Search labels")).show(ui);
        ui.add_space(4.0);
    }
    let wanted = typed.trim().to_lowercase();
    let mut row = |ui: &mut Ui, row: MenuRow, filter: LabelFilter| {
        if row.selected(session.filter.label == filter).show(ui).clicked() {
            out.push(Command::View(ViewCommand::FilterLabel(filter)));
            ui.close();
        }
    };
    row(ui, MenuRow::new(tr!("Any label")), LabelFilter::Any);
    row(ui, MenuRow::new(tr!("Unlabeled")), LabelFilter::Without);
    let is_wanted = |(_, l): &(LabelId, &Label)| l.name.to_lowercase().contains(&wanted);
    for (id, l) in session.corpus().labels.iter().filter(is_wanted) {
        let count = thousands(session.totals().counts.labels[usize::from(id)]);
        let entry = MenuRow::new(&l.name).label_shortcut("", p.label(usize::from(l.color))).detail(&count);
        row(ui, entry, LabelFilter::With(id));
    }
}

fn rows(session: &Session, height: f32) -> Vec<ListRow> {
    let mut rows = Vec::with_capacity(session.visible.len() + session.corpus().documents.len());
    let mut top = 0.0;
    let mut document = None;
    let several = session.corpus().documents.len() > 1;
    for index in &session.visible {
        let of = session.sentences[*index].document;
        if several && document != Some(of) {
            document = Some(of);
            rows.push(ListRow { top, kind: RowKind::Document(of) });
            top += HEADER_HEIGHT;
        }
        rows.push(ListRow { top, kind: RowKind::Sentence(*index) });
        top += height;
    }
    rows
}

fn list(ui: &mut Ui, session: &Session, view: &mut SentenceListState, out: &mut Commands) {
    let height = theme::density(ui).sentence_row();
    let total = view.rows.last().map_or(0.0, |r| r.top) + height;
    let margin = 6.0;
    ScrollArea::vertical().id_salt("list").auto_shrink(false).show_viewport(ui, |ui, viewport| {
        ui.set_height(total);
        let origin = ui.min_rect().min;
        let width = ui.available_width();
        if view.last_current != Some(session.current) {
            view.last_current = Some(session.current);
            let at = view.rows.iter().find(|r| matches!(r.kind, RowKind::Sentence(p) if p == session.current));
            if let Some(row) = at
                && (row.top < viewport.top() + HEADER_HEIGHT || row.top + height > viewport.bottom())
            {
                let rect = Rect::from_min_size(
                    origin + vec2(0.0, row.top - HEADER_HEIGHT),
                    vec2(width, height + 2.0 * HEADER_HEIGHT),
                );
                ui.scroll_to_rect(rect, None);
            }
        }
        let first = view.rows.partition_point(|r| r.top + height < viewport.top());
        for row in view.rows[first..].iter().take_while(|r| r.top < viewport.bottom()) {
            let h = if matches!(row.kind, RowKind::Document(_)) { HEADER_HEIGHT } else { height };
            let at = Rect::from_min_size(origin + vec2(margin, row.top), vec2(width - 2.0 * margin, h));
            let id = match row.kind {
                RowKind::Document(d) => Id::unique(("document", d)),
                RowKind::Sentence(p) => Id::unique(("sentence", p)),
            };
            let mut ui = ui.new_child(UiBuilder::new().max_rect(at).id_salt(id));
            match row.kind {
                RowKind::Document(d) => document_header(&mut ui, session, d, at, out),
                RowKind::Sentence(index) => sentence(&mut ui, session, index, out),
            }
        }
    });
}

/// Shows the number of a document, its splits and its progress: done sentences of all, if at least one is done. A click
/// selects its sentences.
fn document_header(ui: &mut Ui, session: &Session, document: u32, rect: Rect, out: &mut Commands) {
    let p = theme::colors(ui);
    let d = session.corpus().document(document);
    let done = d.reviews.iter().filter(|(_, m)| m.done).count();
    // A plain number is not sufficient as an accessible name.
    let numbered = |number: &str| tr!("Document {document}", document = number).to_string();
    let name = match d.name.as_str() {
        "" => numbered(&(document + 1).to_string()),
        name if name.parse::<u64>().is_ok() => numbered(name),
        name => name.to_owned(),
    };
    let response = ui.interact(rect, ui.scope_id().with("header"), Sense::click());
    response
        .widget_info(|| WidgetInfo::labeled(Role::Button, true, tr!("Select {document}", document = name.as_str())));
    if response.hovered() {
        ui.painter().rect_filled(rect, metrics::RADIUS_ROW, p.hover);
    }
    focus_ring(ui, &response, rect, metrics::RADIUS_ROW);
    if response.clicked() || response.secondary_clicked() {
        out.push(Command::View(ViewCommand::SelectDocumentInList(document)));
    }
    split_menu::show_at_click(&response, session, out);
    let line = Rect::from_min_max(pos2(rect.left() + 12.0, rect.top()), pos2(rect.right() - 12.0, rect.bottom() - 4.0));
    let (state, color) = match done {
        0 => (format_numbers::sentences(d.len()), p.text_muted),
        _ if done == d.len() => (tr!("All done").to_owned(), p.success),
        _ => (tr!("{done} of {all} done", done = thousands(done), all = thousands(d.len())), p.text_muted),
    };
    let splits: Vec<&str> = d.splits.used().into_iter().map(Split::name).collect();
    let state = if session.splits().len() > 1 { format!("{} · {state}", splits.join(", ")) } else { state };
    let state = TextRole::Caption.single_line(ui, &state);
    let name = TextRole::SmallMedium.truncated(ui, &name, line.width() - state.size().x - 8.0);
    put_text(ui.painter(), line, Align2::LEFT_BOTTOM, name, p.text_secondary);
    put_text(ui.painter(), line, Align2::RIGHT_BOTTOM, state, color);
}

fn sentence(ui: &mut Ui, session: &Session, index: usize, out: &mut Commands) {
    let p = theme::colors(ui);
    let id = session.sentences[index];
    let document = session.corpus().document(id.document);
    let sentence = id.sentence as usize;
    let colors: Vec<_> = document.spans[document.span_range(sentence)]
        .iter()
        .filter_map(|s| session.corpus().labels.get(s.label))
        .map(|l| p.label(usize::from(l.color)))
        .collect();
    let state = match Status::of(document, sentence) {
        Status::Flagged => (icon::FLAG, p.warning, tr!("Flagged")),
        Status::Done => (icon::CIRCLE_CHECK, p.success, tr!("Done")),
        Status::InProgress => (icon::CIRCLE_DOT_DASHED, p.text_secondary, tr!("In progress")),
        Status::New => (icon::CIRCLE, p.text_muted, tr!("To do")),
    };
    let (name, text) = (session.sentence_name(index), document.sentence_text(sentence));
    // A row shows one line, so the text after it is not laid out.
    let text: String = text.chars().take(90).collect();
    let is_selected = index == session.current || session.list_selection().contains(index);
    let row = SentenceRow { state, text: &text, id: &name, spans: &colors, selected: is_selected }.show(ui);
    let modifiers = ui.input(|i| i.modifiers);
    if row.clicked() {
        out.push(Command::View(match (modifiers.command, modifiers.shift) {
            (true, _) => ViewCommand::ToggleInList(index),
            (false, true) => ViewCommand::SelectInListTo(index),
            (false, false) => ViewCommand::GoToSentence(index),
        }));
    }
    // The menu is about the current sentence, unless the row is one of several selected ones.
    if row.secondary_clicked() && !session.list_selection().contains(index) {
        out.push(Command::View(ViewCommand::GoToSentence(index)));
    }
    split_menu::show_at_click(&row, session, out);
}
