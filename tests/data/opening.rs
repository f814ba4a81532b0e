//! Opening: one dataset is one project whatever path leads to it, and nothing is moved aside or written that should not be.

use std::path::{Path, PathBuf};
use tagwright::corpus::{Corpus, Edit, LabelId, ReviewState};
use tagwright::project::opening::{decide, open};
use tagwright::project::project_file::{Filled, ProjectError};
use tagwright::project::{AppDirs, Changed, Decision, Opened, Opening, Project};

const TEXT: &str = "Anna B-PER\nsings O\n\nOslo B-LOC\nrains O\n";

/// A folder for data and one for the program's own files.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        desk.write("a.conll", TEXT);
        desk
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: impl AsRef<Path>, text: &str) {
        std::fs::write(self.path(name), text).expect("a file");
    }

    fn places(&self) -> AppDirs {
        AppDirs::with_root(&self.path("own"))
    }

    fn open(&self, path: impl AsRef<Path>) -> Result<Opening, String> {
        open(&self.path(path), &self.places(), None)
    }

    /// Opens what must open, and fills its project as the window does.
    fn opened(&self, path: impl AsRef<Path>) -> Opened {
        let Ok(Opening::Opened(mut opened)) = self.open(path) else { panic!("it does not open") };
        if opened.is_new {
            opened.project.import(&opened.dataset, Filled::FromSource, &|_, _| true).expect("it is filled");
        }
        *opened
    }

    fn changed(&self, path: impl AsRef<Path>) -> Changed {
        match self.open(path) {
            Ok(Opening::Changed(changed)) => *changed,
            Ok(Opening::Opened(opened)) => panic!("it opens, new: {}", opened.is_new),
            Err(e) => panic!("{e}"),
        }
    }

    /// Opens a dataset and labels its second word; the project.
    fn labeled(&self, path: impl AsRef<Path>) -> PathBuf {
        let mut opened = self.opened(path);
        label(&mut opened);
        opened.project.path().to_owned()
    }

    /// The files of projects.
    fn projects(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.places().projects()).expect("a folder").flatten();
        let names = entries.map(|e| e.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|n| n.ends_with(".tagwright")).collect();
        names.sort();
        names
    }
}

/// Labels the second word, in the project too.
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
fn one_file_is_one_project_whatever_path_leads_to_it() {
    let desk = Desk::new();
    let project = desk.labeled("a.conll");
    let check = |path: PathBuf| {
        let opened = desk.opened(&path);
        assert_eq!(
            (opened.project.path(), spans(&opened.dataset.corpus)),
            (project.as_path(), 3),
            "{}",
            path.display()
        );
    };
    check(desk.path("./../").join(desk.0.path().file_name().expect("a name")).join("a.conll"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(desk.path("a.conll"), desk.path("b.conll")).expect("a link");
        check(desk.path("b.conll"));
        std::os::unix::fs::symlink(desk.0.path(), desk.path("c")).expect("a link");
        check(desk.path("c/a.conll"));
    }
    assert_eq!(desk.projects().len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn any_name_keeps_its_project() {
    use std::os::unix::ffi::OsStrExt;
    let desk = Desk::new();
    let long = format!("{}.conll", "x".repeat(249));
    let wide = format!("{}.conll", "ü".repeat(120));
    for name in [std::ffi::OsStr::from_bytes(b"a\xff.conll"), long.as_ref(), wide.as_ref()] {
        desk.write(name, TEXT);
        desk.labeled(name);
        assert_eq!(spans(&desk.opened(name).dataset.corpus), 3, "{name:?}");
    }
    assert_eq!(desk.projects().len(), 3);
}

#[cfg(unix)]
#[test]
fn a_second_name_of_a_project_has_no_second_writer() {
    let desk = Desk::new();
    let project = desk.labeled("a.conll");
    std::os::unix::fs::symlink(&project, desk.path("s.tagwright")).expect("a link");
    std::fs::hard_link(&project, desk.path("h.tagwright")).expect("a link");
    let first = Project::open(&desk.path("h.tagwright")).expect("a project");
    // Another program: within one, who has a project open gets the same lock.
    for name in ["s.tagwright", "h.tagwright"] {
        let script = format!(
            "import fcntl, glob, os, sys\nfor p in sys.argv[1:]:\n    f = open(p, 'r+')\n    try:\n        fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)\n    except OSError:\n        sys.exit(0)\nsys.exit('{name} is free')"
        );
        let locks = [tagwright::disk::append_suffix(&project, "-lock"), desk.path("h.tagwright-lock")];
        let there: Vec<_> = locks.iter().filter(|l| l.exists()).collect();
        let held = std::process::Command::new("python3").arg("-c").arg(script).args(there).status().expect("python");
        assert!(held.success());
    }
    drop(first);
}

#[test]
fn a_healthy_project_that_is_busy_is_not_set_aside() {
    let desk = Desk::new();
    let project = desk.labeled("a.conll");
    let other = rusqlite::Connection::open(&project).expect("a database");
    other.execute_batch("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE;").expect("it is locked");
    let why = desk.open("a.conll").err().expect("it does not open");
    assert!(why.contains("try again"), "{why}");
    drop(other);
    assert_eq!(spans(&desk.opened("a.conll").dataset.corpus), 3);
    assert_eq!(desk.projects().len(), 1);
}

#[test]
fn a_file_that_is_no_database_is_set_aside_and_named() {
    let desk = Desk::new();
    let project = desk.labeled("a.conll");
    std::fs::write(&project, "this is a letter, not a database, and it is long enough to be looked at")
        .expect("a file");
    let opened = desk.opened("a.conll");
    assert!(opened.notice.expect("a notice").1.contains("-damaged-1.tagwright"));
    assert_eq!(desk.projects().len(), 2);
}

/// A project changed by `sql` opens read only and stays as it is, or is refused; `said` is told.
fn check_forged(sql: &str, opens: bool, said: &str) {
    let desk = Desk::new();
    let project = desk.labeled("a.conll");
    let db = rusqlite::Connection::open(&project).expect("a database");
    db.execute_batch(sql).expect("it is changed");
    drop(db);
    match open(&project, &desk.places(), None) {
        Ok(Opening::Opened(mut opened)) => {
            assert!(opens, "{sql}");
            let told = opened.notice.clone().map(|n| n.1).unwrap_or_default();
            assert!(told.contains(said), "{sql}: {told}");
            assert_eq!(opened.project.is_read_only(), !said.is_empty() && !said.contains("damaged"), "{sql}");
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
        Ok(Opening::Changed(_)) => panic!("{sql}: the source is as it was"),
        Err(why) => assert!(!opens && why.contains(said), "{sql}: {why}"),
    }
}

#[test]
fn projects_that_this_version_does_not_know_are_not_written() {
    check_forged("UPDATE sources SET format='hologram'", true, "in a format that this version does not know");
    check_forged("UPDATE edits SET edit='{\"Teleport\":{}}'", true, "one that this version cannot read");
    check_forged("CREATE TRIGGER t AFTER INSERT ON edits BEGIN DELETE FROM spans; END", false, "trigger “t”");
    check_forged("CREATE VIEW v AS SELECT * FROM spans", false, "view “v”");
    check_forged("CREATE TABLE extra(x)", false, "table “extra”");
    check_forged("PRAGMA user_version=99", false, "newer version");
    check_forged("PRAGMA user_version=-1", false, "no project of this program");
    check_forged("UPDATE documents SET tokens=x'00'", false, "damaged");
    check_forged("ALTER TABLE spans RENAME COLUMN stop TO finish", false, "could not be read");
}

#[test]
fn one_wrong_row_costs_itself() {
    let check = |sql: &str, expected: usize| {
        let desk = Desk::new();
        let project = desk.labeled("a.conll");
        let db = rusqlite::Connection::open(&project).expect("a database");
        db.execute_batch(sql).expect("it is changed");
        drop(db);
        let opened = desk.opened(&project);
        assert_eq!(spans(&opened.dataset.corpus), expected, "{sql}");
    };
    check("UPDATE spans SET start=-5 WHERE rowid=(SELECT MIN(rowid) FROM spans)", 2);
    check("UPDATE spans SET label='x' WHERE rowid=(SELECT MAX(rowid) FROM spans)", 2);
    check("UPDATE labels SET colour=-1 WHERE id=0", 3);
    check("UPDATE labels SET letter=x'ff' WHERE id=1", 3);
}

#[test]
fn a_document_without_values_in_the_columns_is_sound() {
    let desk = Desk::new();
    desk.write("p.conll", "Anna NNP I-NP I-PER\nsings VB I-VP O\n");
    let project = desk.labeled("p.conll");
    let db = rusqlite::Connection::open(&project).expect("a database");
    db.execute_batch("UPDATE documents SET columns=x''").expect("it is changed");
    drop(db);
    let opened = desk.opened(&project);
    let corpus = &opened.dataset.corpus;
    assert_eq!(corpus.value(0, corpus.document(0), 0), "");
    let db = rusqlite::Connection::open(&project).expect("a database");
    // Three values for two tokens, and a value that is none.
    for wrong in ["x'000000000000000000000000'", "x'ffffffffffffffffffffffffffffffff'"] {
        db.execute_batch(&format!("UPDATE documents SET columns={wrong}")).expect("it is changed");
        assert!(Project::open(&project).expect("a project").read().is_err(), "{wrong}");
    }
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let desk = Desk::new();
    let at = desk.path("notes.tagwright");
    let db = rusqlite::Connection::open(&at).expect("a database");
    db.execute_batch("CREATE TABLE notes(text)").expect("a table");
    drop(db);
    let before = std::fs::read(&at).expect("a file");
    assert!(desk.open("notes.tagwright").err().expect("refused").contains("another program"));
    assert!(std::fs::read(&at).expect("a file") == before, "it was written to");
}

#[test]
fn a_changed_source_is_asked_about_and_labels_are_kept_on_unchanged_sentences() {
    let desk = Desk::new();
    let project = desk.labeled("a.conll");
    desk.write("a.conll", "It O\nsnows O\n\nAnna B-PER\nsings O\n\nOslo B-LOC\nshines O\n");
    let changed = desk.changed("a.conll");
    let c = &changed.carried;
    assert_eq!((c.unchanged, c.changed, c.new, c.removed, changed.edits), (1, 1, 1, 0, 1));
    assert_eq!(desk.projects().len(), 1, "nothing is moved without a decision");
    drop(changed);
    let compared = decide(desk.changed("a.conll"), Decision::Compare, &desk.places()).expect("it opens");
    assert_eq!((spans(&compared.dataset.corpus), desk.projects().len()), (3, 1));
    drop(compared);
    let kept = decide(desk.changed("a.conll"), Decision::KeepLabels, &desk.places()).expect("it opens");
    assert_eq!((spans(&kept.dataset.corpus), kept.history.position()), (3, 1));
    let stored = kept.project.read().expect("contents");
    assert_eq!((spans(&stored.dataset.corpus), stored.history.position()), (3, 1), "it is stored already");
    assert_eq!(kept.dataset.corpus.document(0).to_token_spans(1).len(), 2);
    let (_, told) = kept.notice.clone().expect("a notice");
    assert!(told.contains("-before-1.tagwright"), "{told}");
    // The project of before is whole, and opens by its own path.
    let before = desk.places().projects().join(desk.projects().iter().find(|n| n.contains("before")).expect("it"));
    assert_eq!(spans(&desk.opened(&before).dataset.corpus), 3);
    assert_eq!(kept.project.path(), project);
}

#[test]
fn starting_over_reads_the_source() {
    let desk = Desk::new();
    desk.labeled("a.conll");
    desk.write("a.conll", &format!("{TEXT}\n"));
    let over = decide(desk.changed("a.conll"), Decision::StartOver, &desk.places()).expect("it opens");
    assert_eq!((spans(&over.dataset.corpus), over.history.position(), desk.projects().len()), (2, 0, 2));
}

#[test]
fn a_file_that_comes_into_a_folder_is_a_change() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("ds")).expect("a folder");
    desk.write("ds/train.conll", TEXT);
    desk.labeled("ds");
    desk.write("ds/dev.conll", "Bergen B-LOC\n");
    let changed = desk.changed("ds");
    assert_eq!((changed.carried.unchanged, changed.carried.new), (2, 1));
    let kept = decide(changed, Decision::KeepLabels, &desk.places()).expect("it opens");
    assert_eq!(kept.history.position(), 1);
}

#[test]
fn a_dataset_that_was_moved_keeps_its_labels() {
    let desk = Desk::new();
    desk.labeled("a.conll");
    std::fs::rename(desk.path("a.conll"), desk.path("b.conll")).expect("it is moved");
    let opened = desk.opened("b.conll");
    assert_eq!(spans(&opened.dataset.corpus), 3);
    assert_eq!(opened.dataset.files[0].path, desk.path("b.conll"));
    drop(opened);
    assert_eq!(spans(&desk.opened("b.conll").dataset.corpus), 3);
    // A copy is another dataset.
    std::fs::copy(desk.path("b.conll"), desk.path("c.conll")).expect("a copy");
    assert_eq!(spans(&desk.opened("c.conll").dataset.corpus), 2);
}

#[test]
fn labels_of_a_source_that_is_gone_can_be_reached() {
    let desk = Desk::new();
    desk.labeled("a.conll");
    std::fs::remove_file(desk.path("a.conll")).expect("it is removed");
    let opened = desk.opened("a.conll");
    assert_eq!(spans(&opened.dataset.corpus), 3);
    assert!(opened.notice.expect("a notice").1.contains("no longer there"));
}

#[cfg(unix)]
#[test]
fn a_project_that_is_removed_or_replaced_while_open_says_so() {
    let check = |change: &dyn Fn(&Path)| {
        let desk = Desk::new();
        let mut opened = desk.opened("a.conll");
        change(opened.project.path());
        let edit = Edit::Review {
            document: 0,
            sentence: 0,
            before: ReviewState::default(),
            after: ReviewState { done: true, ..ReviewState::default() },
        };
        let result = opened.project.commit(&edit, true, 1);
        assert!(matches!(result, Err(ProjectError::Gone { .. })), "{result:?}");
    };
    check(&|at| std::fs::remove_file(at).expect("it is removed"));
    check(&|at| std::fs::rename(at, at.with_extension("old")).expect("it is renamed"));
    check(&|at| {
        std::fs::remove_file(at).expect("it is removed");
        std::fs::write(at, "another file").expect("a file");
    });
}

#[cfg(unix)]
#[test]
fn own_files_are_for_this_users_eyes_alone() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let project = desk.labeled("a.conll");
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&project), 0o600);
    assert_eq!(mode(&tagwright::disk::append_suffix(&project, "-lock")), 0o600);
    for folder in [desk.places().projects(), desk.path("own"), desk.path("own/runs")] {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
    }
}

#[cfg(unix)]
#[test]
fn settings_are_for_this_users_eyes_alone() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    tagwright::project::Settings::default().save(&desk.places());
    let mode = std::fs::metadata(desk.places().settings()).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_comes_to_the_old_path_of_a_moved_dataset_is_another_dataset() {
    let desk = Desk::new();
    desk.labeled("a.conll");
    std::fs::rename(desk.path("a.conll"), desk.path("b.conll")).expect("it is moved");
    assert_eq!(spans(&desk.opened("b.conll").dataset.corpus), 3);
    desk.write("a.conll", "Ida B-PER\nruns O\n");
    assert_eq!(spans(&desk.opened("a.conll").dataset.corpus), 1);
    assert_eq!(spans(&desk.opened("b.conll").dataset.corpus), 3);
}

#[test]
fn a_text_beside_annotations_that_another_program_changed_is_a_change() {
    for edited in [false, true] {
        let desk = Desk::new();
        desk.write("a.ann", "T1\tPER 0 4\tAnna\n");
        desk.write("a.txt", "Anna sings");
        if edited {
            desk.labeled("a.ann");
        } else {
            desk.opened("a.ann");
        }
        desk.write("a.txt", "Today Anna sings");
        assert!(matches!(desk.open("a.ann"), Ok(Opening::Changed(_))), "edited: {edited}");
    }
}

#[test]
fn a_decision_that_cannot_be_carried_out_leaves_the_project_where_it_was() {
    use tagwright::disk::fault::{Fault, plan};
    for step in 0..6 {
        let desk = Desk::new();
        desk.labeled("a.conll");
        desk.write("a.conll", &format!("It O\n\n{TEXT}"));
        let changed = desk.changed("a.conll");
        plan(Some((step, Fault::Fail)));
        let decided = decide(changed, Decision::KeepLabels, &desk.places());
        plan(None);
        if decided.is_err() {
            assert_eq!(desk.projects().len(), 1, "step {step}");
            assert_eq!(desk.changed("a.conll").edits, 1, "step {step}");
        }
    }
}
