//! Requests for the content of a page.

use super::data_page;
use super::effect::Effect;
use super::pages::Page;
use super::runs::request_preview;
use super::state::App;
use super::train_commands::inspect_base_model;
use super::try_page;

/// Requests the content of the visible page, after it was entered.
pub(super) fn on_entered(app: &mut App, effects: &mut Vec<Effect>) {
    match app.page {
        Page::Train => {
            // The model can take long to load, so the data of the next run comes first.
            request_preview(app, effects);
            // The files of a model directory can have changed; an unchanged model is in memory.
            inspect_base_model(app, effects);
        }
        Page::Try => try_page::on_entered(app, effects),
        Page::Data => data_page::request_report(app, effects),
        Page::Annotate | Page::Evaluate => {}
    }
}
