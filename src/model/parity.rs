//! Parity check: compares logits with candle-transformers on three test sentences.

use super::batch::PackedBatch;
use super::pretrained::PretrainedModel;
use super::{Device, ModelError, Tensor};
use candle_core::DType;
use candle_nn::VarBuilder;
use candle_transformers::models::bert as reference;

/// Sentences of several lengths, with a name, an accent and digits.
pub const TEST_SENTENCES: [&str; 3] =
    ["My name is Maarten.", "Zoë Okafor moved the archive from Ghent to Lisbon in 1998, one box at a time.", "Rain."];

/// Maximum difference without a warning. Differences from the order of f32 sums are far smaller.
pub const TOLERANCE: f32 = 1e-3;

/// Returns the largest absolute difference of any logit. A model without a head gets a new head for the comparison.
///
/// # Errors
/// Returns an error if one of the two implementations cannot run the model.
pub fn max_logit_difference(folder: &PretrainedModel) -> Result<f32, ModelError> {
    let tensors = folder.tensors().clone();
    let builder = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    let config: reference::Config = serde_json::from_value(serde_json::Value::Object(folder.config.fields.clone()))
        .map_err(|e| ModelError::Unsupported(format!("candle-transformers failed to parse config.json: {e}")))?;
    let theirs = reference::BertModel::load(builder.pp("bert"), &config)?;
    let labels = folder.tags.as_ref().map(super::TagSet::labels).unwrap_or_default();
    let (ours, tags) = match &folder.tags {
        Some(_) => folder.token_classifier()?,
        None => {
            let (bert, tags, _) = folder.with_labels(&labels, true, 0)?;
            (bert, tags)
        }
    };
    let head: Vec<Tensor> = ours.parameters().iter().rev().take(2).map(|p| p.value.clone()).collect();
    let mut largest = 0f32;
    for sentence in TEST_SENTENCES {
        let subwords = folder.tokenizer.encode_text(sentence)?;
        let ids = Tensor::new(subwords.ids.as_slice(), &Device::Cpu)?.unsqueeze(0)?;
        let hidden = theirs.forward(&ids, &ids.zeros_like()?, None)?.squeeze(0)?;
        let expected = hidden.matmul(&head[1].t()?)?.broadcast_add(&head[0])?;
        let found = ours.logits(&PackedBatch::new([(subwords.ids.as_slice(), [].as_slice())]))?;
        let differences = (expected - found)?.abs()?.flatten_all()?.to_vec1::<f32>()?;
        debug_assert_eq!(differences.len(), subwords.len() * tags.len());
        largest = differences.into_iter().fold(largest, f32::max);
    }
    Ok(largest)
}
