//! The subwords of the current sentence.

use super::effect::Effect;
use super::requests::Purpose;
use super::state::App;
use crate::corpus::{Scheme, scheme, tag_notation};
use crate::model::align::AlignmentOptions;
use crate::worker::{InteractiveWork, Work};

/// Requests the subwords of the current sentence, if the lens is on and they were not requested for the current state.
pub(super) fn request_subwords(app: &mut App, effects: &mut Vec<Effect>) {
    let arguments = &app.train_page.arguments;
    let options =
        AlignmentOptions { label_all_subwords: arguments.label_all_subwords, max_length: arguments.max_length };
    let Some(model) = app.train_page.base.name() else { return };
    let Some(session) = app.session.as_mut().filter(|session| session.subwords.is_on) else { return };
    let state = (session.stamp(), session.current, model.clone(), options);
    if session.subwords.requested_for.as_ref() == Some(&state) {
        return;
    }
    session.subwords.alignment = None;
    session.subwords.requested_for = Some(state);
    let id = session.current_id();
    let document = session.corpus().document(id.document);
    let sentence = id.sentence as usize;
    let tokens: Vec<String> = document.sentence_tokens(sentence).into_iter().map(str::to_owned).collect();
    let name = |l| session.corpus().labels.name(l).to_owned();
    let tags = scheme::encode(&document.to_token_spans(sentence), tokens.len(), Scheme::Iob2)
        .into_iter()
        .map(|t| tag_notation::format_tag(t, Scheme::Iob2, name))
        .collect();
    let labels = session.corpus().labels.names();
    let work = InteractiveWork::Align { model, tokens, tags, labels, options };
    app.requests.submit(Purpose::Align, Work::Interactive(work), effects);
}
