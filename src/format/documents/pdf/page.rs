//! Interpreter of the page operators (ISO 32000-1, 9.4). The distance between a glyph and the end of the previous one
//! decides if a space or a line break separates them.

use super::font::Font;
use crate::format::documents::flow::Flow;
use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use std::collections::HashMap;
use std::rc::Rc;

/// `[a b c d e f]`: x' = ax + cy + e, y' = bx + dy + f.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Matrix([f64; 6]);

impl Matrix {
    const ONE: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// Returns the product that applies `self` first, then the other matrix.
    fn then(self, Self([ta, tb, tc, td, te, tf]): Self) -> Self {
        let Self([a, b, c, d, e, f]) = self;
        Self([
            a * ta + b * tc,
            a * tb + b * td,
            c * ta + d * tc,
            c * tb + d * td,
            e * ta + f * tc + te,
            e * tb + f * td + tf,
        ])
    }

    fn moved(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }
}

/// Graphics state that `q` saves.
#[derive(Clone)]
struct State {
    matrix: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    sign_space: f64,
    word_space: f64,
    scale: f64,
    leading: f64,
    rise: f64,
}

/// Reader of the pages of a document.
pub(super) struct Reader<'d> {
    document: &'d Document,
    flow: Flow,
    /// Fonts by the memory address of their dictionary.
    fonts: HashMap<usize, Rc<Font>>,
    /// Number of bytes that can still be read.
    budget: u64,
    is_over: bool,
    /// Numbers of drawn glyphs, of glyphs without text, and of images.
    pub(super) signs: usize,
    pub(super) unknown: usize,
    pub(super) images: usize,
    /// True if right-to-left letters were drawn.
    pub(super) is_right_to_left: bool,
    /// Position at the end of the last glyph, and its height.
    last: Option<(f64, f64, f64)>,
}

/// State of a content stream with text objects.
struct StreamState<'d> {
    resources: Option<&'d Dictionary>,
    state: State,
    kept: Vec<State>,
    text: Matrix,
    line: Matrix,
    /// Number of open marked-content sequences, and the one with an `ActualText`. The text is `None` after it was
    /// added.
    marks: usize,
    actual: Option<(usize, Option<String>)>,
}

impl<'d> Reader<'d> {
    /// Maximum depth of nested forms.
    const DEEP: usize = 16;
    /// Maximum number of saved states.
    const MAX_KEPT_OPERANDS: usize = 512;

    pub(super) fn new(document: &'d Document, most: u64) -> Self {
        let (flow, fonts) = (Flow::new(most), HashMap::new());
        Self {
            document,
            flow,
            fonts,
            budget: most,
            is_over: false,
            signs: 0,
            unknown: 0,
            images: 0,
            is_right_to_left: false,
            last: None,
        }
    }

    /// True if the limit of bytes is exceeded.
    pub(super) fn is_over(&self) -> bool {
        self.is_over || self.flow.is_full()
    }

    /// Returns the text.
    pub(super) fn into_flow(self) -> Flow {
        self.flow
    }

    /// Adds the text of a page.
    pub(super) fn page(&mut self, page: ObjectId) {
        self.flow.paragraph();
        self.last = None;
        let most = usize::try_from(self.budget).unwrap_or(usize::MAX);
        let Ok(content) = self.document.get_page_content_with_limit(page, most) else {
            self.is_over = true;
            return;
        };
        let packed: usize = self
            .document
            .get_page_contents(page)
            .iter()
            .filter_map(|id| self.stream(*id))
            .map(|s| s.content.len())
            .sum();
        self.take(content.len().max(packed) as u64);
        self.follow(&content, self.resources(page), Matrix::ONE, 0);
    }

    fn stream(&self, id: ObjectId) -> Option<&'d Stream> {
        self.document.get_object(id).and_then(Object::as_stream).ok()
    }

    fn take(&mut self, bytes: u64) {
        // An empty stream also takes time.
        const LEAST: u64 = 64;
        let bytes = bytes.max(LEAST);
        self.is_over |= self.budget < bytes;
        self.budget = self.budget.saturating_sub(bytes);
    }

    /// Returns the resources of a page, which can be inherited from a parent node.
    fn resources(&self, page: ObjectId) -> Option<&'d Dictionary> {
        const DEEP: usize = 64;
        let mut node = self.document.get_dictionary(page).ok()?;
        for _ in 0..DEEP {
            if let Ok(found) = node.get_deref(b"Resources", self.document).and_then(Object::as_dict) {
                return Some(found);
            }
            node = node.get_deref(b"Parent", self.document).and_then(Object::as_dict).ok()?;
        }
        None
    }

    fn follow(&mut self, content: &[u8], resources: Option<&'d Dictionary>, matrix: Matrix, depth: usize) {
        let state = State {
            matrix,
            font: None,
            size: 0.0,
            sign_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        let (text, line) = (Matrix::ONE, Matrix::ONE);
        let mut text_run = StreamState { resources, state, kept: Vec::new(), text, line, marks: 0, actual: None };
        for operation in Content::decode_iter(content) {
            if self.is_over() {
                return;
            }
            // An invalid operator ends the page, not the file.
            let Ok(operation) = operation else { return };
            self.operate(&mut text_run, &operation, depth);
        }
    }

    fn operate(&mut self, text_run: &mut StreamState<'d>, Operation { operator, operands }: &Operation, depth: usize) {
        let number = |at: usize| operands.get(at).and_then(|o| o.as_float().ok()).map_or(0.0, f64::from);
        let string = |at: usize| operands.get(at).and_then(|o| o.as_str().ok()).unwrap_or_default();
        let matrix = || Matrix([number(0), number(1), number(2), number(3), number(4), number(5)]);
        match operator.as_str() {
            "q" if text_run.kept.len() < Self::MAX_KEPT_OPERANDS => text_run.kept.push(text_run.state.clone()),
            "Q" => text_run.state = text_run.kept.pop().unwrap_or_else(|| text_run.state.clone()),
            "cm" => text_run.state.matrix = matrix().then(text_run.state.matrix),
            "BT" => (text_run.text, text_run.line) = (Matrix::ONE, Matrix::ONE),
            "Tf" => {
                let name = operands.first().and_then(|o| o.as_name().ok()).unwrap_or_default();
                text_run.state.font = self.font(text_run.resources, name);
                text_run.state.size = number(1);
            }
            "Td" => text_run.move_line(number(0), number(1)),
            "TD" => {
                text_run.state.leading = -number(1);
                text_run.move_line(number(0), number(1));
            }
            "Tm" => (text_run.text, text_run.line) = (matrix(), matrix()),
            "T*" => text_run.next_line(),
            "Tc" => text_run.state.sign_space = number(0),
            "Tw" => text_run.state.word_space = number(0),
            "Tz" => text_run.state.scale = number(0) / 100.0,
            "TL" => text_run.state.leading = number(0),
            "Ts" => text_run.state.rise = number(0),
            "Tj" => self.show(text_run, string(0)),
            "'" => {
                text_run.next_line();
                self.show(text_run, string(0));
            }
            "\"" => {
                (text_run.state.word_space, text_run.state.sign_space) = (number(0), number(1));
                text_run.next_line();
                self.show(text_run, string(2));
            }
            "TJ" => {
                for part in operands.first().and_then(|o| o.as_array().ok()).into_iter().flatten() {
                    match part.as_str() {
                        Ok(text) => self.show(text_run, text),
                        Err(_) => {
                            text_run.advance(-f64::from(part.as_float().unwrap_or(0.0)) / 1000.0 * text_run.state.size)
                        }
                    }
                }
            }
            "BI" => self.images += 1,
            "Do" => self.draw(text_run, operands, depth),
            "BMC" | "BDC" => {
                text_run.marks += 1;
                let says = operands.get(1).and_then(|o| o.as_dict().ok()?.get(b"ActualText").ok());
                let says = says.and_then(|text| lopdf::decode_text_string(text).ok());
                if text_run.actual.is_none() {
                    text_run.actual = says.map(|text| (text_run.marks, Some(text)));
                }
            }
            "EMC" => {
                if text_run.actual.as_ref().is_some_and(|(mark, _)| *mark == text_run.marks) {
                    text_run.actual = None;
                }
                text_run.marks = text_run.marks.saturating_sub(1);
            }
            _ => {}
        }
    }

    /// Returns a font by its resource name.
    fn font(&mut self, resources: Option<&'d Dictionary>, name: &[u8]) -> Option<Rc<Font>> {
        let fonts = resources?.get_deref(b"Font", self.document).and_then(Object::as_dict).ok()?;
        let font = fonts.get_deref(name, self.document).and_then(Object::as_dict).ok()?;
        let place = std::ptr::from_ref(font).addr();
        if let Some(known) = self.fonts.get(&place) {
            return Some(known.clone());
        }
        let (font, taken) = Font::new(self.document, font);
        self.take(taken * 4);
        let font = Rc::new(font);
        self.fonts.insert(place, font.clone());
        Some(font)
    }

    /// Draws a form, or counts an image.
    fn draw(&mut self, text_run: &StreamState<'d>, operands: &[Object], depth: usize) {
        let named = || {
            let name = operands.first()?.as_name().ok()?;
            let objects = text_run.resources?.get_deref(b"XObject", self.document).ok()?.as_dict().ok()?;
            objects.get_deref(name, self.document).ok()?.as_stream().ok()
        };
        let Some(object) = named() else { return };
        match object.dict.get_deref(b"Subtype", self.document).and_then(Object::as_name) {
            Ok(b"Image") => self.images += 1,
            Ok(b"Form") if depth < Self::DEEP => {
                let most = usize::try_from(self.budget).unwrap_or(usize::MAX);
                let Ok(content) = object.get_plain_content_with_limit(most) else {
                    return self.take(object.content.len() as u64);
                };
                self.take(content.len().max(object.content.len()) as u64);
                let list = object.dict.get_deref(b"Matrix", self.document).and_then(Object::as_array).ok();
                let number = |at: usize| list.and_then(|l| l.get(at)?.as_float().ok()).map(f64::from);
                let matrix = [number(0), number(1), number(2), number(3), number(4), number(5)];
                let matrix = Matrix(matrix.map(|n| n.unwrap_or(0.0)));
                let matrix = if list.is_some() { matrix } else { Matrix::ONE };
                let resources = object.dict.get_deref(b"Resources", self.document).and_then(Object::as_dict).ok();
                self.follow(&content, resources.or(text_run.resources), matrix.then(text_run.state.matrix), depth + 1);
            }
            _ => {}
        }
    }

    /// Adds a drawn string.
    fn show(&mut self, text_run: &mut StreamState<'d>, bytes: &[u8]) {
        let Some(font) = text_run.state.font.clone() else {
            // Without a font, the text is unknown.
            self.signs += bytes.len();
            self.unknown += bytes.len();
            return;
        };
        for sign in font.signs(bytes) {
            let State { matrix, size, scale, rise, sign_space, word_space, .. } = text_run.state;
            let drawn = Matrix([size * scale, 0.0, 0.0, size, 0.0, rise]).then(text_run.text).then(matrix);
            self.gap(drawn);
            match &mut text_run.actual {
                Some((_, text)) => {
                    if let Some(text) = text.take() {
                        self.add(Some(&text));
                    }
                }
                None => self.add(sign.text.as_deref()),
            }
            let spaces = sign_space + if sign.is_space { word_space } else { 0.0 };
            if font.is_vertical {
                text_run.text = Matrix::moved(0.0, -size - spaces).then(text_run.text);
            } else {
                text_run.advance(sign.width * size + spaces);
            }
            let Matrix([.., x, y]) = Matrix::moved(0.0, rise).then(text_run.text).then(matrix);
            self.last = Some((x, y, height(drawn)));
        }
    }

    /// Adds the gap between the last glyph and a glyph with this matrix.
    fn gap(&mut self, drawn: Matrix) {
        /// Thresholds relative to the glyph height: for a line break, for a space, and for a glyph before the last one.
        const LINE: f64 = 0.6;
        const SPACE: f64 = 0.17;
        const BACK: f64 = -1.0;
        let Matrix([a, b, c, d, x, y]) = drawn;
        let area = a * d - b * c;
        let Some((last_x, last_y, last_height)) = self.last.filter(|_| area.abs() > f64::EPSILON) else { return };
        let (x, y) = (x - last_x, y - last_y);
        let height = height(drawn);
        let part = height / height.max(last_height);
        let across = (x * d - y * c) / area * part;
        let along = (y * a - x * b) / area * part;
        if along.abs() > LINE || across < BACK {
            self.flow.line();
        } else if across > SPACE {
            self.flow.space();
        }
    }

    /// Adds the text of a glyph. Ligatures become separate letters.
    fn add(&mut self, text: Option<&str>) {
        self.signs += 1;
        let Some(text) = text else {
            self.unknown += 1;
            return self.flow.text("\u{fffd}");
        };
        let mut buffer = [0; 4];
        for c in text.chars() {
            self.is_right_to_left |=
                matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}');
            let one = match c {
                '\u{fb00}' => "ff",
                '\u{fb01}' => "fi",
                '\u{fb02}' => "fl",
                '\u{fb03}' => "ffi",
                '\u{fb04}' => "ffl",
                '\u{fb05}' | '\u{fb06}' => "st",
                c if c == ' ' || c.is_ascii_whitespace() => {
                    self.flow.space();
                    continue;
                }
                c if c.is_control() => {
                    self.unknown += 1;
                    "\u{fffd}"
                }
                c => c.encode_utf8(&mut buffer),
            };
            self.flow.text(one);
        }
    }
}

/// Returns the height of a drawn glyph.
fn height(Matrix([a, b, c, d, ..]): Matrix) -> f64 {
    (a * d - b * c).abs().sqrt()
}

impl StreamState<'_> {
    fn advance(&mut self, by: f64) {
        self.text = Matrix::moved(by * self.state.scale, 0.0).then(self.text);
    }

    fn move_line(&mut self, x: f64, y: f64) {
        self.line = Matrix::moved(x, y).then(self.line);
        self.text = self.line;
    }

    fn next_line(&mut self) {
        self.move_line(0.0, -self.state.leading);
    }
}
