//! Messages of an Arrow stream: a schema, then record batches, each with a length prefix. An Arrow file is a stream
//! between two magic numbers.
//!
//! Every length is compared with the available bytes before memory is allocated. The readers of the arrow crate
//! allocate the declared sizes.

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

/// Magic number before the stream in a file, with its padding.
const FILE: &[u8] = b"ARROW1\0\0";
/// Continuation marker before every message since Arrow 0.15.
const CONTINUES: [u8; 4] = [0xff; 4];
/// Maximum size of a message description, in bytes. Longer schemas are implausible.
const MOST_METADATA: usize = 4 << 20;

/// Arrow data: its bytes, its schema and the positions of its batches.
pub(super) struct Messages {
    bytes: Buffer,
    pub schema: SchemaRef,
    /// True if the end marker exists. Without it, batches can be missing.
    pub has_end: bool,
    /// Byte ranges of the description and the body of every batch.
    batches: Vec<(Range<usize>, Range<usize>)>,
}

fn damaged(what: impl std::fmt::Display) -> Problem {
    Problem::at(0, 0, format!("damaged Arrow file: {what}"))
}

/// True if bytes begin like an Arrow file, or a stream with a schema.
pub(super) fn is_arrow(bytes: &[u8]) -> bool {
    let stream = bytes.strip_prefix(FILE).unwrap_or(bytes);
    let length = stream.get(4..8).and_then(|b| Some(u32::from_le_bytes(b.try_into().ok()?)));
    stream.starts_with(&CONTINUES) && length.is_some_and(|n| n > 0 && (n as usize) < bytes.len())
}

/// Next frame of a stream.
enum Frame {
    /// Message: the range of its description. The body follows it.
    Message(Range<usize>),
    /// End marker.
    End,
    /// End of the bytes.
    Nothing,
}

fn frame(bytes: &[u8], at: usize) -> Result<Frame, Problem> {
    let word = |at: usize| bytes.get(at..at + 4).map(|b| [b[0], b[1], b[2], b[3]]);
    let Some(first) = word(at) else {
        return if at == bytes.len() { Ok(Frame::Nothing) } else { Err(damaged("unexpected end of file")) };
    };
    let (length, start) = match first == CONTINUES {
        true => (word(at + 4).ok_or_else(|| damaged("unexpected end of file"))?, at + 8),
        false => (first, at + 4),
    };
    let length = u32::from_le_bytes(length) as usize;
    if length == 0 {
        return Ok(Frame::End);
    }
    let end =
        start.checked_add(length).filter(|end| *end <= bytes.len()).ok_or_else(|| damaged("unexpected end of file"))?;
    Ok(Frame::Message(start..end))
}

/// Parses the message in these bytes. Its tables can refer to each other, so a few bytes can represent many tables.
/// Each reference is counted.
fn message(bytes: &[u8]) -> Result<Message<'_>, Problem> {
    /// Minimum size of a table in bytes, and maximum number of tables.
    const TABLE: usize = 8;
    const MOST_TABLES: usize = 100_000;
    if bytes.len() > MOST_METADATA {
        let most = MOST_METADATA >> 20;
        return Err(Problem::at(0, 0, format!("Arrow metadata exceeds {most} MiB")));
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
            at = body + length.ok_or_else(|| damaged("unexpected end of file"))?;
            match message.header_type() {
                MessageHeader::Schema if schema.is_none() => {
                    let found = message.header_as_schema().map(|s| guarded(|| try_fb_to_schema(s))).transpose()?;
                    schema = found.map(Arc::new);
                }
                MessageHeader::RecordBatch => batches.push((description, body..at)),
                _ => {}
            }
        };
        let schema = schema.ok_or_else(|| damaged("no schema"))?;
        Ok(Self { schema, has_end, batches, bytes: buffer })
    }

    pub fn len(&self) -> usize {
        self.batches.len()
    }

    /// Returns these columns of a batch. `columns` must be sorted.
    pub fn batch(&self, number: usize, columns: &[usize]) -> Result<RecordBatch, Problem> {
        let (description, body) = &self.batches[number];
        let message = message(&self.bytes.as_slice()[description.clone()])?;
        let batch = message.header_as_record_batch().ok_or_else(|| damaged("invalid record batch"))?;
        if batch.compression().is_some() {
            let advice = "rewrite it without compression or as Parquet";
            return Err(Problem::at(0, 0, format!("compressed Arrow files are not supported; {advice}")));
        }
        let body = self.bytes.slice_with_length(body.start, body.len());
        let none = HashMap::new();
        let schema = Arc::clone(&self.schema);
        guarded(|| read_record_batch(&body, batch, schema, &none, Some(columns), &MetadataVersion::V5))
    }
}

/// Catches a panic of the arrow crate, which does not validate all values of a damaged file. `work` must not share
/// state.
fn guarded<T>(work: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, Problem> {
    match guard::guarded(work) {
        Some(done) => done.map_err(damaged),
        None => Err(damaged("inconsistent lengths or offsets")),
    }
}
