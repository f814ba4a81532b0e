//! Changes of the visible page.

use super::data_page;
use super::effect::Effect;
use super::pages::Page;
use super::state::App;
use super::train_commands::inspect_base_model;
use super::try_page;

/// Shows a page and requests its content.
pub(super) fn go_to(app: &mut App, page: Page, effects: &mut Vec<Effect>) {
    app.page = page;
    match page {
        // The files of a model directory can have changed; an unchanged model is in memory.
        Page::Train => inspect_base_model(app, effects),
        Page::Try => try_page::on_entered(app, effects),
        Page::Data => data_page::request_report(app, effects),
        Page::Annotate | Page::Evaluate => {}
    }
}
