//! Detection of office files: zip files by the names of their entries, old files by the names of their streams.

/// Kind of an office zip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum Zip {
    /// Word file.
    Word,
    /// File that another reader or no reader supports: a message with a proposed action.
    Other(&'static str),
}

/// Returns the kind of an office zip by its entry names; `None` for any other zip.
pub(in crate::format) fn of_zip<'n>(names: impl Iterator<Item = &'n str> + Clone) -> Option<Zip> {
    let has = |wanted: &str| names.clone().any(|n| n.eq_ignore_ascii_case(wanted));
    let begins =
        |wanted: &str| names.clone().any(|n| n.get(..wanted.len()).is_some_and(|n| n.eq_ignore_ascii_case(wanted)));
    if begins("word/document") {
        let has_macros = has("word/vbaProject.bin");
        return Some(if has_macros { Zip::Other(MACROS) } else { Zip::Word });
    }
    let kinds = [
        (begins("ppt/"), "a PowerPoint file; save it as PDF or text"),
        (begins("xl/"), "an Excel file; rename it to .xlsx"),
        (has("META-INF/container.xml"), "an EPUB book; convert it to HTML or text"),
        (begins("visio/"), "a Visio file; save it as PDF or text"),
        (begins("Index/Document.iwa"), "a Pages, Numbers or Keynote file; export it as a Word file or PDF"),
        (
            has("content.xml") && has("META-INF/manifest.xml"),
            "an OpenDocument file; save it as .docx (text) or .xlsx (spreadsheet)",
        ),
        (begins("AndroidManifest.xml") || begins("META-INF/MANIFEST.MF"), "a program; choose a text file"),
    ];
    kinds.into_iter().find(|(is_it, _)| *is_it).map(|(_, what)| Zip::Other(what))
}

/// Message for a file that can contain macros.
pub(in crate::format) const MACROS: &str = "a Word file with macros; save it as .docx, without them";

/// Returns the kind of an OpenDocument file by its `mimetype`.
pub(in crate::format) fn of_open_document(mimetype: &str) -> Option<&'static str> {
    let kind = mimetype.trim().strip_prefix("application/vnd.oasis.opendocument.")?;
    Some(match kind {
        kind if kind.starts_with("text") => "an OpenDocument text; save it as .docx",
        kind if kind.starts_with("spreadsheet") => "an OpenDocument spreadsheet; rename it to .ods",
        kind if kind.starts_with("presentation") => "an OpenDocument presentation; save it as PDF or text",
        _ => "an OpenDocument file; save it as PDF or text",
    })
}

/// Returns the kind of an office file from before 2007, or of an encrypted one; `None` for any other file.
pub(in crate::format) fn of_old(bytes: &[u8]) -> Option<&'static str> {
    const MARK: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    const KINDS: [(&str, &str); 6] = [
        ("WordDocument", "an old Word document (.doc); save it as .docx"),
        ("PowerPoint Document", "an old PowerPoint file (.ppt); save it as PDF or text"),
        ("EncryptedPackage", "an Office file with a password; save it without one"),
        ("__properties_version1.0", "an Outlook message (.msg); save it as .eml"),
        ("Workbook", "an old Excel file; rename it to .xls"),
        ("Book", "an old Excel file; rename it to .xls"),
    ];
    if !bytes.starts_with(&MARK) {
        return None;
    }
    let wide = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    // Names are at the start of directory entries of 128 bytes.
    let has = |name: &str| {
        let name = wide(name);
        bytes.chunks_exact(128).any(|entry| entry.starts_with(&name))
    };
    let known = KINDS.iter().find(|(name, _)| has(name)).map(|(_, what)| *what);
    Some(known.unwrap_or("an old Office file; save it in a current format (.docx, .xlsx)"))
}
