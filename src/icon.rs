//! Icons of commands, pages and widgets: glyphs of the bundled icon font (a subset of Lucide), by their Lucide names.
//!
//! There is one constant for each line of `assets/fonts/icons.txt`. [`Icon`] is a separate type, so an icon cannot be
//! used inside a line of text, where it would be too high.

/// A glyph of the icon font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icon(char);

impl Icon {
    /// Returns the character of the glyph in the icon font.
    pub fn glyph(self) -> char {
        self.0
    }
}

pub const A_LARGE_SMALL: Icon = Icon('\u{e587}');
pub const ACTIVITY: Icon = Icon('\u{e038}');
pub const ARROW_DOWN: Icon = Icon('\u{e042}');
pub const ARROW_LEFT: Icon = Icon('\u{e048}');
pub const ARROW_RIGHT: Icon = Icon('\u{e049}');
pub const ARROW_UP: Icon = Icon('\u{e04a}');
pub const ARROW_UP_DOWN: Icon = Icon('\u{e37d}');
pub const ARROW_UP_RIGHT: Icon = Icon('\u{e04d}');
pub const BELL: Icon = Icon('\u{e059}');
pub const BLOCKS: Icon = Icon('\u{e4fa}');
pub const BOOK_OPEN: Icon = Icon('\u{e05f}');
pub const BOOKMARK: Icon = Icon('\u{e060}');
pub const BRAIN: Icon = Icon('\u{e3c6}');
pub const CALENDAR: Icon = Icon('\u{e063}');
pub const CASE_SENSITIVE: Icon = Icon('\u{e3d9}');
pub const CHART_LINE: Icon = Icon('\u{e2a5}');
pub const CHECK: Icon = Icon('\u{e06c}');
pub const CHEVRON_DOWN: Icon = Icon('\u{e06d}');
pub const CHEVRON_LEFT: Icon = Icon('\u{e06e}');
pub const CHEVRON_RIGHT: Icon = Icon('\u{e06f}');
pub const CHEVRON_UP: Icon = Icon('\u{e070}');
pub const CIRCLE: Icon = Icon('\u{e076}');
pub const CIRCLE_ALERT: Icon = Icon('\u{e077}');
pub const CIRCLE_CHECK: Icon = Icon('\u{e226}');
pub const CIRCLE_DASHED: Icon = Icon('\u{e4b0}');
pub const CIRCLE_DOT: Icon = Icon('\u{e345}');
pub const CIRCLE_DOT_DASHED: Icon = Icon('\u{e4b1}');
pub const CIRCLE_QUESTION_MARK: Icon = Icon('\u{e082}');
pub const CIRCLE_STOP: Icon = Icon('\u{e083}');
pub const CIRCLE_X: Icon = Icon('\u{e084}');
pub const CLIPBOARD_PASTE: Icon = Icon('\u{e3e8}');
pub const CLOCK: Icon = Icon('\u{e087}');
pub const CLOUD_OFF: Icon = Icon('\u{e08d}');
pub const COLUMNS_2: Icon = Icon('\u{e098}');
pub const COMMAND: Icon = Icon('\u{e09a}');
pub const COPY: Icon = Icon('\u{e09e}');
pub const CORNER_DOWN_LEFT: Icon = Icon('\u{e0a1}');
pub const CPU: Icon = Icon('\u{e0a9}');
pub const DATABASE: Icon = Icon('\u{e0ad}');
pub const DOWNLOAD: Icon = Icon('\u{e0b2}');
pub const DUMBBELL: Icon = Icon('\u{e3a1}');
pub const ELLIPSIS: Icon = Icon('\u{e0b6}');
pub const EXTERNAL_LINK: Icon = Icon('\u{e0b9}');
pub const EYE: Icon = Icon('\u{e0ba}');
pub const EYE_OFF: Icon = Icon('\u{e0bb}');
pub const FILE: Icon = Icon('\u{e0c0}');
pub const FILE_PLUS: Icon = Icon('\u{e0c9}');
pub const FILE_TEXT: Icon = Icon('\u{e0cc}');
pub const FLAG: Icon = Icon('\u{e0d1}');
pub const FLASK_CONICAL: Icon = Icon('\u{e0d5}');
pub const FOLD_HORIZONTAL: Icon = Icon('\u{e43b}');
pub const FOLDER: Icon = Icon('\u{e0d7}');
pub const FOLDER_OPEN: Icon = Icon('\u{e247}');
pub const FUNNEL: Icon = Icon('\u{e0dc}');
pub const GAUGE: Icon = Icon('\u{e1bf}');
pub const GIT_COMPARE: Icon = Icon('\u{e359}');
pub const GRADUATION_CAP: Icon = Icon('\u{e234}');
pub const GRID_3X3: Icon = Icon('\u{e0e9}');
pub const HARD_DRIVE: Icon = Icon('\u{e0ed}');
pub const HASH: Icon = Icon('\u{e0ef}');
pub const HIGHLIGHTER: Icon = Icon('\u{e0f4}');
pub const HISTORY: Icon = Icon('\u{e1f5}');
pub const INBOX: Icon = Icon('\u{e0f7}');
pub const INFO: Icon = Icon('\u{e0f9}');
pub const KEYBOARD: Icon = Icon('\u{e284}');
pub const LANGUAGES: Icon = Icon('\u{e0fe}');
pub const LAYERS: Icon = Icon('\u{e529}');
pub const LIST: Icon = Icon('\u{e106}');
pub const LIST_FILTER: Icon = Icon('\u{e460}');
pub const LOADER: Icon = Icon('\u{e109}');
pub const LOADER_CIRCLE: Icon = Icon('\u{e10a}');
pub const LOCK: Icon = Icon('\u{e10b}');
pub const LOG_OUT: Icon = Icon('\u{e10e}');
pub const MAIL: Icon = Icon('\u{e10f}');
pub const MAXIMIZE: Icon = Icon('\u{e112}');
pub const MERGE: Icon = Icon('\u{e43f}');
pub const MESSAGE_SQUARE: Icon = Icon('\u{e117}');
pub const MINIMIZE: Icon = Icon('\u{e11a}');
pub const MINUS: Icon = Icon('\u{e11c}');
pub const MOON: Icon = Icon('\u{e11e}');
pub const MOVE_HORIZONTAL: Icon = Icon('\u{e1c6}');
pub const NETWORK: Icon = Icon('\u{e125}');
pub const PALETTE: Icon = Icon('\u{e1dd}');
pub const PANEL_LEFT: Icon = Icon('\u{e12a}');
pub const PANEL_RIGHT: Icon = Icon('\u{e431}');
pub const PAUSE: Icon = Icon('\u{e12e}');
pub const PENCIL: Icon = Icon('\u{e1f9}');
pub const PENCIL_LINE: Icon = Icon('\u{e4f0}');
pub const PLAY: Icon = Icon('\u{e13c}');
pub const PLUS: Icon = Icon('\u{e13d}');
pub const PUZZLE: Icon = Icon('\u{e29c}');
pub const QUOTE: Icon = Icon('\u{e239}');
pub const REDO_2: Icon = Icon('\u{e2a0}');
pub const REFRESH_CW: Icon = Icon('\u{e145}');
pub const REGEX: Icon = Icon('\u{e1fc}');
pub const REPLACE: Icon = Icon('\u{e3db}');
pub const ROTATE_CCW: Icon = Icon('\u{e148}');
pub const ROWS_3: Icon = Icon('\u{e58a}');
pub const SAVE: Icon = Icon('\u{e14d}');
pub const SCAN_TEXT: Icon = Icon('\u{e538}');
pub const SCISSORS: Icon = Icon('\u{e14e}');
pub const SEARCH: Icon = Icon('\u{e151}');
pub const SETTINGS: Icon = Icon('\u{e154}');
pub const SHIELD: Icon = Icon('\u{e158}');
pub const SHIELD_CHECK: Icon = Icon('\u{e1ff}');
pub const SLIDERS_HORIZONTAL: Icon = Icon('\u{e29a}');
pub const SPARKLES: Icon = Icon('\u{e412}');
pub const SPLIT: Icon = Icon('\u{e440}');
pub const SQUARE: Icon = Icon('\u{e167}');
pub const SQUARE_SPLIT_HORIZONTAL: Icon = Icon('\u{e3b6}');
pub const STAR: Icon = Icon('\u{e176}');
pub const SUN: Icon = Icon('\u{e178}');
pub const TABLE: Icon = Icon('\u{e17d}');
pub const TABLE_2: Icon = Icon('\u{e2f9}');
pub const TAG: Icon = Icon('\u{e17f}');
pub const TAGS: Icon = Icon('\u{e35c}');
pub const TARGET: Icon = Icon('\u{e180}');
pub const TEXT_CURSOR: Icon = Icon('\u{e264}');
pub const TEXT_CURSOR_INPUT: Icon = Icon('\u{e265}');
pub const TEXT_SEARCH: Icon = Icon('\u{e5ad}');
pub const TRASH_2: Icon = Icon('\u{e18e}');
pub const TRENDING_DOWN: Icon = Icon('\u{e190}');
pub const TRENDING_UP: Icon = Icon('\u{e191}');
pub const TRIANGLE_ALERT: Icon = Icon('\u{e193}');
pub const TYPE: Icon = Icon('\u{e198}');
pub const UNDO_2: Icon = Icon('\u{e2a1}');
pub const UNFOLD_HORIZONTAL: Icon = Icon('\u{e43d}');
pub const UNLOCK: Icon = Icon('\u{e10c}');
pub const UPLOAD: Icon = Icon('\u{e19e}');
pub const USER: Icon = Icon('\u{e19f}');
pub const USERS: Icon = Icon('\u{e1a4}');
pub const WAND_SPARKLES: Icon = Icon('\u{e357}');
pub const WHOLE_WORD: Icon = Icon('\u{e3df}');
pub const X: Icon = Icon('\u{e1b2}');
pub const ZAP: Icon = Icon('\u{e1b4}');
pub const ZOOM_IN: Icon = Icon('\u{e1b6}');
pub const ZOOM_OUT: Icon = Icon('\u{e1b7}');
