//! Small files that expand to large data, and files that declare a larger size than they have.

use super::{check_inspect, file};
use flate2::Compression;
use std::fmt::Write as _;
use std::io::{Cursor, Read, Write};

const SENTENCE: &str = "Anna lives in Oslo. ";

/// Returns text of this size in MiB.
fn text_of_size(mebibytes: usize) -> Vec<u8> {
    SENTENCE.as_bytes().iter().copied().cycle().take(mebibytes << 20).collect()
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(*name, options).and_then(|()| Ok(zip.write_all(bytes)?)).expect("a part");
    }
    zip.finish().expect("an archive").into_inner()
}

#[test]
fn decompression_stops_at_size_limit() {
    let folder = tempfile::tempdir().expect("a folder");
    let (large, at) = (text_of_size(200), folder.path());
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
    gz.write_all(&large).expect("bytes");
    let gz = gz.finish().expect("a file");
    let expected = "decompressed size exceeds";
    check_inspect(&file(at, "a.txt.gz", &gz), 1, expected);
    check_inspect(&file(at, "a.txt.zst", zstd::stream::encode_all(large.as_slice(), 3).expect("a file")), 1, expected);
    let zip = zipped(&[("a.txt", &large)]);
    check_inspect(&file(at, "a.zip", &zip), 1, expected);
    // An archive that declares a small size, in its directory and in the local header.
    let size = u32::try_from(large.len()).expect("a size").to_le_bytes();
    let mut small = zip;
    while let Some(place) = small.windows(4).position(|w| w == size) {
        small[place..place + 4].copy_from_slice(&100u32.to_le_bytes());
    }
    check_inspect(&file(at, "b.zip", small), 1, "");
    // Nested gzip files are decompressed once.
    let mut twice = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
    twice.write_all(&gz).expect("bytes");
    check_inspect(&file(at, "a.txt.gz.gz", twice.finish().expect("a file")), 1, "binary");
    // zlib, the compression of .spacy files.
    let mut spacy = Vec::new();
    flate2::read::ZlibEncoder::new(large.as_slice(), Compression::fast()).read_to_end(&mut spacy).expect("a file");
    check_inspect(&file(at, "a.spacy", spacy), 1, expected);
}

#[test]
fn option_allows_large_decompressed_size() {
    let folder = tempfile::tempdir().expect("a folder");
    let gz =
        file(folder.path(), "a.txt.zst", zstd::stream::encode_all(text_of_size(33).as_slice(), 3).expect("a file"));
    let done = super::run_watched(&["inspect", "--unfold", super::text(&gz)], 1000);
    assert_eq!(done.code, Some(0), "{}", done.output);
}

#[cfg(unix)]
#[test]
fn sparse_files_are_rejected_early() {
    let folder = tempfile::tempdir().expect("a folder");
    for gibibytes in [1, 8] {
        let path = file(folder.path(), "a.txt", SENTENCE);
        let open = std::fs::OpenOptions::new().write(true).open(&path).expect("a file");
        open.set_len(gibibytes << 30).expect("a size");
        check_inspect(&path, 1, if gibibytes == 1 { "binary" } else { "larger than" });
    }
}

const TYPES: &str =
    "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";

/// Spreadsheet of one sheet, with an optional table of shared strings.
fn xlsx(sheet: &str, texts: Option<&str>) -> Vec<u8> {
    let relations = |inside: &str| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{inside}</Relationships>"
        )
    };
    let relation = |id: &str, kind: &str, target: &str| {
        let kind = format!("http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}");
        format!("<Relationship Id=\"{id}\" Type=\"{kind}\" Target=\"{target}\"/>")
    };
    let first = relations(&relation("r1", "officeDocument", "xl/workbook.xml"));
    let second =
        relation("r1", "worksheet", "worksheets/sheet1.xml") + &relation("r2", "sharedStrings", "sharedStrings.xml");
    let second = relations(&second);
    let namespace = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    let book = format!(
        "<workbook {namespace} xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>\
         <sheet name=\"A\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let sheet = format!("<worksheet {namespace}><sheetData>{sheet}</sheetData></worksheet>");
    let texts = texts.unwrap_or("<sst/>");
    zipped(&[
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", first.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", second.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/sharedStrings.xml", texts.as_bytes()),
    ])
}

fn cell(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

/// Returns rows of one column with a header.
fn rows(last: usize) -> String {
    let mut rows = String::new();
    for i in 1..=last {
        let text = if i == 1 { "text".to_owned() } else { format!("Anna lives in Oslo, number {i}.") };
        let _ = write!(rows, "<row r=\"{i}\">{}</row>", cell(&format!("A{i}"), &text));
    }
    rows
}

#[test]
fn isolated_cell_does_not_allocate_range() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |name: &str, sheet: &str, expected: &[&str]| {
        let path = file(folder.path(), name, xlsx(sheet, None));
        expected.iter().for_each(|expected| check_inspect(&path, 0, expected));
    };
    let down = rows(20) + &format!("<row r=\"1048576\">{}</row>", cell("XFD1048576", "x"));
    check("down.xlsx", &down, &["19         19", "line 1048576: no text in “text”"]);
    let right = rows(20).replace("number 5.</t></is></c>", &format!("number 5.</t></is></c>{}", cell("XFD5", "x")));
    check("right.xlsx", &right, &["19         19", "line 5: isolated cell in column 16384"]);
}

#[test]
fn shared_strings_of_spreadsheets_are_limited() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = SENTENCE.repeat(50_000);
    let texts = format!("<sst><si><t>text</t></si><si><t>{long}</t></si></sst>");
    let named = |count: usize| {
        let mut rows = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>".to_owned();
        for i in 2..count + 2 {
            let _ = write!(rows, "<row r=\"{i}\"><c r=\"A{i}\" t=\"s\"><v>1</v></c></row>");
        }
        xlsx(&rows, Some(&texts))
    };
    check_inspect(&file(folder.path(), "a.xlsx", named(3000)), 1, "decompressed size exceeds");
    check_inspect(&file(folder.path(), "b.xlsx", named(20)), 0, "20");
    // A string table that declares two billion strings, and parts that are larger than their file.
    let inconsistent = "<sst count=\"9\" uniqueCount=\"2000000000\"><si><t>text</t></si></sst>";
    check_inspect(
        &file(folder.path(), "c.xlsx", xlsx(&rows(3), Some(inconsistent))),
        1,
        "string table declares 2000000000 strings",
    );
    let large = format!("<sst><si><t>{}</t></si></sst>", SENTENCE.repeat(10 << 20));
    check_inspect(&file(folder.path(), "d.xlsx", xlsx(&rows(3), Some(&large))), 1, "decompressed size exceeds");
}

/// OpenDocument spreadsheet of these rows.
fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body><office:spreadsheet>\
         <table:table table:name=\"A\">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    let kind = b"application/vnd.oasis.opendocument.spreadsheet";
    zipped(&[("mimetype", kind), ("content.xml", content.as_bytes()), ("META-INF/manifest.xml", b"<manifest/>")])
}

#[test]
fn ods_repetitions_are_limited() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |name: &str, rows: &str, code: i32, expected: &str| {
        check_inspect(&file(folder.path(), name, ods(rows)), code, expected);
    };
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let row = |inside: &str| format!("<table:table-row>{inside}</table:table-row>");
    let table: String = row(&cell("text"))
        + &(2..21).map(|i| row(&cell(&format!("Anna lives in Oslo &amp; Köln, number {i}.")))).collect::<String>();
    // LibreOffice pads sheets with repeated empty rows.
    let filled = "<table:table-row table:number-rows-repeated=\"1048556\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
    check("a.ods", &(table.clone() + filled), 0, "19         19");
    let gap = "<table:table-row table:number-rows-repeated=\"1048555\"><table:table-cell/></table:table-row>";
    let far = row(&format!("<table:table-cell table:number-columns-repeated=\"16383\"/>{}", cell("x")));
    check("b.ods", &(table.clone() + gap + &far), 0, "line 1048576: no text");
    let repeated = row(&cell("text")) + &cell_rows(&cell(&SENTENCE.repeat(100)), 1_000_000);
    check("c.ods", &repeated, 1, "decompressed size exceeds");
    let wide = row(&format!(
        "<table:table-cell office:value-type=\"string\" table:number-columns-repeated=\"4000000000\"><text:p>{SENTENCE}</text:p></table:table-cell>"
    ));
    check("d.ods", &(table.clone() + &wide), 1, "decompressed size exceeds");
    let blanks = row(&cell("x<text:s text:c=\"4000000000\"/>"));
    check("e.ods", &(table + &blanks), 1, "decompressed size exceeds");
    check("f.ods", &row(&cell("&a;")), 1, "entity");
    let notes =
        row(&cell("text")) + &row(&cell("Oslo<office:annotation><text:p>a note</text:p></office:annotation> is far."));
    check("g.ods", &notes, 0, "         1          4");
}

fn cell_rows(cell: &str, count: usize) -> String {
    format!("<table:table-row table:number-rows-repeated=\"{count}\">{cell}</table:table-row>")
}

/// Old Excel file of one stream in 512-byte sectors. With `cyclic`, the sector chain of the directory is cyclic.
fn xls(stream: &[u8], cyclic: bool) -> Vec<u8> {
    const SECTOR: usize = 512;
    const END: u32 = 0xffff_fffe;
    const TABLE: u32 = 0xffff_fffd;
    let mut data = stream.to_vec();
    data.resize(stream.len().max(4096).next_multiple_of(SECTOR), 0);
    let sectors = (data.len() / SECTOR) as u32;
    // Sector 0 is the allocation table, sector 1 the directory. The stream follows.
    let mut next: Vec<u32> = vec![TABLE, if cyclic { 1 } else { END }];
    next.extend((0..sectors).map(|i| if i + 1 == sectors { END } else { i + 3 }));
    assert!(next.len() <= SECTOR / 4);
    next.resize(SECTOR / 4, 0xffff_ffff);
    let mut header = vec![0u8; SECTOR];
    header[..8].copy_from_slice(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(24, &0x3eu16.to_le_bytes());
    put(26, &3u16.to_le_bytes());
    put(28, &0xfffeu16.to_le_bytes());
    put(30, &9u16.to_le_bytes());
    put(32, &6u16.to_le_bytes());
    put(44, &1u32.to_le_bytes());
    put(48, &1u32.to_le_bytes());
    put(56, &4096u32.to_le_bytes());
    put(60, &END.to_le_bytes());
    put(68, &END.to_le_bytes());
    put(76, &0u32.to_le_bytes());
    for at in (80..SECTOR).step_by(4) {
        put(at, &u32::MAX.to_le_bytes());
    }
    let entry = |name: &str, kind: u8, start: u32, length: u32| {
        let mut entry = [0u8; 128];
        for (i, unit) in name.encode_utf16().enumerate() {
            entry[2 * i..2 * i + 2].copy_from_slice(&unit.to_le_bytes());
        }
        entry[64..66].copy_from_slice(&(2 * name.len() as u16 + 2).to_le_bytes());
        entry[66] = kind;
        for at in [68, 72, 76] {
            entry[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        }
        entry[116..120].copy_from_slice(&start.to_le_bytes());
        entry[120..124].copy_from_slice(&length.to_le_bytes());
        entry
    };
    let mut folder = [entry("Root Entry", 5, END, 0), entry("Workbook", 2, 2, data.len() as u32)].concat();
    folder.resize(SECTOR, 0);
    let table: Vec<u8> = next.iter().flat_map(|n| n.to_le_bytes()).collect();
    [header, table, folder, data].concat()
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

/// Workbook of one sheet with cells that refer to shared strings.
fn workbook(texts: &[&str], cells: &[(u16, u16, u32)], sheets: usize) -> Vec<u8> {
    let begin = record(0x0809, &[0x00, 0x06, 0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let mut table = [(cells.len() as u32).to_le_bytes(), (texts.len() as u32).to_le_bytes()].concat();
    for text in texts {
        table.extend((text.len() as u16).to_le_bytes());
        table.push(0);
        table.extend(text.as_bytes());
    }
    let table = record(0x00fc, &table);
    let end = record(0x000a, &[]);
    let bound = |at: u32| record(0x0085, &[&at.to_le_bytes()[..], &[0, 0, 1, 0, b'A']].concat());
    let at = begin.len() + sheets * bound(0).len() + table.len() + end.len();
    let mut all = begin.clone();
    (0..sheets).for_each(|_| all.extend(bound(at as u32)));
    all.extend([table, end.clone(), begin].concat());
    for (row, column, text) in cells {
        let data = [&row.to_le_bytes()[..], &column.to_le_bytes(), &[0, 0], &text.to_le_bytes()].concat();
        all.extend(record(0x00fd, &data));
    }
    all.extend(end);
    all
}

#[test]
fn xls_cells_are_limited() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |name: &str, bytes: Vec<u8>, code: i32, expected: &str| {
        check_inspect(&file(folder.path(), name, bytes), code, expected);
    };
    let texts = ["text", "Anna lives in Oslo.", "Rain falls in Bergen."];
    let honest = [(0, 0, 0), (1, 0, 1), (2, 0, 2)];
    check("a.xls", xls(&workbook(&texts, &honest, 1), false), 0, "2          2");
    check("b.xls", xls(&workbook(&texts, &honest, 1), true), 1, "cyclic sector chain");
    let far = [honest.as_slice(), &[(65_535, 65_535, 1)]].concat();
    check("c.xls", xls(&workbook(&texts, &far, 1), false), 1, "the cells are too far apart");
    let long = SENTENCE.repeat(400);
    let named: Vec<(u16, u16, u32)> = (0..1000).map(|row| (row, 0, u32::from(row > 0))).collect();
    let mut many = workbook(&["text", &long], &named, 1);
    many.truncate(60_000);
    check("d.xls", xls(&many, false), 0, "999");
    check("e.xls", xls(&workbook(&["text", &long], &named, 30), false), 1, "repeat long texts too often");
}

#[test]
fn spacy_and_parquet_values_are_limited() {
    let folder = tempfile::tempdir().expect("a folder");
    let packed = |message: &[u8]| {
        let mut out = Vec::new();
        flate2::read::ZlibEncoder::new(message, Compression::best()).read_to_end(&mut out).expect("a file");
        out
    };
    // A list of 30 million nils, each of 32 bytes in memory.
    let mut nils = vec![0xdd];
    nils.extend(30_000_000u32.to_be_bytes());
    nils.resize(nils.len() + 30_000_000, 0xc0);
    check_inspect(&file(folder.path(), "a.spacy", packed(&nils)), 1, "decompressed size exceeds");
    // Nested lists.
    check_inspect(&file(folder.path(), "b.spacy", packed(&vec![0x91; 1 << 19])), 1, "damaged");
    for (name, rows) in [("a.parquet", 1usize), ("b.parquet", 1_000_000)] {
        let bytes = parquet(rows, 1_500_000 / rows);
        assert!(bytes.len() < 100_000, "{}", bytes.len());
        check_inspect(&file(folder.path(), name, bytes), 1, "decompressed size exceeds");
    }
    check_inspect(&file(folder.path(), "c.parquet", parquet(10, 3)), 0, "30");
}

/// Parquet file with this number of rows and tokens per row. All tokens are the same long text.
fn parquet(rows: usize, words: usize) -> Vec<u8> {
    use parquet::basic::Compression;
    use parquet::data_type::{ByteArray, ByteArrayType};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use std::sync::Arc;
    let schema = "message m { required group tokens (LIST) { repeated group list { required binary element (UTF8); } }
        required group ner_tags (LIST) { repeated group list { required binary element (UTF8); } } }";
    let schema = Arc::new(parquet::schema::parser::parse_message_type(schema).expect("a schema"));
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(Default::default())).build();
    let mut out = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut out, schema, Arc::new(properties)).expect("a file");
    let mut group = writer.next_row_group().expect("a group");
    for value in ["x".repeat(1000), "O".to_owned()] {
        let mut column = group.next_column().expect("a column").expect("a column");
        let values = vec![ByteArray::from(value.as_str()); 1000 * words.min(1500)];
        let mut left = rows;
        while left > 0 {
            let now = left.min((values.len() / words).max(1));
            let repetition: Vec<i16> = (0..now).flat_map(|_| (0..words).map(|w| i16::from(w > 0))).collect();
            let definition = vec![1i16; repetition.len()];
            let all: Vec<ByteArray> = values.iter().cycle().take(repetition.len()).cloned().collect();
            column.typed::<ByteArrayType>().write_batch(&all, Some(&definition), Some(&repetition)).expect("values");
            left -= now;
        }
        column.close().expect("a column");
    }
    group.close().expect("a group");
    writer.close().expect("a file");
    out
}

#[test]
fn deep_nesting_and_entities_terminate() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |name: &str, text: String, code: i32, expected: &str| {
        check_inspect(&file(folder.path(), name, text), code, expected)
    };
    check("a.json", "[".repeat(1 << 20) + &"]".repeat(1 << 20), 1, "error");
    check("b.json", "{\"a\":".repeat(1 << 20), 1, "error");
    check("a.jsonl", "[".repeat(1 << 20) + "\n{\"text\":\"Oslo\",\"label\":[]}\n", 1, "error");
    check("c.json", "(".repeat(1 << 20), 1, "error");
    check("d.json", "TRAIN_DATA = ".to_owned() + &"[(".repeat(1 << 20), 1, "error");
    let entities: String =
        (1..10).map(|i| format!("<!ENTITY a{i} \"{}\">", format!("&a{};", i - 1).repeat(10))).collect();
    let xmi = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a0 \"aaaaaaaaaa\">{entities}]><xmi:XMI xmlns:xmi=\"http://www.omg.org/XMI\" \
         xmlns:cas=\"http:///uima/cas.ecore\"><cas:Sofa xmi:id=\"1\" sofaString=\"&a9;\"/></xmi:XMI>"
    );
    check("a.xmi", xmi, 1, "unrecognized entity");
    file(folder.path(), "train.conll", "Anna B-PER\nsings O\n");
    let card = |depth: u32| {
        let list =
            |i: u32| format!("{}: &{} [{}]\n", letter(i), letter(i), vec![format!("*{}", letter(i - 1)); 9].join(","));
        let lists: String = (1..=depth).map(list).collect();
        format!("---\na: &a [x,x,x,x,x,x,x,x,x]\n{lists}---\n")
    };
    for depth in [5, 9, 20] {
        file(folder.path(), "README.md", card(depth));
        check_inspect(folder.path(), 0, "train");
    }
    file(folder.path(), "README.md", format!("---\na: {}\n---\n", "[".repeat(1 << 20)));
    check_inspect(folder.path(), 0, "train");
}

fn letter(i: u32) -> char {
    char::from_u32(u32::from('a') + i).expect("a letter")
}

#[test]
fn duplicate_zip_names_are_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = zipped(&[("a.conll", b"Oslo B-LOC\n"), ("b.conll", b"Bern B-LOC\n")]);
    while let Some(at) = bytes.windows(7).position(|w| w == b"b.conll") {
        bytes[at] = b'a';
    }
    check_inspect(&file(folder.path(), "a.zip", bytes), 0, "the archive contains two files named a.conll");
}

#[test]
fn unsupported_parquet_compression_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    // Bytes after the name of the column, with the codec number 6 (Zstandard).
    let zstandard = b"element\x15\x0c";
    for (number, name) in [(4u8, "brotli"), (5, "LZ4"), (7, "LZ4"), (3, "LZO")] {
        let mut bytes = parquet(2, 2);
        while let Some(at) = bytes.windows(zstandard.len()).position(|w| w == zstandard) {
            bytes[at + zstandard.len() - 1] = 2 * number;
        }
        check_inspect(&file(folder.path(), "a.parquet", bytes), 1, &format!("compression {name} is not supported"));
    }
}

#[test]
fn json_values_are_limited() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |name: &str, text: String, format: &str, expected: &str| {
        let path = file(folder.path(), name, text);
        let done = super::run_watched(&["inspect", "--from", format, super::text(&path)], 400);
        assert_eq!(done.code, Some(1), "{name}: {}", done.output);
        assert!(done.output.contains(expected), "{name} prints {}", done.output);
    };
    let numbers = "0,".repeat(9 << 20);
    check("a.jsonl", format!("{{\"text\":\"Oslo\",\"label\":[{numbers}0]}}\n"), "doccano", "more than 8388608 values");
    check("a.json", format!("[{numbers}0]"), "doccano", "too short to be records");
    check("b.json", format!("{{\"data\":[{numbers}0]}}"), "label-studio", "more than 8388608 values");
    check("b.jsonl", "{}\n".repeat(2 << 20), "doccano", "too short to be records");
    let cas = format!("{{\"%TYPES\":{{}},\"%FEATURE_STRUCTURES\":[{numbers}0]}}");
    check("c.json", cas, "uima-json", "more values than the limit of a CAS");
}

#[test]
fn many_layers_and_columns_terminate() {
    let folder = tempfile::tempdir().expect("a folder");
    let layers: String = (0..100_000).map(|i| format!("#T_SP=x.L{i}|value\n")).collect();
    let tsv = format!("#FORMAT=WebAnno TSV 3.3\n{layers}\n\n#Text=Anna\n1-1\t0-4\tAnna\t_\n");
    check_inspect(&file(folder.path(), "a.tsv", tsv), 0, "webanno-tsv");
    let annotations: String = (0..100_000)
        .map(|i| format!("<x:N{i} xmi:id=\"{}\" sofa=\"1\" begin=\"0\" end=\"4\" value=\"P\"/>", i + 2))
        .collect();
    let xmi = format!(
        "<xmi:XMI xmlns:xmi=\"http://www.omg.org/XMI\" xmlns:cas=\"http:///uima/cas.ecore\"><cas:Sofa xmi:id=\"1\" \
         sofaString=\"Anna sings\"/>{annotations}</xmi:XMI>"
    );
    check_inspect(&file(folder.path(), "a.xmi", xmi), 0, "uima-xmi");
    // Detection reads only a part of a long line.
    check_inspect(&file(folder.path(), "a.txt", "a ".repeat(10 << 20)), 0, "10,485,760");
    check_inspect(&file(folder.path(), "a.csv", format!("text\n\"{}\"\n", SENTENCE.repeat(1 << 20))), 0, "csv");
}
