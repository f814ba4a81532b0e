//! Tokenized data of a run, as it was when the run began.
//!
//! It is stored once in `plan.safetensors` next to the checkpoints. A resumed run therefore uses its original data,
//! even if the dataset has changed. All arrays contain 32-bit integers.

use super::arguments::TrainingArguments;
use super::checkpoint::TrainerState;
use super::checkpoint_dirs::{RUN_DATA_FILE, RUN_DATA_KEY};
use super::error::TrainError;
use super::job::CorpusData;
use super::train_set::EncodedTrainSet;
use crate::corpus::SentenceId;
use crate::corpus::holdout::Holdout;
use crate::disk;
use crate::model::align::AlignmentOptions;
use crate::model::{ModelError, PretrainedModel, SubwordEncoding, TagSet};
use crate::predict::evaluate::{Gold, GoldSentence};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, View};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Version of the format that this program writes and reads.
const VERSION: u32 = 1;
/// Special values of a token index: a special token, and a subword without a token.
const SPECIAL: i32 = -1;
const NO_WORD: i32 = -2;

/// Tokenized data for training and evaluation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunData {
    /// Name of the dataset.
    pub corpus: String,
    /// Held-out part of train, if the dataset has no dev split.
    pub held_out: Option<HeldOut>,
    /// Training data.
    pub train_set: EncodedTrainSet,
    /// Dev data, which determines the best epoch.
    pub dev: Gold,
    /// Test data, evaluated at the end.
    pub test: Gold,
}

/// Number of held-out documents or sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldOut {
    /// Number of held-out items.
    pub held: usize,
    /// Number of all items.
    pub of: usize,
    /// True if the items are documents, false if they are sentences.
    pub by_document: bool,
}

/// Metadata of the file.
#[derive(Serialize, Deserialize)]
struct Metadata {
    version: u32,
    corpus: String,
    held_out: Option<HeldOut>,
    /// All tags of the dataset.
    tags: Vec<String>,
    empty_words: usize,
    cut_words: usize,
    cut_sentences: usize,
    dev_empty_words: usize,
    test_empty_words: usize,
}

impl RunData {
    /// Tokenizes sentences for a network with these tags.
    ///
    /// # Errors
    /// Returns an error if the tokenizer fails.
    pub(super) fn of(
        data: &CorpusData,
        base: &PretrainedModel,
        arguments: &TrainingArguments,
        tags: &TagSet,
    ) -> Result<Self, TrainError> {
        let CorpusData { corpus, holdout, test } = data;
        let max_length = arguments.max_length.min(base.config.max_position_embeddings);
        let options = AlignmentOptions { label_all_subwords: arguments.label_all_subwords, max_length };
        let gold = |sentences: &[SentenceId]| -> Result<Gold, ModelError> {
            let mut gold = Gold::new(&base.tokenizer, corpus, sentences, options.label_all_subwords)?;
            for sentence in &mut gold.sentences {
                // Evaluation does not use tokens and offsets.
                (sentence.encoding.tokens, sentence.encoding.offsets) = (Vec::new(), Vec::new());
            }
            Ok(gold)
        };
        Ok(Self {
            corpus: corpus.name.clone(),
            held_out: held_out(holdout),
            train_set: EncodedTrainSet::new(corpus, &holdout.train, &base.tokenizer, tags, options)?,
            dev: gold(&holdout.dev)?,
            test: gold(test)?,
        })
    }

    /// Reads the stored data of a run. Returns `None` if the file is missing, invalid or belongs to another run.
    pub(super) fn kept(out: &Path, state: &TrainerState) -> Option<Self> {
        let kept = Self::from_bytes(&disk::read(&out.join(RUN_DATA_FILE)).ok()?)?;
        let [train, dev, test] = kept.fingerprints();
        let is_its_own = train == state.data && state.dev == Some(dev) && state.test == Some(test);
        is_its_own.then_some(kept)
    }

    /// Writes the data into the directory of the run.
    ///
    /// # Errors
    /// Returns an error if writing fails.
    pub(super) fn keep(&self, out: &Path) -> Result<(), TrainError> {
        Ok(disk::write(&out.join(RUN_DATA_FILE), &self.to_bytes()?)?)
    }

    /// Returns the fingerprints of train, dev and test. They differ for different sentences or labels.
    pub fn fingerprints(&self) -> [String; 3] {
        [self.train_set.fingerprint(), fingerprint(&self.dev), fingerprint(&self.test)]
    }

    /// Returns the splits with different data, for example "train and dev", or `None` if all are equal.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        let names = ["train", "dev", "test"].into_iter();
        let apart = names.zip(self.fingerprints().into_iter().zip(other.fingerprints()));
        let differing: Vec<&str> = apart.filter(|(_, (a, b))| a != b).map(|(name, _)| name).collect();
        (!differing.is_empty()).then(|| differing.join(" and "))
    }

    /// Returns the content of the file.
    ///
    /// # Errors
    /// Returns an error if an array is too large for the format.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TrainError> {
        let unsupported = |e: String| ModelError::Unsupported(format!("failed to serialize the data of the run: {e}"));
        let facts = Metadata {
            version: VERSION,
            corpus: self.corpus.clone(),
            held_out: self.held_out,
            tags: self.dev.tags.names.clone(),
            empty_words: self.train_set.n_tokens_without_subwords,
            cut_words: self.train_set.n_truncated_tokens,
            cut_sentences: self.train_set.n_truncated_sentences,
            dev_empty_words: self.dev.n_tokens_without_subwords,
            test_empty_words: self.test.n_tokens_without_subwords,
        };
        let facts = serde_json::to_string(&facts).map_err(|e| unsupported(e.to_string()))?;
        let train = self.train_set.sentences();
        let mut arrays = vec![
            numbers("train.lengths", train.iter().map(|(ids, _)| ids.len() as i32)),
            numbers("train.ids", train.iter().flat_map(|(ids, _)| ids).map(|id| *id as i32)),
            numbers("train.labels", train.iter().flat_map(|(_, labels)| labels).copied()),
        ];
        for (name, gold) in [("dev", &self.dev), ("test", &self.test)] {
            let all = &gold.sentences;
            let named = |part: &str| format!("{name}.{part}");
            let subwords = || all.iter().map(|s| &s.encoding);
            let word = |(word, special): (&Option<u32>, &bool)| match word {
                Some(word) => *word as i32,
                None if *special => SPECIAL,
                None => NO_WORD,
            };
            arrays.extend([
                numbers(&named("lengths"), subwords().map(|p| p.len() as i32)),
                numbers(&named("ids"), subwords().flat_map(|p| &p.ids).map(|id| *id as i32)),
                numbers(
                    &named("words"),
                    subwords().flat_map(|p| p.word_ids.iter().zip(&p.special_tokens_mask)).map(word),
                ),
                numbers(&named("labels"), all.iter().flat_map(|s| &s.subword_tags).copied()),
                numbers(&named("word_counts"), all.iter().map(|s| s.token_tags.len() as i32)),
                numbers(&named("tags"), all.iter().flat_map(|s| &s.token_tags).map(|tag| *tag as i32)),
                numbers(&named("units"), gold.units.iter().map(|unit| *unit as i32)),
            ]);
        }
        let metadata = HashMap::from([(RUN_DATA_KEY.to_owned(), facts)]);
        Ok(safetensors::serialize(arrays, Some(metadata)).map_err(|e| unsupported(e.to_string()))?)
    }

    /// Parses data written by [`RunData::to_bytes`]. Returns `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (_, header) = SafeTensors::read_metadata(bytes).ok()?;
        let facts: Metadata = serde_json::from_str(header.metadata().as_ref()?.get(RUN_DATA_KEY)?).ok()?;
        if facts.version != VERSION {
            return None;
        }
        let arrays = ArrayFile(SafeTensors::deserialize(bytes).ok()?);
        let lengths = arrays.get("train.lengths")?;
        let ids = parts(&arrays.get("train.ids")?, &lengths)?;
        let labels = parts(&arrays.get("train.labels")?, &lengths)?;
        let mut plan = EncodedTrainSet::of(ids.into_iter().map(unsigned).zip(labels).collect());
        (plan.n_tokens_without_subwords, plan.n_truncated_tokens, plan.n_truncated_sentences) =
            (facts.empty_words, facts.cut_words, facts.cut_sentences);
        let tags = TagSet { names: facts.tags };
        let dev = arrays.gold("dev", &tags, facts.dev_empty_words)?;
        let test = arrays.gold("test", &tags, facts.test_empty_words)?;
        Some(Self { corpus: facts.corpus, held_out: facts.held_out, train_set: plan, dev, test })
    }
}

/// Returns the number of held-out items and whether they are documents.
fn held_out(holdout: &Holdout) -> Option<HeldOut> {
    let (held, of) = holdout.n_held_out?;
    let documents: HashSet<u32> = holdout.dev.iter().map(|s| s.document).collect();
    let by_document = holdout.train.iter().all(|s| !documents.contains(&s.document));
    Some(HeldOut { held, of, by_document })
}

/// Returns a hash of sentences, labels and subwords. It does not depend on the order of the labels.
fn fingerprint(gold: &Gold) -> String {
    let mut hash = Sha256::new();
    let tag_name = |tag: usize| gold.tags.names.get(tag).map_or("", String::as_str);
    for s in &gold.sentences {
        [s.encoding.len(), s.token_tags.len()].into_iter().for_each(|n| hash.update((n as u64).to_le_bytes()));
        s.encoding.ids.iter().for_each(|id| hash.update(id.to_le_bytes()));
        s.encoding.word_ids.iter().for_each(|word| hash.update(word.unwrap_or(u32::MAX).to_le_bytes()));
        let of_subwords = s.subword_tags.iter().map(|tag| usize::try_from(*tag).unwrap_or(usize::MAX));
        for tag in of_subwords.chain(s.token_tags.iter().copied()) {
            hash.update(tag_name(tag).as_bytes());
            hash.update([0]);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Creates a named array of integers.
fn numbers(name: &str, values: impl Iterator<Item = i32>) -> (String, I32Array) {
    let bytes: Vec<u8> = values.flat_map(i32::to_le_bytes).collect();
    (name.to_owned(), I32Array { shape: [bytes.len() / size_of::<i32>()], bytes })
}

struct I32Array {
    shape: [usize; 1],
    bytes: Vec<u8>,
}

impl View for I32Array {
    fn dtype(&self) -> Dtype {
        Dtype::I32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// Arrays of a file.
struct ArrayFile<'a>(SafeTensors<'a>);

impl ArrayFile<'_> {
    fn get(&self, name: &str) -> Option<Vec<i32>> {
        let array = self.0.tensor(name).ok().filter(|a| a.dtype() == Dtype::I32)?;
        let (values, _) = array.data().as_chunks::<4>();
        Some(values.iter().map(|bytes| i32::from_le_bytes(*bytes)).collect())
    }

    fn gold(&self, split: &str, tags: &TagSet, empty_words: usize) -> Option<Gold> {
        let get = |part: &str| self.get(&format!("{split}.{part}"));
        let lengths = get("lengths")?;
        let of_subwords = |part: &str| parts(&get(part)?, &lengths);
        let (ids, words, labels) = (of_subwords("ids")?, of_subwords("words")?, of_subwords("labels")?);
        let word_tags = parts(&get("tags")?, &get("word_counts")?).filter(|all| all.len() == ids.len())?;
        let sentences = ids.into_iter().zip(words).zip(labels).zip(word_tags).map(|(((ids, words), labels), tags)| {
            let subwords = SubwordEncoding {
                ids: unsigned(ids),
                special_tokens_mask: words.iter().map(|word| *word == SPECIAL).collect(),
                word_ids: words.into_iter().map(|word| u32::try_from(word).ok()).collect(),
                ..SubwordEncoding::default()
            };
            GoldSentence {
                encoding: subwords,
                subword_tags: labels,
                token_tags: tags.into_iter().map(|tag| tag as usize).collect(),
            }
        });
        let units = get("units").unwrap_or_default().into_iter().map(|unit| unit as usize).collect();
        Some(Gold { tags: tags.clone(), sentences: sentences.collect(), units, n_tokens_without_subwords: empty_words })
    }
}

/// Splits an array into slices of these lengths. Returns `None` if their sum is not the length of the array.
fn parts(values: &[i32], lengths: &[i32]) -> Option<Vec<Vec<i32>>> {
    let mut rest = values;
    let mut all = Vec::with_capacity(lengths.len());
    for length in lengths {
        let (part, after) = rest.split_at_checked(usize::try_from(*length).ok()?)?;
        all.push(part.to_vec());
        rest = after;
    }
    rest.is_empty().then_some(all)
}

fn unsigned(values: Vec<i32>) -> Vec<u32> {
    values.into_iter().map(|v| v as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> RunData {
        let sentence = GoldSentence {
            encoding: SubwordEncoding {
                ids: vec![101, 7, 8, 102],
                word_ids: vec![None, Some(0), Some(2), None],
                special_tokens_mask: vec![true, false, false, true],
                ..SubwordEncoding::default()
            },
            subword_tags: vec![-100, 1, 0, -100],
            token_tags: vec![1, 0, 0],
        };
        let tags = TagSet::from_labels(&["PER", "a \"label\""]);
        let gold = |sentences: Vec<GoldSentence>| {
            let units = (0..sentences.len()).collect();
            Gold { tags: tags.clone(), sentences, units, n_tokens_without_subwords: 1 }
        };
        let mut plan = EncodedTrainSet::of(vec![(vec![101, 9, 102], vec![-100, 2, -100]), (vec![], vec![])]);
        plan.n_truncated_tokens = 3;
        RunData {
            corpus: "news".into(),
            held_out: Some(HeldOut { held: 2, of: 24, by_document: true }),
            train_set: plan,
            dev: gold(vec![sentence.clone(), GoldSentence::default(), sentence]),
            test: gold(Vec::new()),
        }
    }

    #[test]
    fn run_data_roundtrips_through_file() {
        let data = data();
        let bytes = data.to_bytes().expect("bytes");
        assert_eq!(RunData::from_bytes(&bytes), Some(data.clone()));
        assert_eq!(RunData::from_bytes(&bytes[..bytes.len() - 4]), None);
        assert_eq!(RunData::from_bytes(b""), None);
    }

    #[test]
    fn difference_names_changed_splits() {
        let check = |change: &dyn Fn(&mut RunData), expected: Option<&str>| {
            let mut other = data();
            change(&mut other);
            assert_eq!(data().difference(&other).as_deref(), expected);
        };
        check(&|d| d.corpus.push('x'), None);
        check(&|d| d.train_set = EncodedTrainSet::of(vec![(vec![1], vec![0])]), Some("train"));
        check(&|d| d.dev.sentences[0].token_tags[0] = 0, Some("dev"));
        check(&|d| d.test.sentences.push(GoldSentence::default()), Some("test"));
        check(&|d| d.dev.tags = TagSet::from_labels(&["LOC", "a \"label\""]), Some("dev"));
    }
}
