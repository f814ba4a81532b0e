//! Metrics for other programs: `metrics.jsonl`, or TensorBoard event files.
//!
//! A resumed run rewrites its file from the history of the checkpoint, so each step occurs once.

use super::arguments::ReportTo;
use super::error::TrainError;
use crate::disk;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Writer of a metrics file.
pub(super) struct MetricsWriter {
    kind: ReportTo,
    path: PathBuf,
}

impl MetricsWriter {
    /// Creates the file of a run with the events of `history`. Returns `None` for [`ReportTo::None`].
    pub(super) fn create(kind: ReportTo, out: &Path, history: &[Value]) -> Result<Option<Self>, TrainError> {
        let path = match kind {
            ReportTo::None => return Ok(None),
            ReportTo::Jsonl => out.join("metrics.jsonl"),
            // Directory of the Trainer, and the part of the file name that TensorBoard recognizes.
            ReportTo::Tensorboard => out.join("runs").join("events.out.tfevents.0.tagwright"),
        };
        if let Some(folder) = path.parent() {
            disk::create_dir_all(folder)?;
        }
        let report = Self { kind, path };
        let mut bytes = if kind == ReportTo::Tensorboard { tensorboard::header(now()) } else { Vec::new() };
        history.iter().for_each(|event| bytes.extend(report.bytes(event)));
        disk::write(&report.path, &bytes)?;
        Ok(Some(report))
    }

    /// Appends an event in the format of the file. A write error is logged and ignored: metrics are not essential.
    pub(super) fn write_event(&self, event: &Value) {
        if let Err(e) = disk::append(&self.path, &self.bytes(event)) {
            log::warn!("failed to write metrics: {e}");
        }
    }

    fn bytes(&self, event: &Value) -> Vec<u8> {
        match self.kind {
            ReportTo::None => Vec::new(),
            ReportTo::Jsonl => format!("{event}\n").into_bytes(),
            ReportTo::Tensorboard => tensorboard::record(event, now()),
        }
    }
}

/// Returns the current Unix timestamp in seconds.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64())
}

/// TensorBoard event files: records of `Event` messages of TensorFlow (tensorflow/core/util/event.proto).
mod tensorboard {
    use crate::eval::token_metrics::token_metrics;
    use serde_json::Value;

    /// Returns the first record of a file.
    pub(super) fn header(now: f64) -> Vec<u8> {
        let mut event = wall_time(now);
        bytes(&mut event, 3, b"brain.Event:2");
        framed(&event)
    }

    /// Returns a record with the values of a step or an evaluation, under the names of the Trainer if it has
    /// them. Empty for other events.
    pub(super) fn record(event: &Value, now: f64) -> Vec<u8> {
        let (group, names): (&str, Vec<&str>) = match event.get("event").and_then(Value::as_str) {
            Some("step") => ("train", vec!["loss", "learning_rate", "grad_norm", "epoch", "pieces_per_second"]),
            Some("evaluated") => ("eval", token_metrics().map(|metric| metric.id).collect()),
            _ => return Vec::new(),
        };
        let mut summary = Vec::new();
        for name in names {
            if let Some(value) = event.get(name).and_then(Value::as_f64) {
                let mut scalar = Vec::new();
                bytes(&mut scalar, 1, format!("{group}/{name}").as_bytes());
                key(&mut scalar, 2, 5);
                scalar.extend((value as f32).to_le_bytes());
                bytes(&mut summary, 1, &scalar);
            }
        }
        let mut message = wall_time(now);
        key(&mut message, 2, 0);
        varint(&mut message, event.get("step").and_then(Value::as_u64).unwrap_or(0));
        bytes(&mut message, 5, &summary);
        framed(&message)
    }

    fn wall_time(now: f64) -> Vec<u8> {
        let mut message = Vec::new();
        key(&mut message, 1, 1);
        message.extend(now.to_le_bytes());
        message
    }

    /// Encodes a record: length and bytes, each followed by a checksum.
    fn framed(message: &[u8]) -> Vec<u8> {
        let length = (message.len() as u64).to_le_bytes();
        let mut out = length.to_vec();
        out.extend(masked(&length).to_le_bytes());
        out.extend(message);
        out.extend(masked(message).to_le_bytes());
        out
    }

    fn masked(data: &[u8]) -> u32 {
        crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
    }

    /// Computes CRC-32C (Castagnoli) bit by bit, which is fast enough for records of about 100 bytes.
    fn crc32c(data: &[u8]) -> u32 {
        let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 };
        !data.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
    }

    fn key(to: &mut Vec<u8>, field: u64, kind: u64) {
        varint(to, field << 3 | kind);
    }

    fn varint(to: &mut Vec<u8>, mut value: u64) {
        while value >= 0x80 {
            to.push(value as u8 | 0x80);
            value >>= 7;
        }
        to.push(value as u8);
    }

    fn bytes(to: &mut Vec<u8>, field: u64, value: &[u8]) {
        key(to, field, 2);
        varint(to, value.len() as u64);
        to.extend(value);
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn checksum_is_crc32c() {
            // RFC 3720, appendix B.4.
            assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
            assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        }
    }
}
