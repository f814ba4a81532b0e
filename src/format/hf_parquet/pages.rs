//! The pages of a column before they are unfolded: how many values they have and how large they become, from their headers
//! (Thrift's compact protocol). A page of a hundred bytes may say that it has two billion values, all of them the same, and does.

use crate::format::Problem;

/// What the headers of a column's pages add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PageTotals {
    /// Values, those of dictionaries too.
    pub values: u64,
    /// Bytes of all pages as they are unfolded.
    pub bytes: u64,
    /// The most bytes that values can take which share beginnings with those before them; none where no page has such.
    pub shared: u64,
}

/// The encoding of values by what they share with those before them (DELTA_BYTE_ARRAY).
const SHARED: i64 = 7;

/// Reads the headers of the pages that lie in these bytes; `None` where they make no sense.
pub(super) fn totals(column: &[u8]) -> Option<PageTotals> {
    let mut pages = PageTotals::default();
    let mut rest = column;
    while !rest.is_empty() {
        let mut header = PageHeader::default();
        let mut reader = CompactReader { rest, depth: 0 };
        reader.structure(&mut |path, number| header.take(path, number))?;
        let size = u64::try_from(header.unfolded).ok()?;
        let values = u64::try_from(header.values).ok()?;
        pages.values = pages.values.checked_add(values)?;
        pages.bytes = pages.bytes.checked_add(size)?;
        if header.encoding == SHARED {
            pages.shared = pages.shared.checked_add(size.checked_mul(values)?)?;
        }
        rest = reader.rest.get(usize::try_from(header.folded).ok()?..)?;
    }
    Some(pages)
}

/// What is of interest in a page's header.
#[derive(Default)]
struct PageHeader {
    unfolded: i64,
    folded: i64,
    values: i64,
    encoding: i64,
}

impl PageHeader {
    fn take(&mut self, path: &[i16], number: i64) {
        match path {
            [2] => self.unfolded = number,
            [3] => self.folded = number,
            // Of a data page, a dictionary, a data page of the second version.
            [5 | 7 | 8, 1] => self.values = number,
            [5, 2] | [8, 4] => self.encoding = number,
            _ => {}
        }
    }
}

/// A reader of Thrift's compact protocol that keeps whole numbers only.
struct CompactReader<'a> {
    rest: &'a [u8],
    depth: usize,
}

impl CompactReader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let n = self.unsigned()?;
        Some((n >> 1) as i64 ^ -((n & 1) as i64))
    }

    fn skip(&mut self, bytes: u64) -> Option<()> {
        self.rest = self.rest.get(usize::try_from(bytes).ok()?..)?;
        Some(())
    }

    /// A structure: `each` gets the path of fields to every whole number and the number.
    fn structure(&mut self, each: &mut dyn FnMut(&[i16], i64)) -> Option<()> {
        const MAX_DEPTH: usize = 16;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut field = 0i16;
        loop {
            let head = self.byte()?;
            if head == 0 {
                self.depth -= 1;
                return Some(());
            }
            field = match i16::from(head >> 4) {
                0 => i16::try_from(self.signed()?).ok()?,
                more => field.checked_add(more)?,
            };
            self.value(head & 0x0f, field, each)?;
        }
    }

    fn value(&mut self, kind: u8, field: i16, each: &mut dyn FnMut(&[i16], i64)) -> Option<()> {
        match kind {
            // True and false, which have no bytes as fields.
            1 | 2 => Some(()),
            3 => self.skip(1),
            4..=6 => {
                let number = self.signed()?;
                each(&[field], number);
                Some(())
            }
            7 => self.skip(8),
            8 => {
                let length = self.unsigned()?;
                self.skip(length)
            }
            9 | 10 => {
                let head = self.byte()?;
                let length = match head >> 4 {
                    15 => self.unsigned()?,
                    short => u64::from(short),
                };
                for _ in 0..length {
                    self.element(head & 0x0f)?;
                }
                Some(())
            }
            12 => self.structure(&mut |path, number| {
                if let [inner] = path {
                    each(&[field, *inner], number);
                }
            }),
            // Tables do not occur in headers.
            _ => None,
        }
    }

    /// An element of a list, in which also true and false have a byte.
    fn element(&mut self, kind: u8) -> Option<()> {
        if matches!(kind, 1 | 2) { self.skip(1) } else { self.value(kind, 0, &mut |_, _| {}) }
    }
}

/// What is said where the headers make no sense.
pub(super) fn damaged_error() -> Problem {
    Problem::at(0, 0, "the Parquet file is damaged (the header of a page makes no sense)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_add_up() {
        // A data page: type 0, 1000 bytes in 3, and in its header 500 values, encoding 0, then two more numbers.
        let page = [
            0x15, 0x00, 0x15, 0xd0, 0x0f, 0x15, 0x06, 0x2c, 0x15, 0xe8, 0x07, 0x15, 0x00, 0x15, 0x06, 0x15, 0x06, 0x00,
            0x00, 1, 2, 3,
        ];
        let twice = [page, page].concat();
        assert_eq!(totals(&twice), Some(PageTotals { values: 1000, bytes: 2000, shared: 0 }));
        assert_eq!(totals(&twice[..twice.len() - 1]), None);
        assert_eq!(totals(&[0x1c; 100]), None);
        assert_eq!(totals(&[]), Some(PageTotals::default()));
    }
}
