//! Opening: all paths of a dataset lead to the same project, and only damaged or replaced projects are set aside.

use std::path::{Path, PathBuf};
use tagwright::corpus::{Corpus, Edit, LabelId, ReviewState};
use tagwright::failure::Failure;
use tagwright::project::opening::{decide, open};
use tagwright::project::project_file::{ImportOrigin, ProjectError};
use tagwright::project::{AppDirs, Opened, Opening, Project, SourceChange, SourceDecision};

const TEXT: &str = "Anna B-PER\nsings O\n\nOslo B-LOC\nrains O\n";

/// Temporary directory for data, with a subdirectory for the files of the program.
struct TestDirs(tempfile::TempDir);

impl TestDirs {
    fn new() -> Self {
        let dirs = Self(tempfile::tempdir().expect("a folder"));
        dirs.write("a.conll", TEXT);
        dirs
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: impl AsRef<Path>, text: &str) {
        std::fs::write(self.path(name), text).expect("a file");
    }

    fn app_dirs(&self) -> AppDirs {
        AppDirs::with_root(&self.path("own"))
    }

    fn open(&self, path: impl AsRef<Path>) -> Result<Opening, Failure> {
        open(&self.path(path), &self.app_dirs(), None)
    }

    /// Opens a dataset and imports it into its project, like the window. Panics if it does not open.
    fn opened(&self, path: impl AsRef<Path>) -> Opened {
        let Ok(Opening::Opened(mut opened)) = self.open(path) else { panic!("the dataset does not open") };
        if opened.is_new {
            opened.project.import(&opened.dataset, ImportOrigin::FromSource, &|_, _| true).expect("it is filled");
        }
        *opened
    }

    fn changed(&self, path: impl AsRef<Path>) -> SourceChange {
        match self.open(path) {
            Ok(Opening::Changed(changed)) => *changed,
            Ok(Opening::Opened(opened)) => panic!("the dataset opens, new: {}", opened.is_new),
            Err(e) => panic!("{e}"),
        }
    }

    /// Opens a dataset and labels its second token. Returns the path of the project.
    fn labeled(&self, path: impl AsRef<Path>) -> PathBuf {
        let mut opened = self.opened(path);
        label(&mut opened);
        opened.project.path().to_owned()
    }

    /// Returns the names of the project files.
    fn projects(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.app_dirs().projects()).expect("a folder").flatten();
        let names = entries.map(|e| e.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|n| n.ends_with(".tagwright")).collect();
        names.sort();
        names
    }
}

/// Labels the second token, in memory and in the project.
fn label(opened: &mut Opened) {
    let span = opened.dataset.corpus.document(0).span_from_tokens(0, 1..2, LabelId::default());
    let edit = Edit::Spans { document: 0, removed: Vec::new(), added: vec![span] };
    assert!(opened.history.apply(edit.clone(), &mut opened.dataset.corpus));
    opened.project.commit(&edit, true, opened.history.position()).expect("stored");
}

fn spans(corpus: &Corpus) -> usize {
    corpus.documents.iter().map(|d| d.spans.len()).sum()
}

#[test]
fn all_paths_of_file_open_same_project() {
    let dirs = TestDirs::new();
    let project = dirs.labeled("a.conll");
    let check = |path: PathBuf| {
        let opened = dirs.opened(&path);
        assert_eq!(
            (opened.project.path(), spans(&opened.dataset.corpus)),
            (project.as_path(), 3),
            "{}",
            path.display()
        );
    };
    check(dirs.path("./../").join(dirs.0.path().file_name().expect("a name")).join("a.conll"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(dirs.path("a.conll"), dirs.path("b.conll")).expect("a link");
        check(dirs.path("b.conll"));
        std::os::unix::fs::symlink(dirs.0.path(), dirs.path("c")).expect("a link");
        check(dirs.path("c/a.conll"));
    }
    assert_eq!(dirs.projects().len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn unusual_file_names_keep_project() {
    use std::os::unix::ffi::OsStrExt;
    let dirs = TestDirs::new();
    let long = format!("{}.conll", "x".repeat(249));
    let wide = format!("{}.conll", "ü".repeat(120));
    for name in [std::ffi::OsStr::from_bytes(b"a\xff.conll"), long.as_ref(), wide.as_ref()] {
        dirs.write(name, TEXT);
        dirs.labeled(name);
        assert_eq!(spans(&dirs.opened(name).dataset.corpus), 3, "{name:?}");
    }
    assert_eq!(dirs.projects().len(), 3);
}

#[cfg(unix)]
#[test]
fn project_aliases_share_lock() {
    let dirs = TestDirs::new();
    let project = dirs.labeled("a.conll");
    std::os::unix::fs::symlink(&project, dirs.path("s.tagwright")).expect("a link");
    std::fs::hard_link(&project, dirs.path("h.tagwright")).expect("a link");
    let first = Project::open(&dirs.path("h.tagwright")).expect("a project");
    // Another process: within one process, a second open of the project shares the lock.
    for name in ["s.tagwright", "h.tagwright"] {
        let script = format!(
            "import fcntl, glob, os, sys\nfor p in sys.argv[1:]:\n    f = open(p, 'r+')\n    try:\n        fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)\n    except OSError:\n        sys.exit(0)\nsys.exit('{name} is free')"
        );
        let locks = [tagwright::disk::append_suffix(&project, "-lock"), dirs.path("h.tagwright-lock")];
        let there: Vec<_> = locks.iter().filter(|l| l.exists()).collect();
        let held = std::process::Command::new("python3").arg("-c").arg(script).args(there).status().expect("python");
        assert!(held.success());
    }
    drop(first);
}

#[test]
fn busy_project_is_not_set_aside() {
    let dirs = TestDirs::new();
    let project = dirs.labeled("a.conll");
    let other = rusqlite::Connection::open(&project).expect("a database");
    other.execute_batch("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE;").expect("it is locked");
    let why = dirs.open("a.conll").err().expect("it does not open");
    assert!(why.message.contains("try again"), "{why}");
    drop(other);
    assert_eq!(spans(&dirs.opened("a.conll").dataset.corpus), 3);
    assert_eq!(dirs.projects().len(), 1);
}

#[test]
fn invalid_database_is_set_aside() {
    let dirs = TestDirs::new();
    let project = dirs.labeled("a.conll");
    std::fs::write(&project, "this is a letter, not a database, and it is long enough to be looked at")
        .expect("a file");
    let opened = dirs.opened("a.conll");
    assert!(opened.notice.expect("a notice").1.contains("-damaged-1.tagwright"));
    assert_eq!(dirs.projects().len(), 2);
}

/// Checks that a project changed by `sql` opens read-only or is rejected, with this message.
fn check_forged(sql: &str, opens: bool, message: &str) {
    let dirs = TestDirs::new();
    let project = dirs.labeled("a.conll");
    let db = rusqlite::Connection::open(&project).expect("a database");
    db.execute_batch(sql).expect("it is changed");
    drop(db);
    match open(&project, &dirs.app_dirs(), None) {
        Ok(Opening::Opened(mut opened)) => {
            assert!(opens, "{sql}");
            let notice = opened.notice.clone().map(|n| n.1).unwrap_or_default();
            assert!(notice.contains(message), "{sql}: {notice}");
            assert_eq!(opened.project.is_read_only(), !message.is_empty() && !message.contains("damaged"), "{sql}");
            if opened.project.is_read_only() {
                let edit = Edit::Review {
                    document: 0,
                    sentence: 0,
                    before: ReviewState::default(),
                    after: ReviewState { done: true, ..ReviewState::default() },
                };
                assert!(matches!(opened.project.commit(&edit, true, 1), Err(ProjectError::Unusable { .. })));
            }
        }
        Ok(Opening::Changed(_)) => panic!("{sql}: the source is unchanged"),
        Err(why) => assert!(!opens && why.message.contains(message), "{sql}: {why}"),
    }
}

#[test]
fn unknown_projects_are_not_modified() {
    check_forged("UPDATE sources SET format='hologram'", true, "a format that is unknown to this version");
    check_forged("UPDATE edits SET edit='{\"Teleport\":{}}'", true, "an edit that this version cannot read");
    check_forged("CREATE TRIGGER t AFTER INSERT ON edits BEGIN DELETE FROM spans; END", false, "trigger “t”");
    check_forged("CREATE VIEW v AS SELECT * FROM spans", false, "view “v”");
    check_forged("CREATE TABLE extra(x)", false, "table “extra”");
    check_forged("PRAGMA user_version=99", false, "newer version");
    check_forged("PRAGMA user_version=-1", false, "not a Tagwright project");
    check_forged("UPDATE documents SET tokens=x'00'", false, "damaged");
    check_forged("ALTER TABLE spans RENAME COLUMN stop TO finish", false, "failed to read");
}

#[test]
fn invalid_row_is_skipped() {
    let check = |sql: &str, expected: usize| {
        let dirs = TestDirs::new();
        let project = dirs.labeled("a.conll");
        let db = rusqlite::Connection::open(&project).expect("a database");
        db.execute_batch(sql).expect("it is changed");
        drop(db);
        let opened = dirs.opened(&project);
        assert_eq!(spans(&opened.dataset.corpus), expected, "{sql}");
    };
    check("UPDATE spans SET start=-5 WHERE rowid=(SELECT MIN(rowid) FROM spans)", 2);
    check("UPDATE spans SET label='x' WHERE rowid=(SELECT MAX(rowid) FROM spans)", 2);
    check("UPDATE labels SET colour=-1 WHERE id=0", 3);
    check("UPDATE labels SET letter=x'ff' WHERE id=1", 3);
}

#[test]
fn document_without_column_values_is_valid() {
    let dirs = TestDirs::new();
    dirs.write("p.conll", "Anna NNP I-NP I-PER\nsings VB I-VP O\n");
    let project = dirs.labeled("p.conll");
    let db = rusqlite::Connection::open(&project).expect("a database");
    db.execute_batch("UPDATE documents SET columns=x''").expect("it is changed");
    drop(db);
    let opened = dirs.opened(&project);
    let corpus = &opened.dataset.corpus;
    assert_eq!(corpus.value(0, corpus.document(0), 0), "");
    let db = rusqlite::Connection::open(&project).expect("a database");
    // Three values for two tokens, and an invalid value.
    for wrong in ["x'000000000000000000000000'", "x'ffffffffffffffffffffffffffffffff'"] {
        db.execute_batch(&format!("UPDATE documents SET columns={wrong}")).expect("it is changed");
        assert!(Project::open(&project).expect("a project").read().is_err(), "{wrong}");
    }
}

#[test]
fn foreign_database_is_not_modified() {
    let dirs = TestDirs::new();
    let at = dirs.path("notes.tagwright");
    let db = rusqlite::Connection::open(&at).expect("a database");
    db.execute_batch("CREATE TABLE notes(text)").expect("a table");
    drop(db);
    let before = std::fs::read(&at).expect("a file");
    assert!(dirs.open("notes.tagwright").err().expect("refused").message.contains("another program"));
    assert!(std::fs::read(&at).expect("a file") == before, "it was written to");
}

#[test]
fn changed_source_requires_decision_and_keeps_labels() {
    let dirs = TestDirs::new();
    let project = dirs.labeled("a.conll");
    dirs.write("a.conll", "It O\nsnows O\n\nAnna B-PER\nsings O\n\nOslo B-LOC\nshines O\n");
    let changed = dirs.changed("a.conll");
    let c = &changed.carried;
    assert_eq!((c.unchanged, c.changed, c.new, c.removed, changed.edits), (1, 1, 1, 0, 1));
    assert_eq!(dirs.projects().len(), 1, "no project is moved without a decision");
    drop(changed);
    let compared = decide(dirs.changed("a.conll"), SourceDecision::Compare, &dirs.app_dirs()).expect("it opens");
    assert_eq!((spans(&compared.dataset.corpus), dirs.projects().len()), (3, 1));
    drop(compared);
    let kept = decide(dirs.changed("a.conll"), SourceDecision::KeepLabels, &dirs.app_dirs()).expect("it opens");
    assert_eq!((spans(&kept.dataset.corpus), kept.history.position()), (3, 1));
    let stored = kept.project.read().expect("contents");
    assert_eq!((spans(&stored.dataset.corpus), stored.history.position()), (3, 1), "it is stored already");
    assert_eq!(kept.dataset.corpus.document(0).to_token_spans(1).len(), 2);
    let (_, notice) = kept.notice.clone().expect("a notice");
    assert!(notice.contains("-before-1.tagwright"), "{notice}");
    // The previous project is intact and opens by its own path.
    let before = dirs.app_dirs().projects().join(dirs.projects().iter().find(|n| n.contains("before")).expect("it"));
    assert_eq!(spans(&dirs.opened(&before).dataset.corpus), 3);
    assert_eq!(kept.project.path(), project);
}

#[test]
fn start_over_reads_source() {
    let dirs = TestDirs::new();
    dirs.labeled("a.conll");
    dirs.write("a.conll", &format!("{TEXT}\n"));
    let over = decide(dirs.changed("a.conll"), SourceDecision::Reimport, &dirs.app_dirs()).expect("it opens");
    assert_eq!((spans(&over.dataset.corpus), over.history.position(), dirs.projects().len()), (2, 0, 2));
}

#[test]
fn new_file_in_directory_is_a_change() {
    let dirs = TestDirs::new();
    std::fs::create_dir(dirs.path("ds")).expect("a folder");
    dirs.write("ds/train.conll", TEXT);
    dirs.labeled("ds");
    dirs.write("ds/dev.conll", "Bergen B-LOC\n");
    let changed = dirs.changed("ds");
    assert_eq!((changed.carried.unchanged, changed.carried.new), (2, 1));
    let kept = decide(changed, SourceDecision::KeepLabels, &dirs.app_dirs()).expect("it opens");
    assert_eq!(kept.history.position(), 1);
}

#[test]
fn moved_dataset_keeps_labels() {
    let dirs = TestDirs::new();
    dirs.labeled("a.conll");
    std::fs::rename(dirs.path("a.conll"), dirs.path("b.conll")).expect("it is moved");
    let opened = dirs.opened("b.conll");
    assert_eq!(spans(&opened.dataset.corpus), 3);
    assert_eq!(opened.dataset.files[0].path, dirs.path("b.conll"));
    drop(opened);
    assert_eq!(spans(&dirs.opened("b.conll").dataset.corpus), 3);
    // A copy is another dataset.
    std::fs::copy(dirs.path("b.conll"), dirs.path("c.conll")).expect("a copy");
    assert_eq!(spans(&dirs.opened("c.conll").dataset.corpus), 2);
}

#[test]
fn missing_source_opens_stored_labels() {
    let dirs = TestDirs::new();
    dirs.labeled("a.conll");
    std::fs::remove_file(dirs.path("a.conll")).expect("it is removed");
    let opened = dirs.opened("a.conll");
    assert_eq!(spans(&opened.dataset.corpus), 3);
    assert!(opened.notice.expect("a notice").1.contains("was not found"));
}

#[cfg(unix)]
#[test]
fn removed_or_replaced_project_is_reported() {
    let check = |change: &dyn Fn(&Path), is_removed: bool| {
        let dirs = TestDirs::new();
        let mut opened = dirs.opened("a.conll");
        change(opened.project.path());
        let edit = Edit::Review {
            document: 0,
            sentence: 0,
            before: ReviewState::default(),
            after: ReviewState { done: true, ..ReviewState::default() },
        };
        let result = opened.project.commit(&edit, true, 1);
        match result {
            Err(ProjectError::Removed { .. }) => assert!(is_removed),
            Err(ProjectError::Replaced { .. }) => assert!(!is_removed),
            other => panic!("{other:?}"),
        }
    };
    check(&|at| std::fs::remove_file(at).expect("it is removed"), true);
    check(&|at| std::fs::rename(at, at.with_extension("old")).expect("it is renamed"), true);
    let replace = |at: &Path| {
        std::fs::remove_file(at).expect("it is removed");
        std::fs::write(at, "another file").expect("a file");
    };
    check(&replace, false);
}

#[cfg(unix)]
#[test]
fn project_files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let dirs = TestDirs::new();
    let project = dirs.labeled("a.conll");
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&project), 0o600);
    assert_eq!(mode(&tagwright::disk::append_suffix(&project, "-lock")), 0o600);
    for folder in [dirs.app_dirs().projects(), dirs.path("own"), dirs.path("own/runs")] {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
    }
}

#[cfg(unix)]
#[test]
fn settings_file_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let dirs = TestDirs::new();
    tagwright::project::Settings::default().save(&dirs.app_dirs());
    let mode = std::fs::metadata(dirs.app_dirs().settings()).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn new_file_at_old_path_is_separate_dataset() {
    let dirs = TestDirs::new();
    dirs.labeled("a.conll");
    std::fs::rename(dirs.path("a.conll"), dirs.path("b.conll")).expect("it is moved");
    assert_eq!(spans(&dirs.opened("b.conll").dataset.corpus), 3);
    dirs.write("a.conll", "Ida B-PER\nruns O\n");
    assert_eq!(spans(&dirs.opened("a.conll").dataset.corpus), 1);
    assert_eq!(spans(&dirs.opened("b.conll").dataset.corpus), 3);
}

#[test]
fn changed_brat_text_is_a_change() {
    for edited in [false, true] {
        let dirs = TestDirs::new();
        dirs.write("a.ann", "T1\tPER 0 4\tAnna\n");
        dirs.write("a.txt", "Anna sings");
        if edited {
            dirs.labeled("a.ann");
        } else {
            dirs.opened("a.ann");
        }
        dirs.write("a.txt", "Today Anna sings");
        assert!(matches!(dirs.open("a.ann"), Ok(Opening::Changed(_))), "edited: {edited}");
    }
}

#[test]
fn failed_decision_keeps_project() {
    use tagwright::disk::fault::{Fault, plan};
    for step in 0..6 {
        let dirs = TestDirs::new();
        dirs.labeled("a.conll");
        dirs.write("a.conll", &format!("It O\n\n{TEXT}"));
        let changed = dirs.changed("a.conll");
        plan(Some((step, Fault::Fail)));
        let decided = decide(changed, SourceDecision::KeepLabels, &dirs.app_dirs());
        plan(None);
        if decided.is_err() {
            assert_eq!(dirs.projects().len(), 1, "step {step}");
            assert_eq!(dirs.changed("a.conll").edits, 1, "step {step}");
        }
    }
}
