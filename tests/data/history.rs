//! Undo and redo: a new edit discards the undone edits, in memory and on disk.

use tagwright::corpus::{Corpus, Edit, History, LabelId};
use tagwright::project::project_file::ImportOrigin;
use tagwright::project::{Project, sample};

/// Labels the first token of a sentence of the first document, and removes overlapping spans.
fn edit(corpus: &Corpus, sentence: usize) -> Edit {
    let d = corpus.document(0);
    let span = d.span_from_tokens(sentence, 0..1, LabelId::default());
    let removed = d.spans.iter().filter(|s| s.overlaps(&span)).copied().collect();
    Edit::Spans { document: 0, removed, added: vec![span] }
}

#[test]
fn new_edit_discards_undone_edits() {
    let mut corpus = sample::dataset().expect("the sample").corpus;
    let before = corpus.documents.clone();
    let mut history = History::default();
    let make = |history: &mut History, corpus: &mut Corpus, sentence| {
        let edit = edit(corpus, sentence);
        assert!(history.apply(edit.clone(), corpus));
        edit.with_current_origins(corpus)
    };
    for sentence in 0..4 {
        make(&mut history, &mut corpus, sentence);
    }
    let kept = history.edits()[..2].to_vec();
    for _ in 0..2 {
        assert!(history.undo(&mut corpus).is_some());
    }
    assert!(history.next_redo().is_some());
    let new = make(&mut history, &mut corpus, 5);
    assert_eq!(history.edits(), [&kept[..], &[new]].concat());
    assert_eq!((history.position(), history.next_redo()), (3, None));
    let with_all = corpus.documents.clone();
    assert!(history.redo(&mut corpus).is_none());
    assert_eq!(corpus.documents, with_all);
    while history.undo(&mut corpus).is_some() {}
    assert_eq!(corpus.documents, before);
    while history.redo(&mut corpus).is_some() {}
    assert_eq!(corpus.documents, with_all);
}

#[test]
fn rejected_edit_preserves_redo() {
    let mut corpus = sample::dataset().expect("the sample").corpus;
    let mut history = History::default();
    let first = edit(&corpus, 0);
    assert!(history.apply(first.clone(), &mut corpus));
    assert!(history.undo(&mut corpus).is_some());
    let Edit::Spans { document, added, .. } = &first else { panic!("spans") };
    let strange = Edit::Spans { document: *document, removed: added.clone(), added: Vec::new() };
    assert!(!history.apply(strange, &mut corpus));
    assert_eq!(history.next_redo(), Some(&first));
}

#[test]
fn project_log_stores_applied_and_redoable_edits() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("x.tagwright");
    let dataset = sample::dataset().expect("the sample");
    let mut project = Project::open(&at).expect("a project");
    project.import(&dataset, ImportOrigin::FromSource, &|_, _| true).expect("it is filled");
    let mut corpus = dataset.corpus.clone();
    let mut history = History::default();
    let make = |project: &mut Project, history: &mut History, corpus: &mut Corpus, sentence| {
        let edit = edit(corpus, sentence);
        assert!(history.apply(edit.clone(), corpus));
        project.commit(&edit, true, history.position()).expect("stored");
    };
    for sentence in 0..5 {
        make(&mut project, &mut history, &mut corpus, sentence);
    }
    for _ in 0..3 {
        let change = history.undo(&mut corpus).expect("an edit").inverse();
        project.commit(&change, false, history.position()).expect("stored");
    }
    // One edit replaces three undone edits. Two of them must not remain after it.
    make(&mut project, &mut history, &mut corpus, 7);
    drop(project);
    let mut again = Project::open(&at).expect("a project").read().expect("contents");
    assert_eq!(again.history, history);
    assert_eq!((again.history.position(), again.history.edits().len()), (3, 3));
    assert!(again.history.redo(&mut again.dataset.corpus).is_none());
    assert_eq!(again.dataset.corpus.documents, corpus.documents);
    while again.history.undo(&mut again.dataset.corpus).is_some() {}
    assert_eq!(again.dataset.corpus.documents, dataset.corpus.documents);
}
