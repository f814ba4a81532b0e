//! Compressed files: gzip, Zstandard, and a zip with one file inside. Zip-based office files are not decompressed.

use super::budget::{Budget, too_much};
use super::documents::office::{self, Zip};
use super::{Problem, XLSX};
use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{Cursor, Read};

/// Decompressed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decompressed<'a> {
    /// Name of the decompressed file.
    pub name: Cow<'a, str>,
    /// Decompressed content.
    pub bytes: Cow<'a, [u8]>,
    /// Message about the archive.
    pub note: Option<String>,
}

/// Decompresses a file, or returns an uncompressed file unchanged. For UIMA zip files, the result is the CAS without
/// its type system.
///
/// # Errors
/// Returns an error if the file is damaged, exceeds the budget, or is a zip of several files.
pub fn decompress<'a>(name: &'a str, bytes: &'a [u8], budget: Budget) -> Result<Decompressed<'a>, Problem> {
    let most = budget.decompressed_limit(bytes.len());
    let inner = || Cow::Borrowed(name.rsplit_once('.').map_or(name, |(stem, _)| stem));
    let plain = |name, bytes: Vec<u8>| Decompressed { name, bytes: bytes.into(), note: None };
    match detect_compression(bytes) {
        Some(Compression::Gzip) => Ok(plain(inner(), read(|| Ok(flate2::read::MultiGzDecoder::new(bytes)), most)?)),
        Some(Compression::Zstandard) => Ok(plain(inner(), read(|| zstd::stream::read::Decoder::new(bytes), most)?)),
        Some(Compression::Zip) if !is_spreadsheet(name) => decompress_zip(name, bytes, most),
        _ => Ok(Decompressed { name: name.into(), bytes: bytes.into(), note: None }),
    }
}

/// Decompresses a zip with one file. A zip that is a Word file is returned unchanged.
fn decompress_zip<'a>(name: &'a str, bytes: &'a [u8], most: u64) -> Result<Decompressed<'a>, Problem> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged_error(&e))?;
    let names: Vec<String> = archive.file_names().filter_map(|n| n.ok().map(Cow::into_owned)).collect();
    let refused = |kind: &str| Err(Problem::at(0, 0, format!("this is {kind}")));
    if let Some(kind) = open_document(&mut archive) {
        return refused(kind);
    }
    match office::of_zip(names.iter().map(String::as_str)) {
        Some(Zip::Word) => Ok(Decompressed { name: name.into(), bytes: bytes.into(), note: None }),
        Some(Zip::Other(kind)) => refused(kind),
        None => single_zip_entry(archive, bytes, most),
    }
}

/// Returns the kind of an OpenDocument file, by its `mimetype` entry.
fn open_document(archive: &mut zip::ZipArchive<Cursor<&[u8]>>) -> Option<&'static str> {
    /// Maximum number of bytes to inspect.
    const MOST: u64 = 256;
    let mut kind = Vec::new();
    archive.by_name("mimetype").ok()?.take(MOST).read_to_end(&mut kind).ok()?;
    office::of_open_document(&String::from_utf8_lossy(&kind))
}

/// True if the extension is that of a spreadsheet. Spreadsheets are zip files but have their own reader.
fn is_spreadsheet(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
    XLSX.extensions.contains(&ending.as_str())
}

/// True if a file is compressed. Compressed files are not saved in place.
pub fn is_compressed(bytes: &[u8]) -> bool {
    detect_compression(bytes).is_some()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compression {
    Gzip,
    Zstandard,
    Zip,
}

fn detect_compression(bytes: &[u8]) -> Option<Compression> {
    let marks: [(&[u8], Compression); 3] = [
        (&[0x1f, 0x8b], Compression::Gzip),
        (&[0x28, 0xb5, 0x2f, 0xfd], Compression::Zstandard),
        (b"PK\x03\x04", Compression::Zip),
    ];
    marks.into_iter().find(|(mark, _)| bytes.starts_with(mark)).map(|(_, kind)| kind)
}

fn damaged_error(e: &dyn std::fmt::Display) -> Problem {
    Problem::at(0, 0, format!("damaged compressed file: {e}"))
}

/// Decompresses twice. The first pass counts the bytes, so memory is only allocated within the limit and in the exact
/// size.
fn read<R: Read>(open: impl Fn() -> std::io::Result<R>, most: u64) -> Result<Vec<u8>, Problem> {
    let opened = || open().map_err(|e| damaged_error(&e));
    let size = count_bytes(opened()?, most)?;
    if size > most {
        return Err(too_much(most));
    }
    let mut out = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    opened()?.take(size).read_to_end(&mut out).map_err(|e| damaged_error(&e))?;
    Ok(out)
}

/// Returns the number of bytes, or `most + 1` if there are more.
fn count_bytes(from: impl Read, most: u64) -> Result<u64, Problem> {
    std::io::copy(&mut from.take(most + 1), &mut std::io::sink()).map_err(|e| damaged_error(&e))
}

fn single_zip_entry<'a>(
    mut archive: zip::ZipArchive<Cursor<&[u8]>>,
    bytes: &[u8],
    most: u64,
) -> Result<Decompressed<'a>, Problem> {
    let is_data =
        |name: &String| !name.ends_with('/') && !name.starts_with("__MACOSX") && !name.ends_with("TypeSystem.xml");
    let all = archive.file_names().map(|name| name.map(|n| n.into_owned()).map_err(|e| damaged_error(&e)));
    let names: Vec<String> = all.collect::<Result<Vec<_>, _>>()?.into_iter().filter(is_data).collect();
    let [name] = names.as_slice() else {
        let some = names.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
        let message = format!("the archive contains {} files ({some}); extract it and open the directory", names.len());
        return Err(Problem::at(0, 0, message));
    };
    let repeated = duplicate_entry(bytes, archive.central_directory_start());
    let size = {
        let file = archive.by_name(name).map_err(|e| damaged_error(&e))?;
        // The declared size can be wrong, but a declared size over the limit is rejected without decompression.
        let explicit = file.size();
        if explicit > most { explicit } else { count_bytes(file, most)? }
    };
    if size > most {
        return Err(too_much(most));
    }
    let mut out = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    archive.by_name(name).map_err(|e| damaged_error(&e))?.read_to_end(&mut out).map_err(|e| damaged_error(&e))?;
    let bytes = out.into();
    let note = repeated.map(|name| format!("the archive contains two files named {name}; the last one is read"));
    Ok(Decompressed { name: name.rsplit('/').next().unwrap_or(name).to_owned().into(), bytes, note })
}

/// Returns the first duplicate name in the zip directory at this offset. The zip crate keeps only the last of them.
fn duplicate_entry(bytes: &[u8], directory: u64) -> Option<String> {
    /// Length of an entry before its name, in bytes (APPNOTE.TXT 4.3.12).
    const FIXED: usize = 46;
    let mut rest = bytes.get(usize::try_from(directory).ok()?..)?;
    let mut seen = HashSet::new();
    while rest.starts_with(b"PK\x01\x02") {
        let length = |at: usize| Some(usize::from(u16::from_le_bytes([*rest.get(at)?, *rest.get(at + 1)?])));
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        let named = rest.get(FIXED..FIXED + name)?;
        if !seen.insert(named) {
            return Some(String::from_utf8_lossy(named).into_owned());
        }
        rest = rest.get(FIXED + name + extra + comment..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(bytes).expect("bytes");
        writer.finish().expect("a file")
    }

    #[test]
    fn decompresses_supported_archives() {
        let text = b"Oslo B-LOC\n".as_slice();
        let check = |name: &str, bytes: &[u8], expected: &str| {
            let found = decompress(name, bytes, Budget::default()).expect("a file");
            assert_eq!((&*found.name, &*found.bytes, found.note), (expected, text, None));
        };
        check("a.conll", text, "a.conll");
        check("a.conll.gz", &gzipped(text), "a.conll");
        check("a.conll.zst", &zstd::stream::encode_all(text, 1).expect("a file"), "a.conll");
        check("a.zip", &zipped("folder/all.conll", text), "all.conll");
    }

    fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(name, options).and_then(|()| Ok(zip.write_all(bytes)?)).expect("a file");
        zip.finish().expect("an archive").into_inner()
    }

    #[test]
    fn rejects_damaged_and_oversized_archives() {
        let any = Budget::default().with_allow_large(true);
        let broken = gzipped(b"some text that is long enough");
        assert!(decompress("a.gz", &broken[..broken.len() - 9], any).is_err_and(|p| p.message.contains("damaged")));
        let zeros = vec![0; (32 << 20) + 1];
        let kinds =
            [gzipped(&zeros), zstd::stream::encode_all(zeros.as_slice(), 1).expect("a file"), zipped("a", &zeros)];
        for oversized in kinds {
            let reason = decompress("a.gz", &oversized, Budget::default()).expect_err("refused").message;
            assert!(reason.contains("exceeds 32 MiB"), "{reason}");
            assert!(
                decompress("a.gz", &oversized, any).is_ok_and(|f| f.bytes.len() == zeros.len()),
                "with the size limit disabled"
            );
        }
    }

    #[test]
    fn duplicate_name_in_archive_is_reported() {
        // The writer refuses duplicate names, so the second one is renamed in the bytes.
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in [("a.conll", "Oslo O\n"), ("b.conll", "Bern O\n")] {
            let options = zip::write::SimpleFileOptions::default();
            zip.start_file(name, options).and_then(|()| Ok(zip.write_all(text.as_bytes())?)).expect("a file");
        }
        let mut bytes = zip.finish().expect("an archive").into_inner();
        while let Some(at) = bytes.windows(7).position(|w| w == b"b.conll") {
            bytes[at] = b'a';
        }
        let found = decompress("a.zip", &bytes, Budget::default()).expect("a file");
        assert_eq!(&*found.bytes, b"Bern O\n");
        assert!(found.note.is_some_and(|note| note.contains("two files named a.conll")));
    }
}
