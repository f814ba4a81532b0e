//! Alignment of tags to subwords, compared with the `word_ids` of transformers and with both labeling rules:
//! *Hands-On Large Language Models* (all subwords) and `run_ner.py` (first subword).

use crate::support::{golden, golden_json, integers, strings};
use tagwright::model::align::{AlignmentOptions, align};
use tagwright::model::{PretrainedModel, TagSet};

#[test]
fn subwords_and_labels_match_transformers() {
    let folder = PretrainedModel::from_pretrained(&golden("tiny")).expect("the tiny model");
    let tags = folder.tags.clone().expect("a head");
    for sentence in golden_json("forward.json")["sentences"].as_array().expect("sentences") {
        let words = strings(&sentence["words"]);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ids: Vec<usize> = strings(&sentence["tags"]).iter().map(|t| tags.id(t).expect("a tag")).collect();
        for (label_all_pieces, key) in [(true, "labels_all"), (false, "labels_first")] {
            let rule = AlignmentOptions { label_all_subwords: label_all_pieces, max_length: 512 };
            let aligned = align(&folder.tokenizer, &words, &ids, &tags, rule).expect("an alignment");
            let expected: Vec<u32> = integers(&sentence["input_ids"]).iter().map(|i| *i as u32).collect();
            assert_eq!(aligned.encoding.ids, expected);
            assert_eq!(aligned.tag_ids, integers(&sentence[key]), "{key} of {words:?}");
        }
    }
}

#[test]
fn aligns_homer_like_hands_on_llm() {
    let folder = PretrainedModel::from_pretrained(&golden("tiny")).expect("the tiny model");
    let subwords = folder.tokenizer.encode_words(&["homer"]).expect("subwords");
    assert_eq!(subwords.tokens, ["[CLS]", "home", "##r", "[SEP]"]);
    let tags = TagSet::from_labels(&["PER"]);
    let check = |label_all_pieces, max_length, expected: &[i32], n_truncated| {
        let rule = AlignmentOptions { label_all_subwords: label_all_pieces, max_length };
        let aligned = align(&folder.tokenizer, &["homer", "homer"], &[1, 2], &tags, rule).expect("an alignment");
        assert_eq!((aligned.tag_ids.as_slice(), aligned.n_truncated_tokens), (expected, n_truncated));
    };
    check(true, 512, &[-100, 1, 2, 2, 2, -100], 0);
    check(false, 512, &[-100, 1, -100, 2, -100, -100], 0);
    check(true, 5, &[-100, 1, 2, 2, -100], 0);
    check(true, 4, &[-100, 1, 2, -100], 1);
}

#[test]
fn tokens_without_subwords_are_counted() {
    let folder = PretrainedModel::from_pretrained(&golden("tiny")).expect("the tiny model");
    let tags = TagSet::from_labels(&["PER"]);
    let rule = AlignmentOptions { label_all_subwords: true, max_length: 512 };
    let aligned = align(&folder.tokenizer, &["\u{200b}", "homer"], &[1, 0], &tags, rule).expect("an alignment");
    assert_eq!((aligned.n_tokens_without_subwords, aligned.tag_ids), (1, vec![-100, 0, 0, -100]));
}
