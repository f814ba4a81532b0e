//! Conversion between spans and tags.

use proptest::prelude::*;
use tagwright::corpus::scheme::{SCHEMES, count_merged, decode, drop_overlapping, encode};
use tagwright::corpus::tag_notation::{TagNotation, parse_tag, prefix_of};
use tagwright::corpus::{LabelId, LabelSet, Prefix, Scheme, SchemeDetector, TagPosition, TokenSpan};

/// Checks the spans of a line of tags, written as `start-end:LABEL`.
fn check(tags: &str, expected: &str) {
    let mut labels = LabelSet::default();
    let tags: Vec<_> = tags
        .split(' ')
        .map(|t| parse_tag(t).expect("a tag").map(|(l, name)| (prefix_of(l), labels.intern(name).expect("few labels"))))
        .collect();
    let found: Vec<String> =
        decode(&tags).iter().map(|s| format!("{}-{}:{}", s.start, s.end, labels.name(s.label))).collect();
    assert_eq!(found.join(" "), expected);
}

#[test]
fn decodes_tags_like_conlleval() {
    check("O O", "");
    check("I-PER I-PER O", "0-2:PER");
    check("I-PER B-PER O", "0-1:PER 1-2:PER");
    check("B-PER I-LOC I-LOC", "0-1:PER 1-3:LOC");
    check("S-PER B-LOC E-LOC", "0-1:PER 1-3:LOC");
    check("U-PER U-PER B-LOC I-LOC L-LOC", "0-1:PER 1-2:PER 2-5:LOC");
    check("B-PER E-PER I-PER", "0-2:PER 2-3:PER");
}

fn detect(sentences: &[&str]) -> (Scheme, bool) {
    let mut labels = LabelSet::default();
    let mut detector = SchemeDetector::default();
    for sentence in sentences {
        for tag in sentence.split(' ') {
            let tag = parse_tag(tag).expect("a tag");
            detector.push_tag(
                tag.map(|(l, name)| (l, u64::from(labels.intern(name).expect("few labels")))),
                TagPosition::default(),
            );
        }
        detector.end_sentence();
    }
    (detector.scheme(), detector.is_mixed())
}

#[test]
fn detects_invalid_tags() {
    // Indices of the tags: `+` is a continuation tag without a start, `-` a tag that leaves its span open.
    let check = |sentences: &str, expected: &str| {
        let mut labels = LabelSet::default();
        let mut detector = SchemeDetector::default();
        let mut line = 0;
        for sentence in sentences.split(" / ") {
            for tag in sentence.split(' ') {
                let tag = parse_tag(tag).expect("a tag");
                detector.push_tag(
                    tag.map(|(l, name)| (l, u64::from(labels.intern(name).expect("few labels")))),
                    TagPosition { line, sentence: 0 },
                );
                line += 1;
            }
            detector.end_sentence();
        }
        let (invalid, count) = detector.invalid_tags();
        let rendered: Vec<String> =
            invalid.iter().map(|s| format!("{}{}", s.position.line, if s.lacks_start { '+' } else { '-' })).collect();
        assert_eq!((rendered.join(" ").as_str(), count), (expected, rendered.len()), "{sentences}");
    };
    check("B-PER I-PER O B-LOC", "");
    check("B-PER I-PER O I-LOC / B-LOC B-LOC I-PER", "3+ 6+");
    check("B-PER / I-PER", "1+");
    check("I-PER O I-LOC / I-PER B-PER", "");
    check("S-PER B-LOC E-LOC O B-LOC / S-PER E-PER", "4- 6+");
    check("S-PER B-LOC I-LOC S-LOC", "2-");
    check("U-PER B-LOC L-LOC I-LOC", "3- 3+");
    check("I-PER E-PER O E-LOC", "");
}

#[test]
fn detects_schemes() {
    assert_eq!(detect(&["I-PER O I-LOC", "I-PER B-PER"]), (Scheme::Iob1, false));
    assert_eq!(detect(&["B-PER I-PER O", "B-LOC"]), (Scheme::Iob2, false));
    assert_eq!(detect(&["S-PER O", "B-LOC E-LOC"]), (Scheme::Iobes, false));
    assert_eq!(detect(&["U-PER O", "B-LOC L-LOC"]), (Scheme::Bilou, false));
    assert_eq!(detect(&["I-PER E-PER O", "E-LOC"]), (Scheme::Ioe2, false));
    assert_eq!(detect(&["I-PER I-PER O I-LOC", "I-PER E-PER I-PER"]), (Scheme::Ioe1, false));
    assert_eq!(detect(&["B-PER M-PER E-PER", "S-LOC"]), (Scheme::Bmes, false));
    assert_eq!(detect(&["I-PER O", "O B-LOC"]), (Scheme::Iob2, true));
}

#[test]
fn detects_tag_notations() {
    let check =
        |values: &str, expected| assert_eq!(TagNotation::detect(&values.split(' ').collect::<Vec<_>>()), expected);
    check("O B-PER I-PER", Some(TagNotation::Hyphen));
    check("O B_PER I_PER", Some(TagNotation::Prefix('_')));
    check("O PER-B PER-I GPE-NAM-B", Some(TagNotation::Suffix('-')));
    check("O O PERSON O geo-political_entity", Some(TagNotation::LabelOnly));
    check("O O O", None);
    check("The rain in Oslo", None);
    check("NN VB NN DT", None);
    check("1 2 3 O", None);
}

#[test]
fn tag_notations_roundtrip() {
    for notation in [TagNotation::Hyphen, TagNotation::Prefix('_'), TagNotation::Suffix('-'), TagNotation::LabelOnly] {
        let text = notation.format(Some((Prefix::I, LabelId::default())), Scheme::Ioe2, |_| "A-B_C".into());
        assert_eq!(notation.parse(&text), Ok(Some(('I', "A-B_C"))), "{text}");
    }
}

/// Non-overlapping spans, with the number of tokens of their sentence.
fn spans() -> impl Strategy<Value = (usize, Vec<TokenSpan>)> {
    proptest::collection::vec((0usize..3, 1usize..4, 0u16..3), 0..6).prop_map(|parts| {
        let mut at = 0;
        let mut spans = Vec::new();
        for (gap, length, label) in parts {
            spans.push(TokenSpan { start: at + gap, end: at + gap + length, label: LabelId::new(label) });
            at += gap + length;
        }
        (at + 2, spans)
    })
}

proptest! {
    #[test]
    fn spans_roundtrip_in_every_scheme((tokens, spans) in spans()) {
        for (_, scheme) in SCHEMES {
            if count_merged(&spans, scheme) > 0 {
                prop_assert!(scheme == Scheme::Io && decode(&encode(&spans, tokens, scheme)).len() < spans.len());
                continue;
            }
            prop_assert_eq!(&decode(&encode(&spans, tokens, scheme)), &spans);
        }
    }
}

#[test]
fn drop_overlapping_returns_encodable_spans() {
    let span = |start, end| TokenSpan { start, end, label: LabelId::default() };
    let check = |spans: &[TokenSpan], expected: &[TokenSpan]| {
        assert_eq!(drop_overlapping(spans), expected);
        let tags = encode(spans, 9, Scheme::Iob2);
        assert_eq!(decode(&tags), expected);
    };
    check(&[], &[]);
    check(&[span(0, 2), span(2, 3)], &[span(0, 2), span(2, 3)]);
    check(&[span(0, 5), span(1, 2), span(4, 6), span(6, 7)], &[span(0, 5), span(6, 7)]);
}
