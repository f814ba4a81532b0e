//! Model directories with inconsistent sizes, non-finite scores, or tokenizers of excessive cost.

use super::{file, run_watched};
use crate::cli::{json, text};
use crate::support::golden;
use serde_json::{Value, json};
use std::path::Path;
use tagwright::model::kernels::plain::Plain;
use tagwright::model::{Device, ModelError, PackedBatch, PretrainedModel};
use tagwright::predict::aggregate::STRATEGIES;
use tagwright::predict::{Entity, PredictOptions, Tagger, predict, predict_long};

/// Memory limit of the program in MB.
const MAX_MB: u64 = 400;

/// Creates a copy of the tiny model.
pub(super) fn tiny() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(golden("tiny")).expect("the tiny model").flatten() {
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("a copy");
    }
    folder
}

/// Checks that `predict` rejects a model with this message.
pub(super) fn check_rejected(model: &Path, expected: &str) {
    let done = run_watched(&["predict", "--model", text(model), "--text", "Anna sings in Oslo."], MAX_MB);
    assert_eq!(done.code, Some(1), "{}", done.output);
    assert!(done.output.contains(expected), "prints {}, not {expected}", done.output);
}

fn read_json(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join(name)).expect("a file")).expect("JSON")
}

/// Creates a model with another value at a JSON pointer of a file.
fn with(name: &str, place: &str, value: Value) -> tempfile::TempDir {
    let folder = tiny();
    let mut fields = read_json(folder.path(), name);
    let (parent, key) = place.rsplit_once('/').expect("a place");
    fields.pointer_mut(parent).expect("a place")[key] = value;
    file(folder.path(), name, fields.to_string());
    folder
}

#[test]
fn config_must_match_weights() {
    let check = |key: &str, value: Value, expected: &str| {
        check_rejected(with("config.json", &format!("/{key}"), value).path(), expected);
    };
    check("num_hidden_layers", json!(2_147_483_647), "has no layer 2");
    check("num_hidden_layers", json!(1u64 << 40), "num_hidden_layers");
    check("hidden_size", json!(2_000_000_000), "shape");
    check("intermediate_size", json!(2_000_000_000), "intermediate");
    check("vocab_size", json!(2_000_000_000), "word_embeddings");
    check("max_position_embeddings", json!(2_000_000_000), "position_embeddings");
    check("max_position_embeddings", json!(1u64 << 40), "max_position_embeddings");
    check("num_attention_heads", json!(2_000_000_000), "num_attention_heads");
    check("type_vocab_size", json!(2_000_000_000), "token_type_embeddings");
    check("type_vocab_size", json!(0), "type_vocab_size is 0");
    check("type_vocab_size", json!("two"), "type_vocab_size is \"two\"");
    check("layer_norm_eps", json!("x"), "layer_norm_eps is \"x\"");
    check("layer_norm_eps", json!(-1), "layer_norm_eps is -1");
    check("layer_norm_eps", json!(0), "layer_norm_eps is 0");
    check("initializer_range", json!([]), "initializer_range is []");
    check("hidden_dropout_prob", json!(true), "hidden_dropout_prob is true");
    check("hidden_act", json!(7), "hidden_act is 7");
    check("model_type", json!(["bert"]), "model_type is [\"bert\"]");
}

#[test]
fn rejects_labels_that_do_not_match_head() {
    let folder = tiny();
    let mut fields = read_json(folder.path(), "config.json");
    fields["id2label"].as_object_mut().expect("a table").remove("3");
    file(folder.path(), "config.json", fields.to_string());
    check_rejected(folder.path(), "id 3 is missing");
    fields["id2label"].as_object_mut().expect("a table").remove("8");
    fields["id2label"]["3"] = json!("B-X");
    file(folder.path(), "config.json", fields.to_string());
    check_rejected(folder.path(), "the classification head has 9 tags, but id2label in config.json has 8");
    fields["id2label"]["x"] = json!("B-X");
    file(folder.path(), "config.json", fields.to_string());
    check_rejected(folder.path(), "“x”, which is not an integer");
}

/// Safetensors file with this header and number of zero bytes.
fn weights(header: &str, bytes: usize) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![0; bytes]].concat()
}

#[test]
fn rejects_invalid_safetensors_headers() {
    let check = |bytes: Vec<u8>, expected: &str| {
        let folder = tiny();
        file(folder.path(), "model.safetensors", bytes);
        check_rejected(folder.path(), expected);
    };
    let tensor = |name: &str, rows: u64, end: u64| {
        format!("\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{rows}],\"data_offsets\":[0,{end}]}}")
    };
    let huge = format!("{{{}}}", tensor("a", 1 << 60, 1 << 62));
    check(weights(&huge, 0), "invalid or incomplete safetensors file");
    let twice = format!("{{{},{}}}", tensor("a", 1, 4), tensor("a", 1, 4));
    check(weights(&twice, 4), "duplicate key a");
    let inside =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"__metadata__\":{\"b\":\"1\",\"b\":\"2\"}}";
    check(weights(inside, 4), "duplicate key b");
    check(weights(&format!("{{{}}}", tensor("a", 1, 4)), 4), "has no layer 0");
    check(u64::MAX.to_le_bytes().to_vec(), "invalid or incomplete safetensors file");
    // A sparse file.
    let folder = tiny();
    let path = file(folder.path(), "model.safetensors", weights(&format!("{{{}}}", tensor("a", 1, 4)), 4));
    let open = std::fs::OpenOptions::new().write(true).open(path).expect("a file");
    open.set_len(3 << 30).expect("a size");
    check_rejected(folder.path(), "the header requires");
}

#[test]
fn vocabulary_size_is_limited() {
    let folder = tiny();
    std::fs::remove_file(folder.path().join("tokenizer.json")).expect("a file less");
    let lines = |count: usize| (0..count).map(|i| format!("w{i}\n")).collect::<String>();
    file(folder.path(), "vocab.txt", lines(100_000));
    check_rejected(folder.path(), "the tokenizer has 100000 subwords");
    file(folder.path(), "vocab.txt", lines(1_000_000));
    check_rejected(folder.path(), "too large for a vocabulary");
    let folder = tiny();
    let tokenizer = std::fs::read_to_string(folder.path().join("tokenizer.json")).expect("a file");
    file(folder.path(), "tokenizer.json", tokenizer + &" ".repeat(20 << 20));
    check_rejected(folder.path(), "too large for a vocabulary");
}

/// Returns the weights of the tiny model with all values of a tensor replaced by one value.
fn with_tensor_value(name: &str, value: f32) -> Vec<u8> {
    let mut bytes = std::fs::read(golden("tiny").join("model.safetensors")).expect("weights");
    let length = usize::try_from(u64::from_le_bytes(bytes[..8].try_into().expect("a number"))).expect("a length");
    let header: Value = serde_json::from_slice(&bytes[8..8 + length]).expect("a header");
    let range: Vec<usize> = header[name]["data_offsets"]
        .as_array()
        .expect("a tensor")
        .iter()
        .map(|n| n.as_u64().expect("a place") as usize)
        .collect();
    for four in bytes[8 + length + range[0]..8 + length + range[1]].chunks_exact_mut(4) {
        four.copy_from_slice(&value.to_le_bytes());
    }
    bytes
}

#[test]
fn non_finite_scores_are_an_error() {
    let folder = tiny();
    file(folder.path(), "model.safetensors", with_tensor_value("classifier.weight", 3e38));
    let name = folder.path().file_name().expect("a name").to_str().expect("a name").to_owned();
    check_rejected(folder.path(), &format!("{name}: the scores are NaN or infinite"));
    let data = crate::cli::sample("dev");
    let done = run_watched(&["evaluate", "--model", text(folder.path()), &data], MAX_MB);
    assert_eq!(done.code, Some(1), "{}", done.output);
    assert!(done.output.contains("NaN or infinite"), "{}", done.output);
    let done = run_watched(&["predict", "--model", text(folder.path()), "--tokens", &data], MAX_MB);
    assert_eq!(done.code, Some(1), "{}", done.output);
}

#[test]
fn empty_text_is_read_without_special_tokens() {
    let folder = with("tokenizer.json", "/post_processor", Value::Null);
    let found = json(&["predict", "--model", text(folder.path()), "--text", "", "--json"]);
    assert_eq!(found, json!({"text": "", "entities": []}));
    let texts = file(folder.path(), "texts.txt", "\nAnna\n\n");
    let done = run_watched(&["predict", "--model", text(folder.path()), text(&texts)], MAX_MB);
    assert_eq!(done.code, Some(0), "{}", done.output);
}

#[test]
fn long_words_are_tokenized_quickly() {
    // Every letter is a subword, so the search for the longest match is quadratic in the length of a word.
    let folder = with("tokenizer.json", "/model/max_input_chars_per_word", json!(1_000_000_000));
    let done = run_watched(&["predict", "--model", text(folder.path()), "--text", &"a".repeat(100_000)], MAX_MB);
    assert_eq!(done.code, Some(0), "{}", done.output);
}

#[test]
fn normalizer_expansion_is_limited() {
    let replace = |content: &str| json!({"type": "Replace", "pattern": {"String": "a"}, "content": content});
    let ten = replace("aaaaaaaaaa");
    let nine = json!({"type": "Sequence", "normalizers": vec![ten.clone(); 9]});
    check_rejected(with("tokenizer.json", "/normalizer", nine).path(), "more than 16 times longer");
    let nested = json!({"type": "Sequence", "normalizers": [{"type": "Sequence", "normalizers": vec![ten; 9]}]});
    check_rejected(with("tokenizer.json", "/normalizer", nested).path(), "more than 16 times longer");
    check_rejected(
        with("tokenizer.json", "/normalizer", replace(&"a".repeat(2000))).path(),
        "inserts a text of 2000 bytes",
    );
    let folder = with("tokenizer.json", "/normalizer", replace("e"));
    let done = run_watched(&["predict", "--model", text(folder.path()), "--text", "Anna"], MAX_MB);
    assert_eq!(done.code, Some(0), "{}", done.output);
}

#[test]
fn template_special_tokens_are_limited() {
    let special = json!({"SpecialToken": {"id": "[CLS]", "type_id": 0}});
    let many: Vec<Value> =
        std::iter::repeat_n(special, 1000).chain([json!({"Sequence": {"id": "A", "type_id": 0}})]).collect();
    let template = json!({"type": "TemplateProcessing", "single": many, "pair": [{"Sequence": {"id": "A", "type_id": 0}},
        {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}}});
    check_rejected(with("tokenizer.json", "/post_processor", template).path(), "adds 1000 special tokens");
}

#[test]
fn long_line_is_predicted_in_chunks() {
    const BYTES: usize = 2_000_000;
    let folder = tempfile::tempdir().expect("a folder");
    let run = |line: &str| {
        let texts = file(folder.path(), "texts.txt", line);
        let done = run_watched(&["predict", "--model", text(&golden("tiny")), text(&texts)], 2000);
        assert_eq!(done.code, Some(0), "{}", done.output.chars().take(300).collect::<String>());
        done.peak
    };
    let base = run("Rain.\n");
    for sentence in ["Anna lives in Oslo. ", "東京と大阪に行きました", "aaaaaaaaaaaaaaaaaaaa"] {
        let line = sentence.repeat(BYTES / sentence.len());
        let bytes_per_byte = || (run(&line).saturating_sub(base) << 20) as f64 / BYTES as f64;
        // Eight bytes per byte of text, and a constant for each chunk. The allocator keeps more memory while other tests
        // use all cores, so one of three runs must fit.
        let limit = 8.0 + 60.0 * f64::from(1 << 20) / BYTES as f64;
        let measured: Vec<f64> = (0..3).map(|_| bytes_per_byte()).take_while(|each| *each >= limit).collect();
        assert!(measured.len() < 3, "{sentence}: {measured:?} bytes per byte");
    }
}

#[test]
fn chunk_size_does_not_change_predictions() {
    let folder = PretrainedModel::from_pretrained(&golden("tiny")).expect("the tiny model");
    let tagger = Tagger::new(&folder, &Device::Cpu).expect("a tagger");
    let text =
        "Zoë Okafor moved from Ghent to São Paulo, said Reuters. Müller-Lüdenscheidt 東京と大阪 played; U.S. rain!\n"
            .repeat(20);
    for (_, aggregation) in STRATEGIES {
        for stride in [None, Some(0), Some(40)] {
            let options = PredictOptions { aggregation, stride };
            let whole = predict(&tagger, &[&text], options).expect("entities").remove(0);
            assert!(whole.windows > 5 && !whole.entities.is_empty());
            for part in [40, 333, 1000, 1 << 20] {
                let mut entities: Vec<Entity> = Vec::new();
                let counted = predict_long(&tagger, &text, options, part, |e| {
                    entities.push(e);
                    Ok::<_, ModelError>(())
                })
                .expect("entities");
                assert_eq!((counted.n_subwords, counted.windows), (whole.n_subwords, whole.windows), "{part}");
                let places = |all: &[Entity]| all.iter().map(|e| (e.label.clone(), e.start, e.end)).collect::<Vec<_>>();
                assert_eq!(places(&entities), places(&whole.entities), "{part} {stride:?}");
                let near = entities.iter().zip(&whole.entities).all(|(a, b)| (a.score - b.score).abs() < 1e-5);
                assert!(near && entities.iter().all(|e| e.byte_end <= text.len()));
            }
        }
    }
}

#[test]
fn sentences_without_subwords_have_no_scores() {
    let folder = PretrainedModel::from_pretrained(&golden("tiny")).expect("the tiny model");
    let (bert, tags) = folder.token_classifier().expect("a head");
    let none: (&[u32], &[i32]) = (&[], &[]);
    let some: (&[u32], &[i32]) = (&[2, 7, 3], &[]);
    for bert in [bert.clone(), bert.with_kernels(&Plain::REFERENCE)] {
        let rows = |sentences: &[(&[u32], &[i32])]| {
            let logits = bert.logits(&PackedBatch::new(sentences.iter().copied())).expect("scores");
            assert_eq!(logits.dims()[1], tags.len());
            logits.to_vec2::<f32>().expect("scores")
        };
        assert!(rows(&[]).is_empty() && rows(&[none]).is_empty());
        assert_eq!(rows(&[none, some, none]), rows(&[some]));
    }
}
