//! Compressed files: gzip, Zstandard, and a zip with one file inside.

use super::{Problem, XLSX};
use std::borrow::Cow;
use std::io::{Cursor, Read};

/// More than this is not unfolded unless a person says so: a few kilobytes can be made to unfold to any size.
const MOST: u64 = 1 << 30;
/// More than this is never unfolded: no computer this runs on could hold it as a dataset.
const EVER: u64 = 1 << 36;

/// What is said of a file that would unfold to more than is done unasked.
pub const SWOLLEN: &str = "it unfolds to more than 1 GiB";

/// A file as it is inside (of UIMA's zips the CAS, not its type system), with the name it has there; the file itself where it is not compressed.
///
/// # Errors
/// A damaged file, one that unfolds to more than 1 GiB where `huge` does not allow it, a zip of several files.
pub fn unpacked<'a>(name: &'a str, bytes: &'a [u8], huge: bool) -> Result<(Cow<'a, str>, Cow<'a, [u8]>), Problem> {
    let most = if huge { EVER } else { MOST };
    let inner = || Cow::Borrowed(name.rsplit_once('.').map_or(name, |(stem, _)| stem));
    match kind(bytes) {
        Some(Kind::Gzip) => Ok((inner(), read(flate2::read::MultiGzDecoder::new(bytes), most)?.into())),
        Some(Kind::Zstandard) => {
            let decoder = zstd::stream::read::Decoder::new(bytes).map_err(|e| damaged(&e))?;
            Ok((inner(), read(decoder, most)?.into()))
        }
        Some(Kind::Zip) if !is_spreadsheet(name) => {
            let (name, bytes) = only_file(bytes, most)?;
            Ok((name.into(), bytes.into()))
        }
        _ => Ok((name.into(), bytes.into())),
    }
}

/// Spreadsheets are zips to others only.
fn is_spreadsheet(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
    XLSX.extensions.contains(&ending.as_str())
}

/// Whether a file is compressed: then it is not saved back.
pub fn is_packed(bytes: &[u8]) -> bool {
    kind(bytes).is_some()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Gzip,
    Zstandard,
    Zip,
}

fn kind(bytes: &[u8]) -> Option<Kind> {
    let marks: [(&[u8], Kind); 3] =
        [(&[0x1f, 0x8b], Kind::Gzip), (&[0x28, 0xb5, 0x2f, 0xfd], Kind::Zstandard), (b"PK\x03\x04", Kind::Zip)];
    marks.into_iter().find(|(mark, _)| bytes.starts_with(mark)).map(|(_, kind)| kind)
}

fn damaged(e: &dyn std::fmt::Display) -> Problem {
    Problem::at(0, 0, format!("the compressed file is damaged ({e})"))
}

fn read(from: impl Read, most: u64) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::new();
    from.take(most + 1).read_to_end(&mut out).map_err(|e| damaged(&e))?;
    if out.len() as u64 > most {
        return Err(Problem::at(0, 0, format!("{SWOLLEN}; say so if that is meant (on the command line --unfold)")));
    }
    Ok(out)
}

fn only_file(bytes: &[u8], most: u64) -> Result<(String, Vec<u8>), Problem> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    let is_data =
        |name: &String| !name.ends_with('/') && !name.starts_with("__MACOSX") && !name.ends_with("TypeSystem.xml");
    let all = archive.file_names().map(|name| name.map(|n| n.into_owned()).map_err(|e| damaged(&e)));
    let names: Vec<String> = all.collect::<Result<Vec<_>, _>>()?.into_iter().filter(is_data).collect();
    let [name] = names.as_slice() else {
        let some = names.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
        let message = format!("the zip holds {} files ({some}); unpack it and open the folder", names.len());
        return Err(Problem::at(0, 0, message));
    };
    let file = archive.by_name(name).map_err(|e| damaged(&e))?;
    let bytes = read(file, most)?;
    Ok((name.rsplit('/').next().unwrap_or(name).to_owned(), bytes))
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
    fn files_come_out_as_they_went_in() {
        let text = b"Oslo B-LOC\n".as_slice();
        let check = |name: &str, bytes: &[u8], expected: &str| {
            assert_eq!(unpacked(name, bytes, false), Ok((expected.into(), text.into())));
        };
        check("a.conll", text, "a.conll");
        check("a.conll.gz", &gzipped(text), "a.conll");
        check("a.conll.zst", &zstd::stream::encode_all(text, 1).expect("a file"), "a.conll");
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("folder/all.conll", options).and_then(|()| Ok(zip.write_all(text)?)).expect("a file");
        check("a.zip", zip.finish().expect("an archive").get_ref(), "all.conll");
    }

    #[test]
    fn damaged_and_swollen_files_are_refused() {
        let broken = gzipped(b"some text that is long enough");
        assert!(unpacked("a.gz", &broken[..broken.len() - 9], true).is_err_and(|p| p.message.contains("damaged")));
        // 1 GiB of zeros in a megabyte.
        let swollen = gzipped(&vec![0; (MOST + 1) as usize]);
        assert!(unpacked("a.gz", &swollen, false).is_err_and(|p| p.message.contains(SWOLLEN)));
        assert!(
            unpacked("a.gz", &swollen, true).is_ok_and(|(_, bytes)| bytes.len() as u64 > MOST),
            "where it is meant"
        );
    }
}
