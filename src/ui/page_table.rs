//! The table of pages: content, and facts for the top bar and the status bar. Titles and order are in `app/pages.rs`, and
//! icons in the rows of the commands that show the pages.

use super::ui_state::UiState;
use super::{Commands, annotate, data, evaluate, train, try_page, welcome};
use crate::app::{App, Page};
use crate::session::Session;
use egui::Ui;

/// Function that draws a page.
enum Content {
    /// Draws a page of the open dataset.
    OfDataset(fn(&mut Ui, &App, &Session, &mut UiState, &mut Commands)),
    /// Draws a page that needs no dataset.
    Independent(fn(&mut Ui, &App, &mut UiState, &mut Commands)),
}

/// A page in the window.
pub struct PageSpec {
    page: Page,
    content: Content,
    /// Facts about the page, for the status bar.
    pub status_items: fn(&App) -> Vec<String>,
    /// Description of the last task of the page, for the status bar.
    pub last_task: fn(&App) -> Option<String>,
}

/// All pages.
const PAGES: [PageSpec; Page::ALL.len()] = [
    PageSpec {
        status_items: annotate::status_items,
        ..PageSpec::new(
            Page::Annotate,
            Content::OfDataset(|ui, app, session, view, out| {
                annotate::show(ui, app, session, &mut view.annotate, out);
            }),
        )
    },
    PageSpec::new(
        Page::Train,
        Content::OfDataset(|ui, app, session, view, out| train::show(ui, app, session, &mut view.train, out)),
    ),
    PageSpec {
        last_task: evaluate::last_task,
        ..PageSpec::new(
            Page::Evaluate,
            Content::OfDataset(|ui, app, session, view, out| {
                evaluate::show(ui, app, session, &mut view.evidence, out);
            }),
        )
    },
    PageSpec {
        status_items: try_page::status_items,
        last_task: try_page::last_task,
        ..PageSpec::new(
            Page::Try,
            Content::Independent(|ui, app, view, out| try_page::show(ui, app, &mut view.try_text, out)),
        )
    },
    PageSpec::new(Page::Data, Content::OfDataset(|ui, app, session, _, out| data::show(ui, app, session, out))),
];

impl PageSpec {
    const fn new(page: Page, content: Content) -> Self {
        Self { page, content, status_items: |_| Vec::new(), last_task: |_| None }
    }

    /// Returns true if the page is visible. Without a dataset, the pages about it show the welcome page instead.
    pub fn is_visible(&self, app: &App) -> bool {
        app.page == self.page && (app.session.is_some() || matches!(self.content, Content::Independent(_)))
    }
}

/// Returns the row of a page.
///
/// # Panics
/// Panics if the page has no row. A test checks that each page has one.
pub fn page_spec(page: Page) -> &'static PageSpec {
    PAGES.iter().find(|spec| spec.page == page).unwrap_or_else(|| panic!("{page:?} has no row"))
}

/// Draws the visible page.
pub fn show(ui: &mut Ui, app: &App, view: &mut UiState, out: &mut Commands) {
    match (&page_spec(app.page).content, &app.session) {
        (Content::Independent(show), _) => show(ui, app, view, out),
        (Content::OfDataset(show), Some(session)) => show(ui, app, session, view, out),
        (Content::OfDataset(_), None) => welcome::show(ui, app, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_a_row() {
        assert_eq!(PAGES.map(|spec| spec.page), Page::ALL);
    }
}
