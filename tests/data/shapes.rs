//! Variants of files that differ from the documentation of their formats, one check per variant.

use super::formats::render;
use tagwright::corpus::{Corpus, Split};
use tagwright::format::{self, NoteKind, ReadReport, SourceInput};

/// Names and texts of other files in the same directory.
type Siblings<'b> = &'b [(&'b str, &'b str)];

fn read(name: &str, bytes: &[u8], siblings: Siblings) -> Result<(Corpus, ReadReport), String> {
    let siblings = |name: &str| siblings.iter().find(|(n, _)| *n == name).map(|(_, text)| text.as_bytes().to_vec());
    let source = SourceInput { read_sibling: &siblings, ..SourceInput::from_bytes(bytes, name, Split::Train, 0) };
    let mut corpus = Corpus::default();
    let found = format::read(&source, &mut corpus).map_err(|p| p.to_string())?;
    Ok((corpus, found))
}

/// Checks the detected format of a file and its rendered corpus (see [`render`]).
fn check_with(name: &str, text: &str, siblings: Siblings, format: &str, expected: &str) {
    let (corpus, found) = read(name, text.as_bytes(), siblings).unwrap_or_else(|e| panic!("{name}: {e}\n{text}"));
    assert_eq!((found.format.name, render(&corpus).as_str()), (format, expected), "{name}\n{text}\n{found:?}");
}

fn check(name: &str, text: &str, format: &str, expected: &str) {
    check_with(name, text, &[], format, expected);
}

/// Checks the kinds of the notes of a file.
fn check_notes(name: &str, text: &str, expected: &[NoteKind]) {
    let (_, found) = read(name, text.as_bytes(), &[]).unwrap_or_else(|e| panic!("{name}: {e}\n{text}"));
    let kinds: Vec<NoteKind> = found.notes.iter().map(|note| note.kind).collect();
    assert_eq!(kinds, expected, "{name}\n{text}");
}

/// Checks that a file is rejected, and parts of the message.
fn check_rejected(name: &str, text: &str, expected: &[&str]) {
    let why = read(name, text.as_bytes(), &[]).err().unwrap_or_else(|| panic!("{name} is read:\n{text}"));
    expected.iter().for_each(|part| assert!(why.contains(part), "{why}\n{text}"));
}

const SENTENCE: &str = "[Mia PER] met [Bonn LOC]";

#[test]
fn header_names_columns() {
    check("a.tsv", "word\tpos\tner\nMia\tN\tB-PER\nmet\tV\tO\nBonn\tN\tB-LOC\n", "conll", SENTENCE);
    check("a.train", "WORD\tTAG\nMia\tPER\nmet\tO\nBonn\tLOC\n", "conll", SENTENCE);
    check("a.csv", "Text,Pos,Ner\nMia,N,B-PER\nmet,V,O\nBonn,N,B-LOC\n", "conll", SENTENCE);
    check("a.csv", "token,tag\nMia,B-PER\nmet,O\n\nBonn,B-LOC\nis,O\n", "conll", "[Mia PER] met / [Bonn LOC] is");
    check(
        "a.csv",
        "sentence_id,words,labels\n0,Mia,B-PER\n0,\",\",O\n1,\"\"\"\",O\n1,Bonn,B-LOC\n",
        "gmb",
        "[Mia PER] , / \" [Bonn LOC]",
    );
    check(
        "a.csv",
        ",lemma,pos,sentence_idx,word,tag\n0,mia,N,1.0,Mia,B-per\n1,meet,V,1.0,met,O\n2,it,P,2.0,It,O\n",
        "gmb",
        "[Mia per] met / It",
    );
    check(
        "a.tsv",
        "split\ttoken\ttag\ntrain\tMia\tB-PER\ntrain\tmet\tO\n\ntest\tBonn\tB-LOC\n",
        "conll",
        "[Mia PER] met // [Bonn LOC]",
    );
    let hipe = "TOKEN\tNE-COARSE-LIT\tNE-COARSE-METO\tNEL-LIT\n# document_id = d1\nMia\tB-PER\tO\tQ1\nmet\tO\tO\t_\n\n# document_id = d2\nBonn\tB-LOC\tB-ORG\tQ2\n";
    check("a.tsv", hipe, "conll", "[Mia PER] met // [Bonn LOC]");
    check_notes("a.tsv", hipe, &[NoteKind::SecondLayer, NoteKind::Header, NoteKind::Comment]);
    // Tokens that are also common column names.
    check("a.tsv", "Word\tO\nof\tO\nMia\tB-PER\n", "wnut", "Word of [Mia PER]");
    check("a.tsv", "Text\tB-PER\nleft\tO\n", "wnut", "[Text PER] left");
}

#[test]
fn reads_token_tables_with_any_outside_tag() {
    let check = |name: &str, text: &str| check(name, text, "conll", SENTENCE);
    check("a.csv", "token,tag\nMia,B-PER\nmet,\nBonn,B-LOC\n");
    check("a.csv", "token,pos,tag\nMia,N,B-PER\nmet,V,nan\nBonn,N,B-LOC\n");
    check("a.tsv", "token\ttag\nMia\tPER\nmet\tOTHER\nBonn\tLOC\n");
    check("a.tsv", "token\ttag\nMia\tB-PER\nmet\tNone\nBonn\tB-LOC\n");
    check(
        "a.tsv",
        "Mia\tB-PER\nmet\tО\nBonn\tB-LOC\n"
            .replace("Mia\tB", "Mia\tN\tB")
            .replace("met\t", "met\tV\t")
            .replace("Bonn\t", "Bonn\tN\t")
            .as_str(),
    );
    check("a.csv", "token, tag\nMia, B-PER\nmet, O\nBonn, B-LOC\n");
    check("a.tsv", "w\tp\tner\nMia\tN\t B-PER\nmet \tV\t O\nBonn\tN\t B-LOC\n");
    check("a.csv", "sep=;\r\nToken;Tag\r\nMia;B-PER\r\nmet;O\r\nBonn;B-LOC\r\n");
    let two = "[Mia PER] met / [Bonn LOC] is";
    self::check("a.csv", "Token;Tag\r\nMia;B-PER\r\nmet;O\r\n;\r\nBonn;B-LOC\r\nis;O\r\n", "conll", two);
    self::check(
        "a.csv",
        "Sentence #, Word, POS, Tag\nSentence: 1, Mia, N, B-PER\n, met, V, \nSentence: 2, Bonn, N, B-LOC\n, is, V, \n",
        "gmb",
        two,
    );
    // Document labels are not tags, even if some are missing or named OTHER.
    self::check("a.csv", "text,label\nit is,a\nwe go,\nhe ran,a\n", "csv", "it is <a> // we go // he ran <a>");
    let other = "text\tlabel\nit is\tOTHER\nwe go\tfood\nhe ran\tfood\n";
    self::check("a.tsv", other, "csv", "it is <OTHER> // we go <food> // he ran <food>");
    self::check("a.csv", "sep=;\nText;Label\nit is;a\nwe go;b\n", "csv", "it is <a> // we go <b>");
}

#[test]
fn comments_and_document_starts_are_not_tokens() {
    check("a.conll", "# sent_id = 1\n# text = Mia met\nMia\tN\tB-PER\nmet\tV\tO\n", "conll", "[Mia PER] met");
    check("a.tsv", "#NOW\tO\nMia\tB-PER\n\n#\tO\n1\tO\nBonn\tB-LOC\n", "wnut", "#NOW [Mia PER] / # 1 [Bonn LOC]");
    check(
        "a.iob2",
        "###MEDLINE:95369245\n\nMia\tB-PER\nmet\tO\n\n###MEDLINE:95369246\n\nBonn\tB-LOC\nis\tO\n",
        "wnut",
        "[Mia PER] met // [Bonn LOC] is",
    );
    check("a.txt", "-DOCSTART- (12)\n\nMia\tN\tB-PER\n\n-DOCSTART- (13)\n\nit\tN\tO\n", "conll", "[Mia PER] // it");
    check("a.conll", "-DOCSTART- -X- O\nMia -X- _ B-PER\nmet -X- _ O\n", "conll2003", "[Mia PER] met");
    check("a.ned", "% a comment\nMia N B-PER\nmet V O\n", "conll", "[Mia PER] met");
    check("a.conll", "Mia\tB-PER\nmet\tO\n\u{feff}\nBonn\tB-LOC\nis\tO\n", "wnut", "[Mia PER] met / [Bonn LOC] is");
    let (corpus, _) = read("a.conll", b"# newdoc id = weblog-7\nMia\tB-PER\nmet\tO\n\n-DOCSTART- (8)\n\nit\tO\n", &[])
        .expect("a corpus");
    assert_eq!(corpus.documents.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["weblog-7", "8"]);
}

#[test]
fn reads_tag_notations() {
    check("a.txt", "Mia b-per\nmet o\nBonn b-loc\n", "conll", "[Mia per] met [Bonn loc]");
    // One invalid tag does not change the notation of the others.
    check("a.tsv", "Mia\tB-PER\nmet\tX-PER\nBonn\tB-LOC\nis\tO\n", "wnut", "[Mia PER] met [Bonn LOC] is");
    check("a.tsv", "w\tner\nMia\tPER_B\nmet\tX\nBonn\tLOC_B\nis\tO\n", "conll", "[Mia PER] met [Bonn LOC] is");
    check(
        "a.jsonl",
        r#"{"tokens":["Mia","met","Bonn"],"ner_tags":["B-PER","X-PER","O"]}"#,
        "hf-jsonl",
        "[Mia PER] met Bonn",
    );
    check("a.txt", "Mia B\nBerg I\nmet O\nBonn B\n", "conll", "[Mia Berg ENT] met [Bonn ENT]");
    check(
        "a.tsv",
        "Bundes\tB-PART|B-ORG\nbank\tI-ORG\nin\tO\nBonn\tB-LOC\n",
        "wnut",
        "[[Bundes PART] bank ORG] in [Bonn LOC]",
    );
    check("a.txt", "1 Los O\n1 Mia B-PER\n2 En O\n2 Bonn B-LOC\n", "conll", "Los [Mia PER] / En [Bonn LOC]");
    check("a.tsv", "1\tMia\tB-PER\tB-X\n2\tmet\tO\tO\n3\tBonn\tB-LOC\tO\n", "conll", SENTENCE);
    check_notes("a.tsv", "1\tMia\tB-PER\tB-PER\n2\tmet\tO\tO\n3\tBonn\tB-LOC\tO\n", &[NoteKind::SecondLayer]);
    check("a.iob", "Mia|B-PER met|O Bonn|B-LOC\n", "wikiner", SENTENCE);
    check("aij-wikiner-en-wp2", "\nMia|N|I-PER met|V|O Bonn|N|I-LOC\n", "wikiner", SENTENCE);
    check("a.txt", "Mia/PER met/O Bonn/LOC\nit/O is/O far/O\n", "slash-tags", "[Mia PER] met [Bonn LOC] / it is far");
    check("a.txt", "北山/ns 很高/o 。/o\n没有人/o 来/o\n", "slash-tags", "[北 山 ns] 很 高 。 / 没 有 人 来");
    check_with(
        "sentences.txt",
        "Mia met Bonn\nit is\n",
        &[("tags.txt", "B-PER O B-LOC\nO O\n")],
        "parallel",
        "[Mia PER] met [Bonn LOC] / it is",
    );
}

#[test]
fn inline_markup_is_removed() {
    check(
        "a.txt",
        "<PER>Mia</PER> met <LOC>Bonn</LOC>\nIt is &lt; far\n<PER>Tom</PER> left\n",
        "inline-xml",
        "[Mia PER] met [Bonn LOC] / It is < far / [Tom PER] left",
    );
    check(
        "a.sgml",
        "<DOC><TEXT><ENAMEX TYPE=\"PER\">Mia</ENAMEX> met <ENAMEX TYPE=\"LOC\">Bonn</ENAMEX></TEXT></DOC>",
        "inline-xml",
        SENTENCE,
    );
    check(
        "a.xml",
        "<cons sem=\"G#DNA\"><cons sem=\"G#PRO\">Bcl</cons> gene</cons> x <cons sem=\"G#PRO\">NF</cons>",
        "inline-xml",
        "[[Bcl G#PRO] gene G#DNA] x [NF G#PRO]",
    );
    check("a.txt", "{{name:Mia}} met {{place:Bonn}}.\n", "inline-xml", "[Mia name] met [Bonn place] .");
    check(
        "en-ner.train",
        "<START:per> Mia <END> met <START> Bonn <END>\n\nit is\n",
        "opennlp",
        "[Mia per] met [Bonn default] // it is",
    );
    check("nlu.md", "## intent:ask\n- is [Bonn](LOC) far\n## synonym:x\n- y\n", "rasa", "is [Bonn LOC] far <ask>");
    check(
        "nlu.yml",
        "nlu:\n- intent: ask\n  examples: |\n    - is [Bonn]{\"entity\": \"LOC\", \"role\": \"to\"} far\n    - hi\n",
        "rasa",
        "is [Bonn LOC] far <ask> // hi <ask>",
    );
    check("a.txt", "__label__a __label__b The boat\n__label__a Soup\n", "fasttext", "The boat <a, b> // Soup <a>");
    check_notes("a.txt", "__label__a The boat\n__label__b\n", &[NoteKind::RecordWithoutText]);
    check(
        "a.txt",
        "1|t|Mia sleeps.\n1|a|In Bonn.\n1\t0\t3\tMia\tPER\tX\n1\t15\t19\tBonn\tLOC\tY\n1\tREL\tX\tY\n",
        "pubtator",
        "[Mia PER] sleeps . / In [Bonn LOC] .",
    );
    // Prose with hyphens is plain text.
    check(
        "a.txt",
        "We take the S-Bahn\nor the U-Bahn\nor go by E-bike\n",
        "text",
        "We take the S - Bahn / or the U - Bahn / or go by E - bike",
    );
}

#[test]
fn reads_tables_of_sentences_texts_and_doc_labels() {
    check("a.csv", "id,tokens,ner_tags\n0,\"['Mia', 'met', 'Bonn']\",\"['B-PER', 'O', 'B-LOC']\"\n", "csv", SENTENCE);
    check("a.csv", "tokens,tags\n\"['Mia' 'met'\n 'Bonn']\",\"['B-PER' 'O'\n 'B-LOC']\"\n", "csv", SENTENCE);
    check_with(
        "a.csv",
        "tokens,tags\n['Mia' 'met' 'Bonn'],[1 0 2]\n",
        &[("labels.txt", "O\nB-PER\nB-LOC\n")],
        "csv",
        SENTENCE,
    );
    check("a.csv", "text,labels\nMia met Bonn,B-PER O B-LOC\nit is,O O\n", "csv", "[Mia PER] met [Bonn LOC] / it is");
    check("a.csv", "NARRATIVE,target,split\nMia|met,B-PER|O,train\nit|is,O|O,test\n", "csv", "[Mia PER] met // it is");
    check("a.csv", "PER O\tMia met\nO O\tit is\n", "csv", "[Mia PER] met / it is");
    check(
        "a.csv",
        "text,entities\nMia met Bonn,\"[(0, 3, 'PER'), (8, 12, 'LOC')]\"\nit is,[]\n",
        "csv",
        "[Mia PER] met [Bonn LOC] // it is",
    );
    check(
        "a.csv",
        "label,foo,text\npositive,1,ok\nnegative,2,no soup\npositive,3,\"ok, again\"\n",
        "csv",
        "ok <positive> // no soup <negative> // ok , again <positive>",
    );
    check(
        "a.csv",
        "TRAVEL,The boat left\nFOOD,Soup is hot\nTRAVEL,Which pier\nFOOD,Bread is cheap\n",
        "csv",
        "The boat left <TRAVEL> // Soup is hot <FOOD> // Which pier <TRAVEL> // Bread is cheap <FOOD>",
    );
    check(
        "a.csv",
        "id,comment_text,toxic,insult\n1,go away,1,1\n2,fine day,0,0\n",
        "csv",
        "go away <insult, toxic> // fine day",
    );
    check("a.csv", "text,labels\nThe boat,travel|boats\nSoup,food\n", "csv", "The boat <boats, travel> // Soup <food>");
    check_with(
        "annotations.csv",
        "File,Line,Begin Offset,End Offset,Type\nd.txt,1,0,3,PER\n",
        &[("d.txt", "It rained.\nMia left.\n")],
        "comprehend",
        "It rained . // [Mia PER] left .",
    );
    let elided =
        "tokens,tags\n\"['Mia' ... 'x']\",\"['B-PER' ... 'O']\"\n\"['it']\",\"['O']\"\n\"['Mia']\",\"['B-PER']\"\n";
    check("a.csv", elided, "csv", "it / [Mia PER]");
    check_rejected("a.tsv", "12\t0\t6\tPERSON\n13\t2\t8\tPLACE\n", &["offsets", "texts"]);
}

#[test]
fn json_spans_are_read_from_common_keys() {
    let one = |record: &str| check("a.jsonl", record, "doccano", SENTENCE);
    one(r#"{"text":"Mia met Bonn","entities":[{"start":0,"end":3,"label":"PER"},{"start":8,"end":12,"label":"LOC"}]}"#);
    one(r#"{"data":"Mia met Bonn","label":[[0,3,"PER"],[8,12,"LOC"]]}"#);
    one(
        r#"{"full_text":"Mia met Bonn","spans":[{"start_position":0,"end_position":3,"entity_type":"PER","entity_value":"Mia"},{"start_position":8,"end_position":12,"entity_type":"LOC"}]}"#,
    );
    one(
        r#"{"sentence":"Mia met Bonn","words":["Mia","met","Bonn"],"golden_entity_mentions":[{"text":"Mia","entity_type":"PER","start":0,"end":1},{"text":"Bonn","entity_type":"LOC","start":2,"end":3}]}"#,
    );
    one("{\n\"content\": \"Mia met Bonn\",\n\"entities\": [[0,3,\"PER\",\"#f00\"],[8,12,\"LOC\",\"#0f0\"]]\n}\n");
    check(
        "a.json",
        "{\n \"text\": \"Mia\",\n \"label\": [[0,3,\"PER\"]]\n}\n{\n \"text\": \"it\",\n \"label\": []\n}\n",
        "doccano",
        "[Mia PER] // it",
    );
    check(
        "a.jsonl",
        "{\"text\":\"The boat\",\"label\":\"a\"}\n{\"text\":\"Soup\",\"label\":[\"b\",\"c\"]}\n",
        "doccano",
        "The boat <a> // Soup <b, c>",
    );
    check("dev.txt", "{\"text\":\"The boat\",\"cats\":{\"A\":1.0,\"B\":0.1}}\n", "doccano", "The boat <A>");
    let users = r#"{"text":"Mia","annotations":[{"label":1,"start_offset":0,"end_offset":3,"user":1},{"label":1,"start_offset":0,"end_offset":3,"user":2}]}"#;
    check("a.jsonl", users, "doccano", "[Mia 1]");
    check_notes("a.jsonl", users, &[NoteKind::SecondAnnotator]);
    check_notes(
        "a.jsonl",
        r#"{"text":"Mia","label":[[0,3,"PER"],[0,3,"PER"],[0,3,""]]}"#,
        &[NoteKind::DuplicateSpan, NoteKind::SpanWithoutLabel],
    );
    check("a.jsonl", r#"{"text":"Mia \ud83d met","label":[[0,3,"PER"]]}"#, "doccano", "[Mia PER] \u{fffd} met");
    let answers = "{\"text\":\"Mia\",\"label\":\"A\",\"answer\":\"accept\"}\n{\"text\":\"it\",\"label\":\"A\",\"answer\":\"reject\"}\n";
    check("a.jsonl", answers, "prodigy", "Mia <A> // it");
    check_notes("a.jsonl", answers, &[NoteKind::RejectedRecord]);
}

#[test]
fn reads_json_of_other_tools() {
    check(
        "a.json",
        r#"{"content":"Mia met Bonn","annotation":[{"label":["PER"],"points":[{"start":0,"end":2,"text":"Mia"}]},{"label":["LOC"],"points":[{"start":8,"end":11,"text":"Bonn"}]}]}"#,
        "dataturks",
        SENTENCE,
    );
    check(
        "a.json",
        r#"{"text":"小文去北山","label":{"name":{"小文":[[0,1]]},"scene":{"北山":[[3,4]]}}}"#,
        "cluener",
        "[小 文 name] 去 [北 山 scene]",
    );
    check(
        "a.json",
        r#"{"text":"Mia met. It is.","ents":[{"start":0,"end":3,"label":"PER"}],"sents":[{"start":0,"end":8},{"start":9,"end":15}],"tokens":[{"id":0,"start":0,"end":3},{"id":1,"start":4,"end":8},{"id":2,"start":9,"end":11},{"id":3,"start":12,"end":15}],"cats":{"T":1.0}}"#,
        "spacy-doc-json",
        "[Mia PER] met. / It is. <T>",
    );
    check(
        "a.manifest",
        r#"{"source":"Mia met","job":{"annotations":{"entities":[{"startOffset":0,"endOffset":3,"label":"PER"}]}},"job-metadata":{"type":"groundtruth/text-span"}}"#,
        "ground-truth",
        "[Mia PER] met",
    );
    check(
        "a.manifest",
        r#"{"source":"Mia met","job":0,"job-metadata":{"class-name":"A","type":"groundtruth/text-classification"}}"#,
        "ground-truth",
        "Mia met <A>",
    );
    check(
        "a.jsonl",
        r#"{"textContent":"Mia met","textSegmentAnnotations":[{"endOffset":3,"displayName":"PER"}],"dataItemResourceLabels":{"aiplatform.googleapis.com/ml_use":"test"}}"#,
        "vertex",
        "[Mia PER] met",
    );
    check(
        "a.jsonl",
        r#"{"text_snippet":{"content":"Mia met"},"annotations":[{"display_name":"PER","text_extraction":{"text_segment":{"start_offset":"0","end_offset":"3"}}}]}"#,
        "vertex",
        "[Mia PER] met",
    );
    check(
        "a.json",
        r#"[{"text":"Mia met","intent":"I","entities":[{"entity":"PER","startPos":0,"endPos":2}]}]"#,
        "luis",
        "[Mia PER] met <I>",
    );
    check(
        "a.json",
        r#"{"rasa_nlu_data":{"common_examples":[{"text":"Mia met","intent":"I","entities":[{"start":0,"end":3,"value":"m","entity":"PER"}]}]}}"#,
        "rasa",
        "[Mia PER] met <I>",
    );
    let bioc = r#"{"documents":[{"id":"7","passages":[{"offset":0,"text":"é Mia","annotations":[{"infons":{"type":"PER"},"text":"Mia","locations":[{"offset":3,"length":3}]}]},{"offset":7,"text":"Bonn","annotations":[{"infons":{"type":"LOC"},"text":"Bonn","locations":[{"offset":7,"length":4}]}]}]}]}"#;
    check("a.json", bioc, "bioc-json", "é [Mia PER] / [Bonn LOC]");
    let azure = r#"{"projectFileVersion":"1","stringIndexType":"Utf16CodeUnit","assets":{"documents":[{"location":"1.txt","entities":[{"labels":[{"category":"PER","offset":3,"length":3}]}]}]}}"#;
    check_with("labels.json", azure, &[("1.txt", "😀 Mia met")], "azure-language", "😀 [Mia PER] met");
    let studio = r#"[{"data":{"prompt":"A long prompt about labels","body":"Mia met"},"annotations":[{"was_cancelled":true,"result":[]},{"result":[{"type":"labels","value":{"start":0,"end":3,"text":"Mia","labels":["PER"]}},{"type":"labels","value":{"start":4,"end":7,"text":"met"}}]}],"predictions":[{"result":[]}]}]"#;
    check("a.json", studio, "label-studio", "[Mia PER] met");
    check_notes("a.json", studio, &[NoteKind::CanceledAnnotation, NoteKind::Prediction, NoteKind::SpanWithoutLabel]);
    check(
        "a.py",
        "('Mia met', {'entities': [(0, 3, 'PER')]}),\n('it', [(0, 2, 'X')]),\n",
        "spacy-json",
        "[Mia PER] met // [it X]",
    );
    check(
        "a.py",
        "D = [('Mia met', {'words': ['Mia', 'met'], 'entities': ['U-PER', 'O']})]\n",
        "spacy-json",
        "[Mia PER] met",
    );
    check(
        "a.xml",
        "<D><TEXT><![CDATA[Mia met]]></TEXT><TAGS><NAME id=\"P0\" start=\"0\" end=\"3\" text=\"Mia\" TYPE=\"PER\"/></TAGS></D>",
        "standoff-xml",
        "[Mia PER] met",
    );
}

#[test]
fn problems_are_sorted_by_line() {
    let check = |name: &str, text: &str, expected: &[(usize, usize)]| {
        let (_, found) = read(name, text.as_bytes(), &[]).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(found.problems.iter().map(|p| (p.line, p.column)).collect::<Vec<_>>(), expected, "{found:?}");
    };
    let records = "{\"text\":\"Mia\",\"label\":[[0,9,\"PER\"]]}\n{\"x\":1}\n";
    check("a.jsonl", records, &[(1, 0), (2, 0)]);
    check("a.tsv", "word\tner\tner2\nMia\tB-PER\tB-A\nmet\tX-B\tO\nit\tO\tO\n", &[(3, 2)]);
    check("a.tsv", "Mia\tB-PER\nmet\tX-B\nit\tO\n", &[(2, 2)]);
}

#[test]
fn reads_spans_in_rows_and_cells() {
    let rows = "text,start,end,label\nMia met Bonn,0,3,PER\nMia met Bonn,8,12,LOC\nit is,0,2,X\n";
    check("a.csv", rows, "csv", "[Mia PER] met [Bonn LOC] // [it X] is");
    let rows = "doc_id,text,start_char,end_char,entity_type\n1,Mia met,0.0,3.0,PER\n2,Mia met,0,3,PER\n";
    check("a.csv", rows, "csv", "[Mia PER] met // [Mia PER] met");
    check("a.csv", "text,entities\nMia met,\"{'PER': [(0, 3)]}\"\nit is,{}\n", "csv", "[Mia PER] met // it is");
    let crlf = "text,label\r\n\"Hi.\r\nMia met\",\"[[4,7,\"\"PER\"\"]]\"\r\nit is,[]\r\n";
    check("a.csv", crlf, "csv", "Hi . / [Mia PER] met // it is");
    check("a.csv", "Text;Sorte\nit is so;a\nwe go;b\nhe ran;a\n", "csv", "it is so <a> // we go <b> // he ran <a>");
    check_notes("a.csv", "text,foo,bar\nit is,1,a b c\nwe go,2,d\n", &[NoteKind::Field, NoteKind::Header]);
    check_rejected("a.jsonl", r#"{"text":"Mia met","start":0,"end":3,"label":"PER"}"#, &["single span", "one list"]);
}

#[test]
fn records_set_split_text_field_and_annotator() {
    let split = |name: &str, text: &str| {
        let (corpus, _) = read(name, text.as_bytes(), &[]).expect("a corpus");
        corpus.documents.iter().map(|d| d.splits.first()).collect::<Vec<_>>()
    };
    let texts = "{\"text\":\"Mia\",\"label\":[[0,3,\"P\"]],\"split\":\"train\"}\n{\"text\":\"it\",\"label\":[],\"split\":\"test\"}\n";
    assert_eq!(split("a.jsonl", texts), [Split::Train, Split::Test]);
    let words = "{\"tokens\":[\"Mia\"],\"ner_tags\":[\"B-P\"]}\n{\"tokens\":[\"it\"],\"ner_tags\":[\"O\"],\"split\":\"validation\"}\n";
    assert_eq!(split("a.jsonl", words), [Split::Train, Split::Dev]);
    check("a.jsonl", r#"{"text":"","content":"Mia met","entities":[[0,3,"PER"]]}"#, "doccano", "[Mia PER] met");
    let region = |to: &str, text: &str| {
        format!(
            r#"{{"from_name":"l","to_name":"{to}","type":"labels","value":{{"start":0,"end":3,"text":"{text}","labels":["PER"]}}}}"#
        )
    };
    let task = |regions: &str| {
        format!(
            r#"[{{"data":{{"title":"Mia won","body":"Bob met Mia in Bonn."}},"annotations":[{{"result":[{regions}]}}]}}]"#
        )
    };
    check("a.json", &task(&region("title", "Mia")), "label-studio", "[Mia PER] won");
    let both = task(&format!("{},{},{}", region("body", "Bob"), region("body", "Bob"), region("title", "Mia")));
    check("a.json", &both, "label-studio", "[Bob PER] met Mia in Bonn .");
    check_notes("a.json", &both, &[NoteKind::SecondLayer, NoteKind::DuplicateSpan]);
    let by =
        |who: &str| format!(r#"{{"text":"Mia","spans":[],"_input_hash":7,"_annotator_id":"{who}","answer":"accept"}}"#);
    check_notes("a.jsonl", &format!("{}\n{}\n", by("a"), by("b")), &[NoteKind::RepeatedText]);
    check_notes("a.jsonl", &format!("{}\n{}\n", by("a"), by("a")), &[]);
}

#[test]
fn detects_signatures_after_other_lines() {
    let rows = "bc/x 0 0 Mia NNP (TOP* - - - sp (PER) -\nbc/x 0 1 met VB *) - - - sp * -\n";
    check("a.txt", rows, "conll2012", "[Mia PER] met");
    check("a.txt", "# made by x\n1|t|Mia met\n1|a|it\n1\t0\t3\tMia\tPER\tX\n", "pubtator", "[Mia PER] met / it");
    check_notes("a.txt", "Mia\u{a0}B-PER\nmet\u{a0}O\n\nBonn\u{a0}B-LOC\n", &[NoteKind::PossibleLabels]);
    let tei = "<TEI><text><p><persName>Mia</persName> sat.</p><p><persName>Bo</persName> ran.</p></text></TEI>";
    check("a.xml", tei, "inline-xml", "[Mia persName] sat . / [Bo persName] ran .");
    check_with(
        "a.jsonl",
        r#"{"tokens":["Mia"],"ner_tags":[1]}"#,
        &[("labels.json", r#"["O","B-PER"]"#)],
        "hf-jsonl",
        "[Mia PER]",
    );
}

#[test]
fn possible_labels_in_text_are_reported() {
    let check = |name: &str, text: &str| check_notes(name, text, &[NoteKind::PossibleLabels]);
    check("a.jsonl", r#"{"text":"<PER>Mia</PER> met <LOC>Bonn</LOC>"}"#);
    check("a.jsonl", r#"{"text":"[Mia](PER) met"}"#);
    check_notes("a.csv", "text\n<PER>Mia</PER> met\nit is\n", &[NoteKind::Header, NoteKind::PossibleLabels]);
    check_notes("a.csv", "text\n<b>Mia</b> met<br />\nit is\n", &[NoteKind::Header]);
    check_notes("a.jsonl", r#"{"text":"1 < 2 and <b>so</b> on"}"#, &[]);
    // Additional tags of another layer.
    let fine = r#"{"tokens":["Mia","met"],"ner_tags":["B-PER","O"],"fine_ner_tags":["B-PER-x","O"],"chunk_tags":["B-NP","O"]}"#;
    check_notes("a.jsonl", fine, &[NoteKind::SecondLayer]);
    let words =
        r#"{"text":"Mia Berg met","tokens":["Mia","Berg","met"],"entities":[{"start":0,"end":2,"label":"PER"}]}"#;
    check_with("a.jsonl", words, &[], "doccano", "[Mia Berg PER] met");
    check_notes("a.jsonl", words, &[NoteKind::OffsetUnit]);
}

/// Checks the kinds of the notes of a file in a format that the user chose.
fn check_notes_as(format: &str, name: &str, text: &str, expected: &[NoteKind]) {
    let format = format::by_name(format).expect("a format");
    let source = SourceInput::from_bytes(text.as_bytes(), name, Split::Train, 0).with_format(format);
    let found = format::read(&source, &mut Corpus::default()).unwrap_or_else(|e| panic!("{name}: {e}\n{text}"));
    let kinds: Vec<NoteKind> = found.notes.iter().map(|note| note.kind).collect();
    assert_eq!(kinds, expected, "{}\n{text}", format.name);
}

#[test]
fn mismatched_chosen_format_is_reported() {
    let tags = "<PER>Mia</PER> met <LOC>Bonn</LOC>\nit is\n";
    check_notes_as("opennlp", "a.txt", tags, &[NoteKind::OtherFormat]);
    check_notes_as("inline-xml", "a.txt", tags, &[]);
    let columns = "-DOCSTART- -X- O O\n\nMia N O B-PER\nmet V O O\n";
    check_notes_as("inline-xml", "a.conll", columns, &[NoteKind::PossibleLabels]);
    check_notes_as("conll", "a.conll", columns, &[]);
    check_notes_as("text", "a.md", "# Mia\n\nMia met Bonn.\n", &[]);
    check_notes_as("csv", "a.txt", "text\nMia met Bonn\nit is\n", &[NoteKind::Header]);
}

#[test]
fn bionlp_annotations_span_two_files() {
    let siblings: Siblings = &[("1.txt", "Mia met Bonn"), ("1.a2", "T2\tVerb 4 7\tmet\nE1\tVerb:T2\n")];
    check_with("1.a1", "T1\tPER 0 3\tMia\n", siblings, "brat", "[Mia PER] met Bonn");
    let (mut corpus, found) = read("1.a1", b"T1\tPER 0 3\tMia\n", siblings).expect("a corpus");
    let notes: Vec<(NoteKind, usize)> = found.notes.iter().map(|note| (note.kind, note.count)).collect();
    assert_eq!(notes, [(NoteKind::OtherAnnotationKind, 2)]);
    // A new annotation does not get the id of a trigger.
    let label = corpus.labels.intern("LOC").expect("few labels");
    let span = corpus.document(0).span_from_tokens(0, 2..3, label);
    corpus.document_mut(0).insert_span(span);
    let siblings = |name: &str| siblings.iter().find(|(n, _)| *n == name).map(|(_, text)| text.as_bytes().to_vec());
    let source = SourceInput {
        read_sibling: &siblings,
        ..SourceInput::from_bytes(b"T1\tPER 0 3\tMia\n", "1.a1", Split::Train, 0)
    };
    let current = format::RewriteContext { corpus: &corpus, source_id: 0, scheme: found.scheme, rewrite_all: false };
    let saved = found.format.rewrite.expect("it is saved")(&source, &current).expect("bytes");
    assert_eq!(String::from_utf8_lossy(&saved), "T1\tPER 0 3\tMia\nT3\tLOC 8 12\tBonn\n");
}

#[test]
fn rejects_invalid_data() {
    check_rejected(
        "a.json",
        "{\"name\": \"x\", \"note\": \"Take the S-Bahn, then walk\"}\n{\"name\": \"y\", \"note\": \"E-bike\"}\n",
        &["JSON", "“name”"],
    );
    check_rejected(
        "a.jsonl",
        "{\"tokens\": [\"Mia\"], \"ner_tags\": [\"B-PER\" \"O\"]}\n{tokens: [O]}\n",
        &["line 1", "JSON"],
    );
    check_rejected("a.json", "[\n {\"text\": \"Mia\"},\n {\"text\": \"B-PER\"\n", &["line 4"]);
    check_rejected("a.jsonl", "{\"tokens\": [\"Mia\"], \"ner_tags\": [1]}\n", &["numbers", "labels.txt", "label.json"]);
    check_rejected("a.py", "T = [\n ('It's', {'entities': []}),\n]\n", &["line 2"]);
    check_rejected(
        "a.xml",
        "<c><s><token ne=\"B-PER\">Mia</token> <token ne=\"O\">met</token></s></c>",
        &["each token"],
    );
    check_rejected("a.tsv", "text\tlabel\n", &["header"]);
    check_rejected("a.csv", "text\n", &["header"]);
    check_rejected("domain.yml", "version: \"3.1\"\nintents:\n- greet\n", &["YAML"]);
    let data =
        "<catalog><book id=\"1\"><title>Mia</title><by>Bo</by></book><book id=\"2\"><title>It</title></book></catalog>";
    check_rejected("a.xml", data, &["XML"]);
    check_rejected("a.yml", "nlu:\n- intent: &a [*a\n  examples: |\n    - x\n", &["anchors"]);
}

#[test]
fn invalid_byte_is_reported_and_preserved() {
    let bytes = b"M\xc3\xbcller\tB-PER\nl\xc3\xb6st\tO\nK\xc3\xb6ln\tB-LOC\nx\xff\tO\n";
    let (mut corpus, found) = read("a.tsv", bytes, &[]).expect("a corpus");
    assert_eq!(render(&corpus), "[Müller PER] löst [Köln LOC] x\u{fffd}");
    assert_eq!(found.problems.iter().map(|p| p.line).collect::<Vec<_>>(), [4]);
    let rewrite = found.format.rewrite.expect("it is saved");
    let source = SourceInput::from_bytes(bytes, "a.tsv", Split::Train, 0);
    let label = corpus.labels.intern("ORG").expect("few labels");
    let span = corpus.document(0).span_from_tokens(0, 3..4, label);
    corpus.document_mut(0).insert_span(span);
    let current = format::RewriteContext { corpus: &corpus, source_id: 0, scheme: found.scheme, rewrite_all: false };
    let saved = rewrite(&source, &current).expect("bytes");
    assert_eq!(saved, b"M\xc3\xbcller\tB-PER\nl\xc3\xb6st\tO\nK\xc3\xb6ln\tB-LOC\nx\xff\tB-ORG\n");
}

/// Checks a file after saving it with the label `NEW` on the first span.
fn check_saved(name: &str, text: &str, expected: &str) {
    let (mut corpus, found) = read(name, text.as_bytes(), &[]).unwrap_or_else(|e| panic!("{name}: {e}"));
    let source = SourceInput::from_bytes(text.as_bytes(), name, Split::Train, 0);
    let rewrite = found.format.rewrite.expect("it is saved");
    let save = |corpus: &Corpus| {
        let current = format::RewriteContext { corpus, source_id: 0, scheme: found.scheme, rewrite_all: false };
        String::from_utf8(rewrite(&source, &current).expect("bytes")).expect("text")
    };
    assert_eq!(save(&corpus), text, "{name}: saved without changes");
    let label = corpus.labels.intern("NEW").expect("few labels");
    let at = corpus.documents.iter().position(|d| !d.spans.is_empty()).expect("a span") as u32;
    let span = corpus.document(at).spans[0];
    corpus.document_mut(at).remove_span(span);
    corpus.document_mut(at).insert_span(tagwright::corpus::Span { label, ..span });
    assert_eq!(save(&corpus), expected, "{name}: saved with changes");
}

#[test]
fn save_preserves_ignored_content() {
    check_saved("a.tsv", "word\tner\n# c\nMia\tB-PER\nmet\tO\n", "word\tner\n# c\nMia\tB-NEW\nmet\tO\n");
    check_saved(
        "a.csv",
        "Sentence #,Word,POS,Tag\n1,\"a, b\",N,B-geo\n,\"\"\"\",X,O\n",
        "Sentence #,Word,POS,Tag\n1,\"a, b\",N,B-NEW\n,\"\"\"\",X,O\n",
    );
    check_saved("a.tsv", "token\ttag\nMia\tPER\nmet\tOTHER\n", "token\ttag\nMia\tNEW\nmet\tOTHER\n");
    check_saved("a.csv", "token, tag\nMia, B-PER\nmet, \n", "token, tag\nMia, B-NEW\nmet, \n");
    check_saved("a.txt", "Mia b-per\nBerg i-per\nmet o\n", "Mia b-NEW\nBerg i-NEW\nmet o\n");
    check_saved("a.tsv", "Bundes\tB-PART|B-ORG\nbank\tI-ORG\n", "Bundes\tB-ORG|B-NEW\nbank\tI-ORG\n");
    check_saved(
        "a.conllu",
        "1\tMia\t_\tN\t_\t_\t0\tr\t_\tSpaceAfter=No name=B-PER\n",
        "1\tMia\t_\tN\t_\t_\t0\tr\t_\tSpaceAfter=No name=B-NEW\n",
    );
    let users = "{\"text\":\"Mia\",\"annotations\":[{\"label\":\"A\",\"start_offset\":0,\"end_offset\":3,\"user\":1},{\"label\":\"A\",\"start_offset\":0,\"end_offset\":3,\"user\":2}]}\n";
    check_saved(
        "a.jsonl",
        users,
        &users
            .replacen("\"A\"", "\"NEW\"", 1)
            .replace(",{\"label\":\"A\",\"start_offset\":0,\"end_offset\":3,\"user\":2}", ""),
    );
    let presidio = "{\"full_text\":\"Mia\",\"id\":9,\"spans\":[{\"start_position\":0,\"end_position\":3,\"entity_type\":\"A\"}]}\n";
    check_saved("a.jsonl", presidio, &presidio.replace("\"A\"", "\"NEW\""));
}
