//! Mail messages (RFC 5322, MIME): subject, addresses and date, then the text. Attachments are only reported.

use super::flow::Flow;
use super::html;
use super::left_out::SkippedContent;
use crate::corpus::Corpus;
use crate::format::guard::guarded;
use crate::format::note::NoteKind;
use crate::format::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput};
use mail_parser::{Address, HeaderName, Message, MessageParser, MessagePart, MimeHeaders, PartType};

/// Mail message.
pub const EML: Format = Format {
    name: "eml",
    description: "Email message: text, one document per file",
    extensions: &["eml"],
    detect: |g| {
        let by_content = Detection::when(has_headers(g.bytes), Detection::STRUCTURE, "starts with message headers");
        let by_name = || g.has_extension(EML.extensions);
        by_content.or_else(|| Detection::when(by_name(), Detection::EXTENSION, "message file extension"))
    },
    is_json: false,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

/// True if a file begins with headers, three of which only occur in messages.
fn has_headers(bytes: &[u8]) -> bool {
    /// Maximum number of bytes to inspect.
    const HEAD: usize = 16 << 10;
    const NAMES: [&str; 12] = [
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "mime-version",
        "received",
        "return-path",
        "delivered-to",
        "content-type",
        "reply-to",
    ];
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]);
    let mut known = Vec::new();
    for (number, line) in head.trim_start_matches('\u{feff}').lines().enumerate() {
        if line.trim().is_empty() {
            break;
        }
        let is_mark = number == 0 && line.starts_with("From ");
        if is_mark || (number > 0 && line.starts_with([' ', '\t'])) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { return false };
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic()) {
            return false;
        }
        known.extend(NAMES.iter().position(|n| n.eq_ignore_ascii_case(name)));
    }
    known.sort_unstable();
    known.dedup();
    known.len() >= 3
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let bytes = without_mark(source.bytes)?;
    check_size(bytes, source)?;
    let no_message = || Problem::at(0, 0, "no message in the file; save the message as .eml again");
    let message = guarded(|| MessageParser::default().parse(bytes)).flatten().ok_or_else(no_message)?;
    if message.parts.first().is_none_or(|p| p.headers.is_empty()) {
        return Err(no_message());
    }
    let mut found = ReadReport::new(EML);
    let mut left_out = SkippedContent::default();
    let mut flow = Flow::new(source.budget.file());
    let subject = message.subject().unwrap_or_default().trim();
    flow.words(subject);
    flow.paragraph();
    for (name, value) in people(&message) {
        flow.line();
        flow.text(&format!("{name}: "));
        flow.words(&value);
    }
    for part in message.text_body.iter().filter_map(|id| message.part(*id)) {
        flow.paragraph();
        add_body(part, &mut flow, &mut found, &mut left_out)?;
    }
    for part in message.attachments() {
        // This text is the other alternative of the message.
        let is_alternative =
            matches!(part.body, PartType::Html(_)) && !part.content_disposition().is_some_and(|d| d.is_attachment());
        if !(is_alternative && part.attachment_name().is_none()) {
            left_out.add_attachment(&name_of(part));
        }
    }
    super::add(source, corpus, found, subject, flow, &left_out)
}

/// Returns the message without the separator line of a mailbox.
///
/// # Errors
/// Returns an error if the mailbox has more than one message.
fn without_mark(bytes: &[u8]) -> Result<&[u8], Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if !bytes.starts_with(b"From ") {
        return Ok(bytes);
    }
    let after = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| at + 1);
    let message = &bytes[after..];
    let borders: [&[u8]; 2] = [b"\n\nFrom ", b"\n\r\nFrom "];
    let is_next = |at: usize, length: usize| has_headers(&message[at + length - b"From ".len()..]);
    for border in borders {
        let mut places = message.windows(border.len()).enumerate().filter(|(_, w)| *w == border);
        if places.any(|(at, _)| is_next(at, border.len())) {
            let reason = "the file is a mailbox with several messages; export each as a file (.eml)";
            return Err(Problem::at(0, 0, reason));
        }
    }
    Ok(message)
}

/// Limits the resources of the parser: memory per header, time per part, and stack for nested messages.
fn check_size(bytes: &[u8], source: &SourceInput) -> Result<(), Problem> {
    /// Memory of a header in bytes.
    const A_LINE: u64 = 256;
    /// Maximum number of bytes that the parser scans for part borders.
    const LOOKED_AT: u64 = 50_000_000_000;
    /// Maximum number of nested messages.
    const NESTED: usize = 1000;
    let lines = bytes.split(|b| *b == b'\n').count() as u64;
    source.budget.check_memory(lines * A_LINE + 4 * bytes.len() as u64)?;
    let borders = bytes.windows(3).filter(|w| *w == b"\n--").count() as u64;
    let is_nested = |w: &&[u8]| {
        w.eq_ignore_ascii_case(b"rfc822") || w.eq_ignore_ascii_case(b"global") || w.eq_ignore_ascii_case(b"digest")
    };
    if borders.saturating_mul(bytes.len() as u64) > LOOKED_AT || bytes.windows(6).filter(is_nested).count() > NESTED {
        return Err(Problem::at(0, 0, "the message has too many nested parts; export them as separate files"));
    }
    Ok(())
}

/// Returns the headers with addresses and the date, as displayed text.
fn people(message: &Message) -> Vec<(&'static str, String)> {
    let address = |name: &'static str, value: Option<&Address>| Some((name, addresses(value?)));
    let date = message.header_raw(HeaderName::Date).map(|date| ("Date", date.trim().to_owned()));
    let all = [address("From", message.from()), address("To", message.to()), address("Cc", message.cc()), date];
    all.into_iter().flatten().filter(|(_, value)| !value.is_empty()).collect()
}

/// Returns addresses as text: `Anna Berg <anna@example.org>`.
fn addresses(all: &Address) -> String {
    let one = |address: &mail_parser::Addr| match (address.name(), address.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => name.or(address).unwrap_or_default().to_owned(),
    };
    match all {
        Address::List(list) => list.iter().map(one).collect::<Vec<_>>().join(", "),
        Address::Group(groups) => {
            let group = |group: &mail_parser::Group| {
                let members = group.addresses.iter().map(one).collect::<Vec<_>>().join(", ");
                group.name.as_ref().map_or_else(|| members.clone(), |name| format!("{name}: {members}"))
            };
            groups.iter().map(group).collect::<Vec<_>>().join("; ")
        }
    }
}

fn add_body(
    part: &MessagePart,
    flow: &mut Flow,
    found: &mut ReadReport,
    left_out: &mut SkippedContent,
) -> Result<(), Problem> {
    match &part.body {
        PartType::Html(page) => {
            let page = html::add(page, flow)?;
            left_out.add_many(page.hidden, "hidden text", "hidden texts");
            found.notes.add_many(NoteKind::Markup, page.tags, String::new);
        }
        PartType::Text(text) => {
            let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "");
            let content = part.content_type();
            let says = |key: &str, value: &str| {
                content.and_then(|c| c.attribute(key)).is_some_and(|v| v.eq_ignore_ascii_case(value))
            };
            let text = if says("format", "flowed") { unflowed(&text, says("delsp", "yes")) } else { text };
            flow.text(text.trim_start_matches('\n'));
        }
        _ => left_out.add_attachment(&name_of(part)),
    }
    if part.is_encoding_problem {
        left_out.add("part with invalid encoding", "parts with invalid encoding");
    }
    Ok(())
}

/// Joins flowed lines (RFC 3676), each paragraph on one line.
fn unflowed(text: &str, delete_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // Quote depth of the previous line if that line continues.
    let mut continues = None;
    for line in text.lines() {
        let rest = line.trim_start_matches('>');
        let depth = line.len() - rest.len();
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        let is_signature = rest == "-- ";
        if continues != Some(depth) || is_signature {
            if !out.is_empty() {
                out.truncate(out.trim_end_matches(' ').len());
                out.push('\n');
            }
            out.push_str(&line[..depth]);
            out.extend((depth > 0).then_some(' '));
        }
        let is_flowed = rest.ends_with(' ') && !is_signature;
        out.push_str(if is_flowed && delete_space { &rest[..rest.len() - 1] } else { rest });
        continues = is_flowed.then_some(depth);
    }
    out
}

/// Returns the name of an attachment, or else its kind.
fn name_of(part: &MessagePart) -> String {
    if let Some(name) = part.attachment_name() {
        return name.to_owned();
    }
    if let PartType::Message(message) = &part.body {
        return format!("message “{}”", message.subject().unwrap_or_default());
    }
    let kind = part.content_type().map(|c| format!("{}/{}", c.ctype(), c.subtype().unwrap_or("?")));
    kind.unwrap_or_else(|| "unnamed part".into())
}
