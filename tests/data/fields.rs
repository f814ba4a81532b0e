//! Other fields of records: read from every format that has them, kept in the project, searched, and written again.

use std::sync::Arc;
use tagwright::corpus::{Corpus, Scheme, Split};
use tagwright::format::{self, Format, LossInventory, SourceInput};
use tagwright::project::project_file::ImportOrigin;
use tagwright::project::{Dataset, Project};

fn read(name: &str, content: &[u8]) -> Corpus {
    let mut corpus = Corpus::default();
    format::read(&SourceInput::from_bytes(content, name, Split::Train, 0), &mut corpus).expect("readable");
    corpus
}

/// Renders the fields of all documents: `name=value` separated by `, `, documents by ` / `.
fn render(corpus: &Corpus) -> String {
    let fields = |document: &Arc<tagwright::corpus::Document>| {
        let field = |f: &tagwright::corpus::Field| format!("{}={}", f.name, f.value.as_str());
        document.fields.iter().map(field).collect::<Vec<_>>().join(", ")
    };
    corpus.documents.iter().map(fields).collect::<Vec<_>>().join(" / ")
}

#[test]
fn fields_are_read_from_every_format_that_has_them() {
    let check = |name: &str, content: &str, expected: &str| {
        assert_eq!(render(&read(name, content.as_bytes())), expected, "{content}");
    };
    // The text, the id, the split, the labels and the spans are no other fields.
    check(
        "a.jsonl",
        r#"{"id": 7, "text": "Oslo rains", "label": [[0, 4, "LOC"]], "stars": 5, "split": "dev", "by": "Ann", "no": null}"#,
        "stars=5, by=Ann",
    );
    check("b.jsonl", r#"{"text": "Oslo", "entities": [], "meta": {"page": 3}, "tags": []}"#, r#"meta={"page":3}"#);
    check("c.jsonl", r#"{"text": "Oslo", "spans": [], "answer": "accept", "meta": {"id": "x", "page": 3}}"#, "page=3");
    check(
        "d.json",
        r#"[{"data": {"text": "Oslo rains", "region": "North"}, "annotations": [{"result": []}]}]"#,
        "region=North",
    );
    check("e.json", r#"[{"fields": {"text": "Oslo"}, "responses": {}, "metadata": {"stars": 4.5}}]"#, "stars=4.5");
    check(
        "f.jsonl",
        "{\"tokens\": [\"Oslo\"], \"ner_tags\": [\"O\"], \"page\": 1}\n{\"tokens\": [\"It\"], \"ner_tags\": [\"O\"], \"page\": 2}",
        "page=1 / page=2",
    );
    check("g.csv", "text,stars,region\nOslo rains,5,North\n\"Bergen, too\",,\n", "stars=5, region=North / ");
    check("h.tsv", "id\tspeaker\ttext\n1\tAnn\tIt rains today\n2\tBo\tIt snows today\n", "speaker=Ann / speaker=Bo");
}

#[test]
fn fields_survive_every_format_that_holds_them() {
    let csv = "id,text,stars,region\n1,Oslo rains,5,North\n2,Bergen snows,3,\"West, coast\"\n";
    let corpus = read("a.csv", csv.as_bytes());
    let expected = "stars=5, region=North / stars=3, region=West, coast";
    assert_eq!(render(&corpus), expected);
    let with_fields: Vec<&Format> = format::FORMATS.iter().filter(|f| f.capabilities.fields).collect();
    let names: Vec<&str> = with_fields.iter().map(|f| f.name).collect();
    assert_eq!(names, ["hf-parquet", "argilla", "label-studio", "prodigy", "hf-jsonl", "doccano", "csv"]);
    for format in with_fields {
        let bytes = format.single_file_writer().expect("a writer")(&corpus, None, Scheme::Iob2);
        let name = format!("a.{}", format.extensions[0]);
        let mut again = Corpus::default();
        let source = SourceInput::from_bytes(&bytes, &name, Split::Train, 0).with_format(*format);
        let report = format::read(&source, &mut again).expect("it was written");
        assert_eq!(render(&again), expected, "{}", format.name);
        let losses = LossInventory::of(&corpus).losses(*format, Scheme::Iob2);
        assert!(!losses.iter().any(|loss| loss.contains("stars")), "{}: {losses:?}", format.name);
        assert!(
            !report.unsupported.keys().any(|key| key.contains("stars")),
            "{}: {:?}",
            format.name,
            report.unsupported
        );
    }
    let losses = LossInventory::of(&corpus).losses(format::CONLL, Scheme::Iob2);
    assert!(losses.contains(&"fields stars, region (2 records)".to_owned()), "{losses:?}");
}

#[test]
fn json_values_keep_their_types() {
    let line = r#"{"text":"Oslo","label":[],"stars":5,"ok":true,"tags":["a"],"pages":[1,2],"by":"7"}"#;
    let corpus = read("a.jsonl", line.as_bytes());
    let bytes = format::PRODIGY.single_file_writer().expect("a writer")(&corpus, None, Scheme::Iob2);
    let text = String::from_utf8(bytes).expect("text");
    assert!(text.contains(r#""meta":{"#) && text.contains(r#""stars":5"#) && text.contains(r#""ok":true"#), "{text}");
    assert!(text.contains(r#""pages":[1,2]"#) && text.contains(r#""by":"7""#), "{text}");
}

#[test]
fn project_keeps_fields_and_older_projects_get_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.csv");
    std::fs::write(&file, "text,stars\nOslo rains,5\nBergen snows,3\n").expect("a file");
    let dataset = Dataset::open(&file).expect("a dataset");
    let at = folder.path().join("x.tagwright");
    let mut project = Project::open(&at).expect("a project");
    project.import(&dataset, ImportOrigin::FromSource, &|_, _| true).expect("imported");
    assert_eq!(render(&project.read().expect("contents").dataset.corpus), "stars=5 / stars=3");
    drop(project);
    let old = rusqlite::Connection::open(&at).expect("a database");
    old.execute_batch("UPDATE documents SET fields='[]'; DELETE FROM meta WHERE key='fields';")
        .expect("an old project");
    drop(old);
    let mut project = Project::open(&at).expect("a project");
    let mut held = project.read().expect("contents").dataset.corpus;
    assert_eq!(render(&held), " / ");
    project.backfill(|| Some(dataset.corpus.clone()), &mut held).expect("read again");
    assert_eq!(render(&held), "stars=5 / stars=3");
    project.backfill(|| panic!("read twice"), &mut held).expect("unchanged");
    assert_eq!(render(&project.read().expect("contents").dataset.corpus), "stars=5 / stars=3");
}
