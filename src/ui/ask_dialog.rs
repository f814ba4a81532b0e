//! Dialog for one line of text: a label name, a comment, the name of a saved search or of a snapshot.

use super::Commands;
use super::theme::{self, TextRole};
use super::widgets::{Button, TextField, dialog, form_field, label, paragraph};
use crate::app::i18n::tr;
use crate::app::text_prompt::TextPrompt;
use crate::app::{Annotate, App, Command};
use crate::corpus::edit::quoted_text;
use crate::corpus::{LabelId, Span};
use egui::{Key, Ui};

/// Unfinished input of the dialog.
#[derive(Default)]
pub struct View {
    typed: Option<(TextPrompt, String)>,
}

/// Texts of a dialog.
struct Words {
    title: &'static str,
    field: &'static str,
    help: &'static str,
    placeholder: &'static str,
    verb: &'static str,
}

fn words(asking: TextPrompt) -> Words {
    match asking {
        TextPrompt::Label => Words {
            title: tr!("Add a label"),
            field: tr!("Name"),
            help: tr!("As it stands in the file: DATE, PRODUCT"),
            placeholder: "DATE",
            verb: tr!("Add label"),
        },
        TextPrompt::Comment(_) => Words {
            title: tr!("Comment"),
            field: tr!("Comment on this sentence"),
            help: tr!("Kept in the project, found by comment: and has:comment"),
            placeholder: tr!("What is doubtful here?"),
            verb: tr!("Keep"),
        },
        TextPrompt::Remark(..) => Words {
            title: tr!("Comment"),
            field: tr!("Comment on these words"),
            help: tr!("Kept in the project, found by comment: and has:comment"),
            placeholder: tr!("What is doubtful here?"),
            verb: tr!("Keep"),
        },
        TextPrompt::View => Words {
            title: tr!("Keep this search"),
            field: tr!("Name of the view"),
            help: tr!("It is offered under the search field"),
            placeholder: tr!("Places to check"),
            verb: tr!("Keep"),
        },
        TextPrompt::Snapshot => Words {
            title: tr!("Take a snapshot of all labels"),
            field: tr!("Name of the snapshot"),
            help: tr!("Compare with it later, or bring its labels back"),
            placeholder: tr!("Before the second round"),
            verb: tr!("Take"),
        },
    }
}

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, app: &App, view: &mut View, out: &mut Commands) {
    let (Some(a), Some(asking)) = (&app.annotate, app.asking) else {
        view.typed = None;
        return;
    };
    if view.typed.as_ref().is_none_or(|(of, _)| *of != asking) {
        view.typed = Some((asking, asking.begins(a)));
    }
    let Some((_, typed)) = &mut view.typed else { return };
    let mut done = false;
    let width = if asking == TextPrompt::Label { 320.0 } else { 420.0 };
    let left = dialog(ui, "ask", width, |ui| done = content(ui, a, asking, typed, out));
    if left && !done {
        out.push(Command::Ask(None));
    }
}

/// Shows the content of the dialog. Returns true if it was submitted or canceled.
fn content(ui: &mut Ui, a: &Annotate, asking: TextPrompt, typed: &mut String, out: &mut Commands) -> bool {
    let p = theme::of(ui);
    let words = words(asking);
    label(ui, TextRole::Title, p.text, words.title);
    ui.add_space(4.0);
    let about = match asking {
        TextPrompt::Comment(id) => Some(a.corpus.document(id.document).sentence_text(id.sentence as usize).to_owned()),
        TextPrompt::Remark(id, start, end) => {
            Some(quoted_text(a.corpus.document(id.document), &Span::new(start..end, LabelId::default())))
        }
        _ => None,
    };
    if let Some(about) = about {
        paragraph(ui, TextRole::Small, p.text2, &about.chars().take(120).collect::<String>());
        ui.add_space(6.0);
    }
    let error = asking.wrong(a, typed);
    let field = form_field(ui, words.field, words.help, error.as_deref(), |ui| {
        TextField::new(typed, words.field).placeholder(words.placeholder).invalid(error.is_some()).show(ui)
    });
    // A repeated focus request would interrupt the composition of an input method.
    if !field.has_focus() {
        field.request_focus();
    }
    ui.add_space(8.0);
    let ready = asking.is_ready(a, typed);
    let entered = ui.input(|i| i.key_pressed(Key::Enter));
    let mut done = false;
    ui.horizontal(|ui| {
        let off = (!ready).then_some(tr!("Type a name first."));
        if (Button::primary(words.verb).off(off).show(ui).clicked() || entered) && ready {
            out.push(asking.answer(typed));
            done = true;
        }
        if Button::plain(tr!("Cancel")).show(ui).clicked() {
            out.push(Command::Ask(None));
            done = true;
        }
    });
    done
}
