//! Page headers of a column (Thrift compact protocol), read before decompression: the number of values and the
//! decompressed size. A page of a hundred bytes can validly contain two billion equal values.

use crate::format::Problem;

/// Totals of the page headers of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PageTotals {
    /// Number of values, including dictionary values.
    pub values: u64,
    /// Decompressed size of all pages, in bytes.
    pub bytes: u64,
    /// Upper bound of the bytes of values that share prefixes with previous values; 0 if no page has this encoding.
    pub shared: u64,
}

/// Encoding of values by the prefix they share with the previous value (DELTA_BYTE_ARRAY).
const DELTA_BYTE_ARRAY: i64 = 7;

/// Reads the page headers in these bytes; `None` if they are invalid.
pub(super) fn totals(column: &[u8]) -> Option<PageTotals> {
    let mut pages = PageTotals::default();
    let mut rest = column;
    while !rest.is_empty() {
        let mut header = PageHeader::default();
        let mut reader = CompactReader { rest, depth: 0 };
        reader.structure(&mut |path, number| header.set_field(path, number))?;
        let size = u64::try_from(header.uncompressed_size).ok()?;
        let values = u64::try_from(header.values).ok()?;
        pages.values = pages.values.checked_add(values)?;
        pages.bytes = pages.bytes.checked_add(size)?;
        if header.encoding == DELTA_BYTE_ARRAY {
            pages.shared = pages.shared.checked_add(size.checked_mul(values)?)?;
        }
        rest = reader.rest.get(usize::try_from(header.compressed_size).ok()?..)?;
    }
    Some(pages)
}

/// True if the footer of a file is complete: no list claims more elements than the footer has bytes. The crate skips
/// lists of booleans without reading bytes, so that a footer of 30 bytes can cost minutes.
pub(super) fn has_complete_footer(file: &[u8]) -> bool {
    const MAGIC: &[u8] = b"PAR1";
    let footer = file.strip_suffix(MAGIC).and_then(|rest| {
        let (rest, length) = rest.split_last_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        rest.get(rest.len().checked_sub(length)?..)
    });
    footer.is_some_and(|rest| CompactReader { rest, depth: 0 }.structure(&mut |_, _| {}).is_some())
}

/// Relevant fields of a page header.
#[derive(Default)]
struct PageHeader {
    uncompressed_size: i64,
    compressed_size: i64,
    values: i64,
    encoding: i64,
}

impl PageHeader {
    fn set_field(&mut self, path: &[i16], number: i64) {
        match path {
            [2] => self.uncompressed_size = number,
            [3] => self.compressed_size = number,
            // Data page, dictionary page, data page version 2.
            [5 | 7 | 8, 1] => self.values = number,
            [5, 2] | [8, 4] => self.encoding = number,
            _ => {}
        }
    }
}

/// Reader of the Thrift compact protocol that extracts only integers.
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

    /// Reads a structure. `each` receives every integer with its path of field ids.
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
            // Booleans have no bytes as fields.
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
            // Page headers contain no maps.
            _ => None,
        }
    }

    /// Skips a list element. In lists, booleans have a byte.
    fn element(&mut self, kind: u8) -> Option<()> {
        if matches!(kind, 1 | 2) { self.skip(1) } else { self.value(kind, 0, &mut |_, _| {}) }
    }
}

/// Returns the error for invalid page headers.
pub(super) fn damaged_error() -> Problem {
    Problem::at(0, 0, "damaged Parquet file: invalid page header")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_page_sizes_of_headers() {
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

    #[test]
    fn truncated_footer_is_incomplete() {
        let check = |footer: &[u8], expected: bool| {
            let length = u32::try_from(footer.len()).expect("a short footer").to_le_bytes();
            assert_eq!(has_complete_footer(&[b"PAR1", footer, &length, b"PAR1"].concat()), expected, "{footer:?}");
        };
        check(&[0], true);
        // A list of two booleans, then one of 67 million.
        check(&[0x19, 0x21, 1, 1, 0], true);
        check(&[0x19, 0xf1, 0xff, 0xff, 0xff, 0x1f, 1, 1, 0], false);
        assert!(!has_complete_footer(b"PAR1\xff\xff\xff\xffPAR1") && !has_complete_footer(b""));
    }
}
