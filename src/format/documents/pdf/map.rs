//! Map from the codes of a font to text, from its `ToUnicode` entry (a `CMap`, Adobe technical note 5411).

/// Codes and their texts.
#[derive(Debug, Default)]
pub(super) struct Map {
    /// First and last code, and the text of the first one. Sorted.
    ranges: Vec<(u32, u32, Vec<u16>)>,
}

/// Token of the `CMap` syntax.
#[derive(Debug, PartialEq)]
enum Token<'t> {
    Hex(Vec<u8>),
    Open,
    Close,
    Word(&'t [u8]),
}

impl Map {
    /// Parses a map. Invalid entries are ignored.
    pub(super) fn parse(text: &[u8]) -> Self {
        let mut ranges = Vec::new();
        let mut tokens = Tokens(text);
        while let Some(token) = tokens.next() {
            match token {
                Token::Word(b"beginbfchar") => {
                    while let Some(Token::Hex(code)) = tokens.next() {
                        let Some(Token::Hex(to)) = tokens.next() else { break };
                        ranges.push((number(&code), number(&code), wide(&to)));
                    }
                }
                Token::Word(b"beginbfrange") => {
                    while let (Some(Token::Hex(low)), Some(Token::Hex(high))) = (tokens.next(), tokens.next()) {
                        let (low, high) = (number(&low), number(&high));
                        match tokens.next() {
                            Some(Token::Hex(to)) => ranges.push((low, high, wide(&to))),
                            Some(Token::Open) => {
                                let list = std::iter::from_fn(|| match tokens.next() {
                                    Some(Token::Hex(to)) => Some(to),
                                    _ => None,
                                });
                                ranges.extend((low..=high).zip(list).map(|(code, to)| (code, code, wide(&to))));
                            }
                            _ => break,
                        }
                    }
                }
                _ => {}
            }
        }
        ranges.sort_by_key(|(low, ..)| *low);
        Self { ranges }
    }

    /// True if the map is empty.
    pub(super) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Returns the text of a code.
    pub(super) fn get(&self, code: u32) -> Option<String> {
        let at = self.ranges.partition_point(|(low, ..)| *low <= code).checked_sub(1)?;
        let (low, high, to) = &self.ranges[at];
        if code > *high {
            return None;
        }
        let mut to = to.clone();
        let last = to.last_mut()?;
        *last = u16::try_from(u32::from(*last) + (code - low)).ok()?;
        Some(String::from_utf16_lossy(&to))
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |n, b| n << 8 | u32::from(*b))
}

fn wide(bytes: &[u8]) -> Vec<u16> {
    match bytes {
        [one] => vec![u16::from(*one)],
        _ => bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect(),
    }
}

struct Tokens<'t>(&'t [u8]);

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        loop {
            self.0 = self.0.trim_ascii_start();
            let (first, rest) = self.0.split_first()?;
            let until = |end: fn(u8) -> bool| rest.iter().position(|b| end(*b)).unwrap_or(rest.len());
            match first {
                b'%' => self.0 = &rest[until(|b| b == b'\n' || b == b'\r')..],
                b'<' if rest.first() != Some(&b'<') => {
                    let end = until(|b| b == b'>');
                    let digits: Vec<u8> =
                        rest[..end].iter().filter_map(|b| char::from(*b).to_digit(16)).map(low_byte).collect();
                    self.0 = rest.get(end + 1..).unwrap_or_default();
                    return Some(Token::Hex(digits.chunks(2).map(|d| d[0] << 4 | d.get(1).unwrap_or(&0)).collect()));
                }
                b'[' | b']' => {
                    self.0 = rest;
                    return Some(if *first == b'[' { Token::Open } else { Token::Close });
                }
                _ => {
                    let end = until(|b| b.is_ascii_whitespace() || b"<>[]()/%".contains(&b));
                    let (word, after) = self.0.split_at(end + 1);
                    self.0 = after;
                    return Some(Token::Word(word));
                }
            }
        }
    }
}

/// Returns the low byte. A hexadecimal digit is below 16.
fn low_byte(digit: u32) -> u8 {
    digit.to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn character_map_decodes_codes() {
        let map = Map::parse(
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
              2 beginbfchar <0003> <0020> <0004><D83DDE00> endbfchar\n\
              2 beginbfrange <0010> <0012> <0041> <20> <21> [<00660069> <007A>] endbfrange % <0010> <0011>",
        );
        let check = |code: u32, expected: Option<&str>| assert_eq!(map.get(code).as_deref(), expected, "{code}");
        check(3, Some(" "));
        check(4, Some("😀"));
        check(0x10, Some("A"));
        check(0x12, Some("C"));
        check(0x13, None);
        check(0x20, Some("fi"));
        check(0x21, Some("z"));
        check(1, None);
        assert!(Map::parse(b"beginbfrange <00> [ <<>> ( beginbfchar <").is_empty());
    }
}
