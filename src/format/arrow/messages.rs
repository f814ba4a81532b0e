//! The messages of an Arrow stream: a schema, then batches of rows, each with its length before it. A file is a stream
//! between two marks.
//!
//! Every length is compared with the bytes that are there before anything of it is held: the crate's own readers
//! reserve what a file claims.

use crate::format::{Problem, guard};
use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::read_record_batch;
use arrow_ipc::{Message, MessageHeader, MetadataVersion, root_as_message_with_opts};
use arrow_schema::{ArrowError, SchemaRef};
use flatbuffers::VerifierOptions;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// The mark before a stream in a file, with the space behind it.
const FILE: &[u8] = b"ARROW1\0\0";
/// The mark before every message since Arrow 0.15.
const CONTINUES: [u8; 4] = [0xff; 4];
/// A longer schema describes no data set that people make.
const MOST_METADATA: usize = 4 << 20;

/// A file, its schema and the places of its batches.
pub(super) struct Messages {
    bytes: Buffer,
    pub schema: SchemaRef,
    /// The mark of the end is there; without it, batches may be missing.
    pub has_end: bool,
    /// The description and the body of every batch.
    batches: Vec<(Range<usize>, Range<usize>)>,
}

fn damaged(what: impl std::fmt::Display) -> Problem {
    Problem::at(0, 0, format!("the Arrow file is damaged ({what})"))
}

/// True for bytes that begin as a file or a stream with a schema.
pub(super) fn is_arrow(bytes: &[u8]) -> bool {
    let stream = bytes.strip_prefix(FILE).unwrap_or(bytes);
    let length = stream.get(4..8).and_then(|b| Some(u32::from_le_bytes(b.try_into().ok()?)));
    stream.starts_with(&CONTINUES) && length.is_some_and(|n| n > 0 && (n as usize) < bytes.len())
}

/// The next part of a stream.
enum Frame {
    /// A message: its description, behind which its body begins.
    Message(Range<usize>),
    /// The mark of the end.
    End,
    /// No more bytes.
    Nothing,
}

fn frame(bytes: &[u8], at: usize) -> Result<Frame, Problem> {
    let word = |at: usize| bytes.get(at..at + 4).map(|b| [b[0], b[1], b[2], b[3]]);
    let Some(first) = word(at) else {
        return if at == bytes.len() { Ok(Frame::Nothing) } else { Err(damaged("it is cut")) };
    };
    let (length, start) = match first == CONTINUES {
        true => (word(at + 4).ok_or_else(|| damaged("it is cut"))?, at + 8),
        false => (first, at + 4),
    };
    let length = u32::from_le_bytes(length) as usize;
    if length == 0 {
        return Ok(Frame::End);
    }
    let end = start.checked_add(length).filter(|end| *end <= bytes.len()).ok_or_else(|| damaged("it is cut"))?;
    Ok(Frame::Message(start..end))
}

/// The message that is described by these bytes. Its tables may refer to each other, so that few bytes stand for many;
/// they are counted as often as they are referred to.
fn message(bytes: &[u8]) -> Result<Message<'_>, Problem> {
    /// Bytes of the smallest table, and the most tables that are followed.
    const TABLE: usize = 8;
    const MOST_TABLES: usize = 100_000;
    if bytes.len() > MOST_METADATA {
        let most = MOST_METADATA >> 20;
        return Err(Problem::at(0, 0, format!("the description of its columns has more than {most} MiB")));
    }
    let options = VerifierOptions {
        max_tables: (bytes.len() / TABLE + 64).min(MOST_TABLES),
        max_apparent_size: 4 * bytes.len() + 4096,
        ..VerifierOptions::default()
    };
    root_as_message_with_opts(&options, bytes).map_err(damaged)
}

impl Messages {
    /// Finds the messages of a file.
    pub fn of(bytes: &[u8]) -> Result<Self, Problem> {
        let buffer = Buffer::from(bytes);
        let bytes = buffer.as_slice();
        let mut at = if bytes.starts_with(FILE) { FILE.len() } else { 0 };
        let (mut schema, mut batches) = (None, Vec::new());
        let has_end = loop {
            let description = match frame(bytes, at)? {
                Frame::Message(description) => description,
                Frame::End => break true,
                Frame::Nothing => break false,
            };
            let body = description.end;
            let message = message(&bytes[description.clone()])?;
            let length = usize::try_from(message.bodyLength()).ok().filter(|n| *n <= bytes.len() - body);
            at = body + length.ok_or_else(|| damaged("it is cut"))?;
            match message.header_type() {
                MessageHeader::Schema if schema.is_none() => {
                    let found = message.header_as_schema().map(|s| guarded(|| try_fb_to_schema(s))).transpose()?;
                    schema = found.map(Arc::new);
                }
                MessageHeader::RecordBatch => batches.push((description, body..at)),
                _ => {}
            }
        };
        let schema = schema.ok_or_else(|| damaged("it has no schema"))?;
        Ok(Self { schema, has_end, batches, bytes: buffer })
    }

    pub fn len(&self) -> usize {
        self.batches.len()
    }

    /// These columns of a batch, which must be sorted.
    pub fn batch(&self, number: usize, columns: &[usize]) -> Result<RecordBatch, Problem> {
        let (description, body) = &self.batches[number];
        let message = message(&self.bytes.as_slice()[description.clone()])?;
        let batch = message.header_as_record_batch().ok_or_else(|| damaged("a batch is none"))?;
        if batch.compression().is_some() {
            let advice = "write it anew without compression, or as Parquet";
            return Err(Problem::at(0, 0, format!("the Arrow file is compressed, which is not read; {advice}")));
        }
        let body = self.bytes.slice_with_length(body.start, body.len());
        let none = HashMap::new();
        let schema = Arc::clone(&self.schema);
        guarded(|| read_record_batch(&body, batch, schema, &none, Some(columns), &MetadataVersion::V5))
    }
}

/// The crate trusts a damaged file in places, and panics; nothing is shared with it.
fn guarded<T>(work: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, Problem> {
    match guard::guarded(work) {
        Some(done) => done.map_err(damaged),
        None => Err(damaged("its numbers do not fit")),
    }
}
