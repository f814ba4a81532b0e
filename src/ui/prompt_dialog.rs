//! Dialog for one line of text: a label name, a comment, the name of a saved search or of a snapshot.

use super::Commands;
use super::theme::{self, TextRole};
use super::widgets::{Button, TextField, dialog, form_field, label, paragraph};
use crate::app::Command;
use crate::app::text_prompt::TextPrompt;
use crate::corpus::edit::quoted_text;
use crate::corpus::{LabelId, Span};
use crate::i18n::tr;
use crate::session::Session;
use egui::{Key, Ui};

/// Unfinished input of the dialog.
#[derive(Default)]
pub struct PromptState {
    typed: Option<(TextPrompt, String)>,
}

/// Texts of a dialog.
struct PromptTexts {
    title: &'static str,
    field: &'static str,
    help: &'static str,
    placeholder: &'static str,
    confirm: &'static str,
}

fn words(asking: TextPrompt) -> PromptTexts {
    match asking {
        TextPrompt::Label => PromptTexts {
            title: tr!("New labels"),
            field: tr!("Names"),
            help: tr!("As written in the file. Separate several names by spaces or commas, or paste a list."),
            placeholder: "DATE, PRODUCT",
            confirm: tr!("Create"),
        },
        TextPrompt::Comment(_) => PromptTexts {
            title: tr!("Comment"),
            field: tr!("Comment on sentence"),
            help: tr!("Stored in the project. Search with comment: or has:comment."),
            placeholder: tr!("Add a comment"),
            confirm: tr!("Save"),
        },
        TextPrompt::RangeComment(..) => PromptTexts {
            title: tr!("Comment"),
            field: tr!("Comment on selection"),
            help: tr!("Stored in the project. Search with comment: or has:comment."),
            placeholder: tr!("Add a comment"),
            confirm: tr!("Save"),
        },
        TextPrompt::SearchName => PromptTexts {
            title: tr!("Save this search"),
            field: tr!("Search name"),
            help: tr!("Appears below the search field"),
            placeholder: tr!("My search"),
            confirm: tr!("Save"),
        },
        TextPrompt::Snapshot => PromptTexts {
            title: tr!("Create snapshot of all labels"),
            field: tr!("Snapshot name"),
            help: tr!("To compare or restore later"),
            placeholder: tr!("Before second pass"),
            confirm: tr!("Create"),
        },
    }
}

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, session: &Session, asking: TextPrompt, view: &mut PromptState, out: &mut Commands) {
    if view.typed.as_ref().is_none_or(|(of, _)| *of != asking) {
        view.typed = Some((asking, asking.initial_text(session)));
    }
    let Some((_, typed)) = &mut view.typed else { return };
    let mut done = false;
    let dismissed = dialog(ui, "ask", 420.0, |ui| done = body(ui, session, asking, typed, out));
    if dismissed && !done {
        out.push(Command::CloseDialog);
    }
}

/// Returns label sets of common datasets and tasks, with their names.
fn label_sets() -> [(&'static str, &'static str); 3] {
    const ONTONOTES: &str = "PERSON NORP FAC ORG GPE LOC PRODUCT EVENT WORK_OF_ART LAW LANGUAGE DATE TIME PERCENT MONEY QUANTITY ORDINAL CARDINAL";
    [("CoNLL-2003", "PER ORG LOC MISC"), ("OntoNotes", ONTONOTES), (tr!("Privacy"), "NAME ADDRESS DATE PHONE EMAIL ID")]
}

/// Shows buttons that fill the field with a common label set.
fn label_presets(ui: &mut Ui, typed: &mut String) {
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        label(ui, TextRole::Small, theme::colors(ui).text_secondary, tr!("Label sets"));
        for (name, labels) in label_sets() {
            if Button::plain(name).show(ui).clicked() {
                labels.clone_into(typed);
            }
        }
    });
}

/// Shows the content of the dialog. Returns true if it was submitted or canceled.
fn body(ui: &mut Ui, session: &Session, asking: TextPrompt, typed: &mut String, out: &mut Commands) -> bool {
    let p = theme::colors(ui);
    let words = words(asking);
    label(ui, TextRole::Title, p.text, words.title);
    ui.add_space(4.0);
    let about = match asking {
        TextPrompt::Comment(id) => {
            Some(session.corpus().document(id.document).sentence_text(id.sentence as usize).to_owned())
        }
        TextPrompt::RangeComment(id, start, end) => {
            Some(quoted_text(session.corpus().document(id.document), &Span::new(start..end, LabelId::default())))
        }
        _ => None,
    };
    if let Some(about) = about {
        paragraph(ui, TextRole::Small, p.text_secondary, &about.chars().take(120).collect::<String>());
        ui.add_space(6.0);
    }
    let error = asking.validate(session, typed);
    let field = form_field(ui, &words.field.into(), words.help, error.as_deref(), |ui| {
        TextField::new(typed, words.field).placeholder(words.placeholder).invalid(error.is_some()).show(ui)
    });
    // A repeated focus request would interrupt the composition of an input method.
    if !field.has_focus() {
        field.request_focus();
    }
    if asking == TextPrompt::Label {
        label_presets(ui, typed);
    }
    ui.add_space(8.0);
    let ready = asking.is_ready(session, typed);
    let entered = ui.input(|i| i.key_pressed(Key::Enter));
    let mut done = false;
    ui.horizontal(|ui| {
        let off = (!ready).then_some(tr!("Enter a name"));
        if (Button::primary(words.confirm).disabled(off).show(ui).clicked() || entered) && ready {
            out.push(asking.into_command(typed));
            done = true;
        }
        if Button::plain(tr!("Cancel")).show(ui).clicked() {
            out.push(Command::CloseDialog);
            done = true;
        }
    });
    done
}
