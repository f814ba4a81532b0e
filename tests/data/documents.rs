//! Documents of word processors, browsers and mail programs: extracted text, reported content and rejected files. The
//! tests create the files.

use std::io::{Cursor, Write};
use tagwright::corpus::{Corpus, Split};
use tagwright::format::{self, FORMATS, Format, SourceInput, compression};

/// Reads a document. Returns its name, its text, and the note about skipped content.
fn read(name: &str, bytes: &[u8]) -> Result<(String, String, String), String> {
    let budget = format::budget::Budget::default();
    let unpacked = compression::decompress(name, bytes, budget).map_err(|p| p.to_string())?;
    let mut corpus = Corpus::default();
    let source = SourceInput::from_bytes(&unpacked.bytes, &unpacked.name, Split::Train, 0);
    // Detection is unreliable for short texts, so the extension sets the format.
    let ending = unpacked.name.rsplit_once('.').map_or("", |(_, e)| e);
    let by_extension = FORMATS.iter().find(|f| f.extensions.contains(&ending));
    let source = by_extension.map_or(source, |format| source.with_format(*format));
    let found = format::read(&source, &mut corpus).map_err(|p| p.to_string())?;
    assert!(found.format.rewrite.is_none() && found.format.write.is_none(), "document formats are read-only");
    let [document] = &corpus.documents[..] else { panic!("{} documents", corpus.documents.len()) };
    let left_out = found.notes.iter().filter(|n| n.kind.is_loss()).map(|n| n.example).collect::<Vec<_>>().join("; ");
    Ok((document.name.clone(), document.text.clone(), left_out))
}

/// Returns the name of the detected format.
fn detected_format(name: &str, bytes: &[u8]) -> &'static str {
    format::detect_format(&SourceInput::from_bytes(bytes, name, Split::Train, 0)).name
}

fn check_refused(name: &str, bytes: &[u8], expected: &str) {
    let why = read(name, bytes).expect_err("it is refused");
    assert!(why.contains(expected), "{name}: {why}");
}

/// Creates a zip archive of files with these names and texts.
fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(*name, options).and_then(|()| Ok(zip.write_all(text.as_bytes())?)).expect("a part");
    }
    zip.finish().expect("an archive").into_inner()
}

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

/// XML part of a Word file.
fn part(root: &str, inside: &str) -> String {
    let others = "xmlns:mc=\"urn:mc\" xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\"";
    format!("<?xml version=\"1.0\"?><w:{root} xmlns:w=\"{WORD}\" {others}>{inside}</w:{root}>")
}

/// Word file with this body and additional parts.
fn word(body: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let document = part("document", &format!("<w:body>{body}</w:body>"));
    zipped(&[&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", document.as_str())], parts].concat())
}

/// Paragraph of runs.
fn p(runs: &[&str]) -> String {
    let runs: String = runs.iter().map(|r| format!("<w:r><w:t xml:space=\"preserve\">{r}</w:t></w:r>")).collect();
    format!("<w:p>{runs}</w:p>")
}

#[test]
fn reads_word_text() {
    let check = |body: &str, expected: &str, expected_left_out: &str| {
        let (_, text, left_out) = read("a.docx", &word(body, &[])).expect("a document");
        assert_eq!((text.as_str(), left_out.as_str()), (expected, expected_left_out), "{body}");
    };
    check(&(p(&["Zoë ", "Mül", "ler &amp; 😀&#33;"]) + &p(&[]) + &p(&["Oslo"])), "Zoë Müller & 😀!\n\nOslo", "");
    let run = |inside: &str| format!("<w:p><w:r><w:t>a</w:t>{inside}<w:t>b</w:t></w:r></w:p>");
    check(&run("<w:br/>"), "a\nb", "");
    check(&run("<w:tab/>"), "a\tb", "");
    check(&run("<w:noBreakHyphen/>"), "a\u{2011}b", "");
    check(&run("<w:instrText>PAGE</w:instrText>"), "ab", "");
    check(&run("<w:sym w:font=\"Wingdings\" w:char=\"F0E0\"/>"), "ab", "1 symbol font character");
    let item = |text: &str| {
        format!("<w:p><w:pPr><w:numPr><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    };
    check(&(p(&["a"]) + &item("one") + &item("two") + &p(&["b"])), "a\n\none\ntwo\n\nb", "");
    let cell = |inside: &str| format!("<w:tc>{inside}</w:tc>");
    let row = |cells: &[&str]| format!("<w:tr>{}</w:tr>", cells.iter().map(|c| cell(c)).collect::<String>());
    let table = row(&[&p(&["Name"]), &p(&["Ort"])]) + &row(&[&(p(&["Zoë"]) + &p(&["Müller"])), &p(&[]), &p(&["Köln"])]);
    check(
        &(p(&["a"]) + &format!("<w:tbl>{table}</w:tbl>") + &p(&["b"])),
        "a\n\nName\tOrt\nZoë\nMüller\t\tKöln\n\nb",
        "",
    );
    let changed =
        "<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>";
    check(changed, "new", "1 deleted text");
    let moved =
        "<w:p><w:moveFrom><w:r><w:t>x</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>y</w:t></w:r></w:moveTo></w:p>";
    check(moved, "y", "1 deleted text");
    let mark = "<w:p><w:pPr><w:rPr><w:del w:id=\"1\"/></w:rPr></w:pPr><w:r><w:t>stays</w:t></w:r></w:p>";
    check(mark, "stays", "");
    let boxed = format!(
        "<w:p><w:r><w:t>a</w:t><mc:AlternateContent><mc:Choice><w:txbxContent>{0}</w:txbxContent></mc:Choice>\
         <mc:Fallback><w:txbxContent>{0}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>",
        p(&["boxed"])
    );
    check(&boxed, "a", "1 text box");
    let hidden =
        |on: &str| format!("<w:p><w:r><w:rPr><w:vanish{on}/></w:rPr><w:t>x</w:t></w:r><w:r><w:t>y</w:t></w:r></w:p>");
    check(&hidden(""), "y", "1 hidden text");
    check(&hidden(" w:val=\"0\""), "xy", "");
    check("<w:p><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath></w:p>", "x=1", "");
    check(
        "<w:sdt><w:sdtContent><w:p><w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink></w:p></w:sdtContent></w:sdt>",
        "link",
        "",
    );
}

#[test]
fn reads_additional_word_parts() {
    let core = "<cp:coreProperties xmlns:cp=\"c\" xmlns:dc=\"d\"><dc:title>A &amp; B</dc:title></cp:coreProperties>";
    let notes = part("footnotes", &format!("<w:footnote w:id=\"1\">{}</w:footnote>", p(&["See Oslo."])));
    let comments =
        part("comments", &format!("<w:comment>{}</w:comment><w:comment>{}</w:comment>", p(&["x"]), p(&["y"])));
    let header = part("hdr", &p(&["Secret"]));
    let parts: &[(&str, &str)] = &[
        ("docProps/core.xml", core),
        ("word/footnotes.xml", &notes),
        ("word/comments.xml", &comments),
        ("word/header1.xml", &header),
        ("word/footer1.xml", &part("ftr", &p(&[]))),
        ("word/embeddings/a.xlsx", "x"),
    ];
    let found = read("a.docx", &word(&p(&["Body"]), parts)).expect("a document");
    let expected_left_out = "2 comments, 1 embedded file, 1 header or footer";
    assert_eq!(found, ("A & B".into(), "Body\n\nSee Oslo.".into(), expected_left_out.into()));
    // Another namespace prefix, and another name of the body part.
    let other =
        format!("<x:document xmlns:x=\"{WORD}\"><x:body><x:p><x:r><x:t>Oslo</x:t></x:r></x:p></x:body></x:document>");
    let bytes = zipped(&[("word/document2.xml", &other)]);
    assert_eq!(read("a.docx", &bytes).expect("a document").1, "Oslo");
    assert_eq!(detected_format("a.txt", &bytes), "docx", "detection uses the content, not the name");
    assert!(read("a.zip", &bytes).is_ok());
}

#[test]
fn rejects_unsupported_zip_contents() {
    let check = |parts: &[&str], expected: &str| {
        let parts: Vec<(&str, &str)> = parts.iter().map(|name| (*name, "x")).collect();
        check_refused("a.zip", &zipped(&parts), expected);
    };
    check(&["word/document.xml", "word/vbaProject.bin"], "a Word file with macros");
    check(&["[Content_Types].xml", "ppt/presentation.xml"], "a PowerPoint file");
    check(&["xl/workbook.xml", "a"], "rename it to .xlsx");
    check(&["META-INF/container.xml", "mimetype"], "an EPUB book");
    check(&["content.xml", "META-INF/manifest.xml"], "an OpenDocument file");
    check(&["a.conll", "b.conll", "c.png"], "the archive contains 3 files (a.conll, b.conll, c.png)");
    let text = [("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "<a/>")];
    check_refused("a.odt", &zipped(&text), "an OpenDocument text; save it as .docx");
    let types = "<Types><Override ContentType=\"application/vnd.ms-word.document.macroEnabled.main+xml\"/></Types>";
    let body = part("document", &p(&["a"]));
    check_refused("a.docm", &zipped(&[("[Content_Types].xml", types), ("word/document.xml", &body)]), "with macros");
    check_refused("a.docx", &word("", &[]), "no text");
    check_refused("a.docx", &word("<w:p><w:r><w:t>&nope;</w:t></w:r></w:p>", &[]), "nope");
    check_refused("a.docx", b"PK\x03\x04", "damaged");
    assert!(read_error_as(format::DOCX, b"PK\x03\x04").contains("cannot read the Word file"));
}

#[test]
fn rejects_legacy_office_files() {
    let check = |name: &str, stream: &str, expected: &str| {
        let mut bytes = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
        bytes.resize(512, 0);
        bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
        bytes.resize(1024, 0);
        check_refused(name, &bytes, expected);
    };
    check("a.doc", "WordDocument", "an old Word document (.doc); save it as .docx");
    check("a.docx", "WordDocument", "an old Word document (.doc); save it as .docx");
    check("a.docx", "EncryptedPackage", "with a password");
    check("a.msg", "__properties_version1.0", "an Outlook message (.msg); save it as .eml");
    check("a.ppt", "PowerPoint Document", "an old PowerPoint file");
    check("a", "Other", "an old Office file");
}

#[test]
fn rejects_oversized_word_file() {
    let many = "<w:p><w:r><w:t>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</w:t></w:r></w:p>".repeat(600_000);
    check_refused("a.docx", &word(&many, &[]), "exceeds 32 MiB");
    let deep = "<w:tbl><w:tr><w:tc>".repeat(100_000);
    check_refused("a.docx", &word(&deep, &[]), "");
    let del = "<w:del>".repeat(100_000) + &p(&["x"]) + &"</w:del>".repeat(100_000);
    assert_eq!(read("a.docx", &word(&(del + &p(&["y"])), &[])).expect("a document").1, "y");
}

#[test]
fn html_text_matches_browsers() {
    let check = |page: &str, expected: &str| {
        let (_, text, _) = read("a.html", page.as_bytes()).expect("a document");
        assert_eq!(text, expected, "{page}");
    };
    check("<!doctype html><title>T</title><p>Zo&euml; &amp; <b>M</b>üller<p>Oslo", "Zoë & Müller\n\nOslo");
    check("a <i> b </i>\n\n c", "a b c");
    check("a<br>b<br/><br>c", "a\nb\n\nc");
    check("a<div>b</div>c<div><div>d</div></div>", "a\nb\nc\nd");
    check("<h1>Title</h1>Text<ul><li>one<li>two<ul><li>three</ul></ul>end", "Title\n\nText\n\none\ntwo\nthree\n\nend");
    check("<table><tr><th>a<th>b<tr><td>c</td><td><p>d</p></td></tr></table>e", "a\tb\nc\td\n\ne");
    check("<table><tbody><tr><td></td><td>b</td></tr></tbody></table>", "\tb");
    check("x<table><tr><td></td><td>b</td></tr></table>", "x\n\n\tb");
    check("<script>var a = '<p>x</p>';</script><style>p {}</style><!-- c -->text", "text");
    check("<pre>\n a\n  b\n</pre>c", " a\n  b\n\nc");
    check("a<img src=x>b<wbr>c<input>d", "a bc d");
    check("&lt;p&gt; &#82;&#x6f; &nbsp;&unknown; &copy", "<p> Ro \u{a0}&unknown; ©");
    check("<select><option>one<option>two</select>", "one\ntwo");
    check("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>", "漢(かん)");
    check("<textarea>a\n<b></textarea>", "a\n<b>");
    check("<title>x</title>a<svg><title>y</title><text>z</text></svg>b", "a y z b");
    check("<?xml version=\"1.0\"?><html><head><script src=\"a\"/></head><body>a<![CDATA[<b>]]></body></html>", "a<b>");
    check_refused("a.html", b"a\0b", "binary");
}

#[test]
fn html_hidden_text_is_reported() {
    let check = |page: &str, expected: &str, expected_left_out: &str| {
        let (_, text, left_out) = read("a.html", page.as_bytes()).expect("a document");
        assert_eq!((text.as_str(), left_out.as_str()), (expected, expected_left_out), "{page}");
    };
    check("a<p hidden>b</p>c", "a\n\nc", "1 hidden text");
    check("a<span style='Display : none'>b<span>c</span>d</span>e", "ae", "1 hidden text");
    check("<p hidden>a<p>b", "b", "1 hidden text");
    check("<div><p hidden>a</div>b", "b", "1 hidden text");
    check("<ul><li hidden>a<li>b</ul>", "b", "1 hidden text");
    check("a<div hidden><br></div><template>x</template><noscript>y</noscript>", "a", "2 hidden texts");
    check("a<div hidden><script>'</div>'</script>x</div>b", "a\nb", "1 hidden text");
    check("a<iframe src=x>b</iframe>", "a", "1 frame");
}

#[test]
fn html_encoding_declaration_is_used() {
    let check = |declared: &str, encoding: &'static encoding_rs::Encoding, text: &str| {
        let page = format!("<html><head>{declared}</head><body>{text}");
        let (bytes, _, _) = encoding.encode(&page);
        assert_eq!(read("a.html", &bytes).expect("a document").1, text, "{declared}");
    };
    check("<meta charset='windows-1250'>", encoding_rs::WINDOWS_1250, "Dvořák");
    check("<META http-equiv=Content-Type content=\"text/html; charset=koi8-r\">", encoding_rs::KOI8_R, "Да");
    check("<meta charset=iso-2022-jp>", encoding_rs::ISO_2022_JP, "東京");
    check("<meta charset=utf-16>", encoding_rs::UTF_8, "Zoë");
    // Valid UTF-8 is read as UTF-8 even if another encoding is declared.
    check("<meta charset=latin1>", encoding_rs::UTF_8, "Zoë 😀");
}

#[test]
fn detects_document_formats() {
    let check =
        |name: &str, text: &str, expected: &str| assert_eq!(detected_format(name, text.as_bytes()), expected, "{text}");
    check("a", "<!DOCTYPE html>\n<p>x", "html");
    check("a.txt", "\u{feff}<?xml version=\"1.0\"?><!-- x -->\n<html lang=en>", "html");
    check("a.htm", "just text", "html");
    check("a.html", "a <i> b\nc <i> d\ne <b> f\n", "html");
    check("a.md", "- O\n- B-PER\n- O\n- O\n- B-LOC\n", "markdown");
    check("a.md", "# Oslo\n\nText", "markdown");
    check("a.txt", "# Oslo\n\nText", "text");
    check("a.eml", "Subject: x\n\nText", "eml");
    check("a", "Received: by x\nFrom: a@example.org\nTo: b@example.org\n\nText", "eml");
    check("a.pdf", "%PDF-1.4", "pdf");
    check("a", "%PDF-1.4", "pdf");
    let title = |name: &str, text: &str| read(name, text.as_bytes()).expect("a document").0;
    assert_eq!(title("a.html", "<title> A &amp;\n B </title>x"), "A & B");
    assert_eq!(title("a.html", "x"), "");
    assert_eq!(title("a.md", "---\ntitle: \"In Oslo\"\n---\n# Other\n"), "In Oslo");
    assert_eq!(title("a.md", "text\n\n# In *Oslo*\n"), "In Oslo");
}

#[test]
fn markdown_markup_is_removed() {
    let check = |text: &str, expected: &str| {
        assert_eq!(read("a.md", text.as_bytes()).expect("a document").1, expected, "{text}");
    };
    check("# Title\nA *b* __c__ `d`\ne  \nf\n\ng", "Title\n\nA b c d e\nf\n\ng");
    check("[Zoë](http://x) and <http://y> ![a b](c.png)", "Zoë and http://y a b");
    check("- one\n- two\n  1. three\n\nend", "one\ntwo\nthree\n\nend");
    check("- one\n\n- two\n\n  more", "one\ntwo\nmore");
    check("| a | b |\n|---|---|\n| c | d |\n", "a\tb\nc\td");
    check("```rust\nlet a = 1;\n\nb\n```\nc", "let a = 1;\n\nb\n\nc");
    check("> quoted\n> text\n\nend", "quoted text\n\nend");
    check("a&amp;b \\* c<br>d<!-- x -->", "a&b * c\nd");
    check("<div>\n<p>x</p>y\n</div>\n\nz", "x\n\ny\n\nz");
    check("---\ntags: x\n---\ntext", "text");
    check("Text[^1].\n\n[^1]: A note.", "Text.\n\nA note.");
    check("- [x] done\n- [ ] open", "done\nopen");
    check("a ~~b~~ c_d_e", "a b c_d_e");
    let deep = "> ".repeat(5_000) + "x";
    assert!(read("a.md", deep.as_bytes()).is_ok_and(|(_, text, _)| text.ends_with('x')));
    let noted = format::read(&SourceInput::from_bytes(b"*a*", "a.md", Split::Train, 0), &mut Corpus::default())
        .expect("a text");
    assert!(noted.notes.iter().any(|n| n.kind.name() == "markup"));
}

#[test]
fn reads_email_messages() {
    let head = "From: =?UTF-8?Q?Zo=C3=AB_M=C3=BCller?= <zoe@example.org>\r\n\
                To: a@example.org,\r\n \"Berg, Anna\" <b@example.org>\r\n\
                Subject: =?UTF-8?B?SW4gS8O2bG4=?=\r\nDate: Mon, 1 Jan 2024 10:00:00 +0100\r\n";
    let top = "In Köln\n\nFrom: Zoë Müller <zoe@example.org>\nTo: a@example.org, Berg, Anna <b@example.org>\n\
               Date: Mon, 1 Jan 2024 10:00:00 +0100\n\n";
    let check = |rest: &str, expected: &str, expected_left_out: &str| {
        let (name, text, left_out) = read("a.eml", format!("{head}{rest}").as_bytes()).expect("a document");
        assert_eq!(
            (name.as_str(), text.as_str(), left_out.as_str()),
            ("In Köln", &*format!("{top}{expected}"), expected_left_out),
            "{rest}"
        );
    };
    check("\r\nHello\r\nOslo\r\n", "Hello\nOslo", "");
    let encoded = |encoding: &str, charset: &str, body: &str| {
        format!("Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}")
    };
    check(
        &encoded("quoted-printable", "utf-8", "Zo=C3=AB is in a very long=\r\n line"),
        "Zoë is in a very long line",
        "",
    );
    check(&encoded("base64", "windows-1250", "RHZv+OFr"), "Dvořák", "");
    check(&encoded("base64", "gb18030", "1tDOxA=="), "中文", "");
    let flowed = "Content-Type: text/plain; format=flowed\r\n\r\n\
                  This goes \r\non and \r\nends.\r\n> He \r\n> said\r\n-- \r\nZoë\r\n";
    check(flowed, "This goes on and ends.\n> He said\n--\nZoë", "");
    check("Content-Type: text/html\r\n\r\n<p>Zo&euml;</p><p>Oslo", "Zoë\n\nOslo", "");
    let parts = |kind: &str, parts: &[&str]| {
        let parts: String = parts.iter().map(|p| format!("--x\r\n{p}\r\n")).collect();
        format!("MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary=x\r\n\r\n{parts}--x--\r\n")
    };
    let (plain, page) = ("Content-Type: text/plain\r\n\r\nplain", "Content-Type: text/html\r\n\r\n<p>page");
    check(&parts("alternative", &[plain, page]), "plain", "");
    check(&parts("alternative", &[page]), "page", "");
    let file = "Content-Type: application/pdf; name=\"a b.pdf\"\r\nContent-Disposition: attachment\r\n\r\nx";
    check(&parts("mixed", &[plain, file]), "plain", "1 attachment (a b.pdf)");
    let nested = "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ntext";
    check(&parts("mixed", &[plain, nested]), "plain", "1 attachment (message “inner”)");
    let mailbox = "From a@example.org Mon\nSubject: a\nFrom: b\nTo: c\n\nx\n";
    assert_eq!(read("a.eml", mailbox.as_bytes()).expect("a document").1, "a\n\nFrom: b\nTo: c\n\nx");
    check_refused("a.eml", format!("{mailbox}\n{mailbox}").as_bytes(), "a mailbox with several messages");
    check_refused("a.eml", b"\n\n", "no message");
}

#[test]
fn hostile_messages_terminate() {
    let nested = "Content-Type: message/rfc822\n\n".repeat(100_000) + "Subject: x\n\ny";
    check_refused("a.eml", nested.as_bytes(), "too many nested parts");
    let deep: String = (0..900).map(|i| format!("Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n")).collect();
    let _ = read("a.eml", format!("Subject: x\n{deep}\ntext").as_bytes());
    let headers = "a: b\n".repeat(100_000) + "\ntext";
    let _ = read("a.eml", headers.as_bytes());
}

/// PDF of these objects, numbered from 1. The first one is the catalog.
fn pdf(objects: &[String]) -> Vec<u8> {
    let mut out = b"%PDF-1.5\n".to_vec();
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(objects) {
        offsets.push(out.len());
        out.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let table = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    offsets.iter().for_each(|offset| out.extend(format!("{offset:010} 00000 n \n").bytes()));
    let size = objects.len() + 1;
    out.extend(format!("trailer <</Size {size} /Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n").bytes());
    out
}

fn stream(dict: &str, content: &str) -> String {
    format!("<<{dict} /Length {}>> stream\n{content}\nendstream", content.len())
}

/// PDF with one page per content, a font F with a standard encoding, and additional objects from number 4.
fn pages(contents: &[&str], resources: &str, additional: &[String]) -> Vec<u8> {
    let first = 4 + additional.len();
    let kids: String = (0..contents.len()).map(|i| format!("{} 0 R ", first + 2 * i)).collect();
    let mut objects = vec![
        "<</Type /Catalog /Pages 2 0 R>>".to_owned(),
        format!(
            "<</Type /Pages /Kids [{kids}] /Count {} /Resources <</Font <</F 3 0 R>> {resources}>>>>",
            contents.len()
        ),
        "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>".to_owned(),
    ];
    objects.extend_from_slice(additional);
    for (i, content) in contents.iter().enumerate() {
        objects.push(format!("<</Type /Page /Parent 2 0 R /Contents {} 0 R>>", first + 2 * i + 1));
        objects.push(stream("", content));
    }
    pdf(&objects)
}

#[test]
fn reads_pdf_text() {
    let check = |contents: &[&str], expected: &str| {
        assert_eq!(read("a.pdf", &pages(contents, "", &[])).expect("a document").1, expected, "{contents:?}");
    };
    check(&["BT /F 10 Tf (In K\\366ln) Tj ET"], "In Köln");
    check(&["BT /F 10 Tf (one) Tj ET", "BT /F 10 Tf (two) Tj ET"], "one\n\ntwo");
    check(&["BT /F 10 Tf 12 TL (one) Tj T* (two-) Tj (three) ' ET"], "one\ntwo-\nthree");
    check(&["BT /F 10 Tf [(Hel) 20 (lo) -300 (Oslo)] TJ ET"], "Hello Oslo");
    check(&["BT /F 10 Tf (a) Tj 5 0 Td (b) Tj 20 0 Td (c) Tj -200 -12 Td (d) Tj ET"], "ab c\nd");
    check(
        &["BT /F 1 Tf 10 0 0 10 50 700 Tm (a) Tj 1 0 0 1 0 0 Tm ET q 2 0 0 2 0 0 cm Q BT /F 10 Tf 55 700 Td (b) Tj ET"],
        "ab",
    );
    check(&["/Span <</ActualText (fi)>> BDC BT /F 10 Tf (xy) Tj ET EMC BT /F 10 Tf 10 0 Td (n) Tj ET"], "fin");
    check(&["BT /F 10 Tf (a) Tj ET ) broken"], "a");
}

#[test]
fn pdf_fonts_map_to_unicode() {
    let check = |font: &str, map: Option<&str>, shown: &str, expected: &str| {
        let mut additional = vec![font.to_owned()];
        additional.extend(map.map(|map| stream("", map)));
        let content = format!("BT /G 10 Tf {shown} Tj ET");
        let bytes = pages(&[&content], "/Font <</G 4 0 R>>", &additional);
        // The second /Font of the dictionary is used.
        let text = read("a.pdf", &bytes).map(|(_, text, _)| text);
        assert_eq!(text.as_deref(), Ok(expected), "{font}");
    };
    let map = "1 beginbfchar <01> <005A006F00EB> endbfchar 1 beginbfrange <0002> <0003> <FB01> endbfrange";
    check("<</Type /Font /Subtype /Type1 /ToUnicode 5 0 R>>", Some(map), "<010203>", "Zoëfifl");
    check("<</Type /Font /Subtype /Type0 /Encoding /Identity-H /ToUnicode 5 0 R>>", Some(map), "<00010003>", "Zoëfl");
    let named = "<</Type /Font /Subtype /Type1 /Encoding <</Differences [1 /f_f /uni0041 /eacute]>>>>";
    check(named, None, "<010203>", "ffAé");
    check("<</Type /Font /Subtype /Type0 /Encoding /UniGB-UCS2-H>>", None, "<4E2D6587>", "中文");
    check("<</Type /Font /Subtype /Type0 /Encoding /90ms-RKSJ-H>>", None, "<93FA967B>", "日本");
    let inside = "<</Type /Font /Subtype /Type1 /FontDescriptor <</FontFile 5 0 R>>>>";
    check(inside, Some("%!PS\n/Encoding 256 array\ndup 1 /ffi put\nreadonly def"), "<0141>", "ffiA");
}

#[test]
fn pdf_problems_are_reported() {
    let image = stream("/Type /XObject /Subtype /Image /Width 1 /Height 1", "x");
    let scan = |contents: &[&str]| pages(contents, "/XObject <</I 4 0 R>>", std::slice::from_ref(&image));
    let (_, text, left_out) = read("a.pdf", &scan(&["/I Do", "BT /F 10 Tf (Oslo) Tj ET"])).expect("a document");
    assert_eq!((text.as_str(), left_out.as_str()), ("Oslo", "1 page without a text layer"));
    check_refused("a.pdf", &scan(&["/I Do", "/I Do"]), "none of the 2 pages has a text layer");
    check_refused("a.pdf", &pages(&[""], "", &[]), "no text");
    let font = "<</Type /Font /Subtype /Type0 /Encoding /Identity-H>>".to_owned();
    let unknown = pages(&["BT /G 10 Tf <00010002> Tj ET"], "/Font <</G 4 0 R>>", &[font]);
    check_refused("a.pdf", &unknown, "do not map glyphs to characters");
    let encrypted = pages(&["x"], "", &[]);
    let encrypted = String::from_utf8(encrypted).expect("text").replace("/Root 1 0 R", "/Root 1 0 R /Encrypt 3 0 R");
    check_refused("a.pdf", encrypted.as_bytes(), "encrypted");
    check_refused("a.pdf", b"%PDF-1.4\n", "damaged");
    let report = read_error_as(format::PDF, b"no PDF");
    assert!(report.contains("no %PDF- signature"), "{report}");
}

fn read_error_as(format: Format, bytes: &[u8]) -> String {
    let source = SourceInput::from_bytes(bytes, "a", Split::Train, 0).with_format(format);
    format::read(&source, &mut Corpus::default()).expect_err("refused").to_string()
}

#[test]
fn hostile_pdfs_terminate() {
    // A form that draws itself, and a form that draws itself many times.
    let form = |content: &str| stream("/Type /XObject /Subtype /Form", content);
    let circle = pages(&["/A Do BT /F 10 Tf (x) Tj ET"], "/XObject <</A 4 0 R>>", &[form("/A Do /A Do")]);
    assert_eq!(read("a.pdf", &circle).expect("a document").1, "x");
    let many = "/A Do ".repeat(2000);
    check_refused("a.pdf", &pages(&[&many], "/XObject <</A 4 0 R>>", &[form(&many)]), "decompressed size exceeds");
    let deep =
        |open: &str, close: &str| pages(&[&format!("{}{}", open.repeat(100_000), close.repeat(100_000))], "", &[]);
    check_refused("a.pdf", &deep("[", "]"), "");
    check_refused("a.pdf", &deep("<</A ", ">>"), "");
    check_refused("a.pdf", &deep("q ", "Q "), "");
    check_refused("a.pdf", &deep("(", ")"), "");
    let object = |open: &str, close: &str| pages(&[""], "", &[open.repeat(100_000) + &close.repeat(100_000)]);
    check_refused("a.pdf", &object("[", "]"), "");
    check_refused("a.pdf", &object("<</A ", ">>"), "");
    // A stream that decompresses to 1000 times its size, as a page and as objects.
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![b' '; 64 << 20]).expect("bytes");
    let packed: String = packed.finish().expect("bytes").iter().map(|b| format!("{b:02x}")).collect();
    let filters = "/Filter [/ASCIIHexDecode /FlateDecode]";
    let oversized = stream(filters, &packed);
    let page = "<</Type /Page /Parent 2 0 R /Contents 4 0 R>>".to_owned();
    let bytes = pages(&[""], "", &[oversized, page]);
    let text = String::from_utf8(bytes).expect("text").replace("/Kids [6 0 R ]", "/Kids [5 0 R ]");
    check_refused("a.pdf", text.as_bytes(), "exceeds 32 MiB");
    let objects = stream(&format!("/Type /ObjStm /N 1 /First 4 {filters}"), &packed);
    check_refused("a.pdf", &pages(&[""], "", &[objects]), "");
    // A cyclic page tree.
    let tree = [
        "<</Type /Catalog /Pages 2 0 R>>",
        "<</Type /Pages /Kids [2 0 R 3 0 R] /Parent 2 0 R>>",
        "<</Type /Page /Parent 2 0 R>>",
    ];
    check_refused("a.pdf", &pdf(&tree.map(str::to_owned)), "");
    // All entries of the page list refer to the same page.
    let kids = "4 0 R ".repeat(100_000);
    let text = String::from_utf8(pages(&["BT /F 10 Tf (x) Tj ET"], "", &[])).expect("text");
    let _ = read("a.pdf", text.replace("/Kids [4 0 R ]", &format!("/Kids [{kids}]")).as_bytes());
}

#[test]
fn damaged_documents_never_panic() {
    let message = b"From: a@example.org\nTo: b\nSubject: c\nMIME-Version: 1.0\n\
                    Content-Type: multipart/mixed; boundary=x\n\n--x\n\nHi\n--x--";
    let files = [
        ("a.docx", word(&p(&["Zoë", "Oslo"]), &[])),
        ("a.pdf", pages(&["BT /F 10 Tf (Zoe) Tj T* [(Os) 2 (lo)] TJ ET"], "", &[])),
        ("a.eml", message.to_vec()),
        ("a.html", b"<html><table><tr><td>a<td hidden>b</table><pre>c".to_vec()),
        ("a.md", b"# a\n\n| a | b |\n|---|---|\n| *c | `d |\n- [x](y)".to_vec()),
    ];
    for (name, bytes) in &files {
        for at in 0..bytes.len() {
            let _ = read(name, &bytes[..at]);
            for byte in [0, b'<', 0xff, bytes[at] ^ 1] {
                let mut damaged = bytes.clone();
                damaged[at] = byte;
                let _ = read(name, &damaged);
            }
        }
    }
}
