//! Tables of a project, and the migrations of older versions.

/// Version of the tables. A file with a newer version is refused and not changed.
pub(super) const SCHEMA_VERSION: i64 = 10;

/// Names of all tables.
pub(super) const NAMES: [&str; 15] = [
    "meta",
    "sources",
    "saving",
    "labels",
    "columns",
    "documents",
    "spans",
    "suggestions",
    "marks",
    "classes",
    "document_classes",
    "edits",
    "views",
    "snapshots",
    "runs",
];

/// SQL that migrates a file from version 1, 2, ... to the next version.
pub(super) const MIGRATIONS: [&str; 9] = [
    "
ALTER TABLE documents RENAME COLUMN first_sentence TO place;
ALTER TABLE sources ADD COLUMN unit TEXT;
",
    "
ALTER TABLE sources ADD COLUMN choices TEXT NOT NULL DEFAULT '{}';
CREATE TABLE marks(document INTEGER NOT NULL, sentence INTEGER NOT NULL, done INTEGER NOT NULL, flagged INTEGER NOT NULL,
    comment TEXT NOT NULL, PRIMARY KEY(document, sentence)) WITHOUT ROWID;
CREATE TABLE views(name TEXT PRIMARY KEY, query TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE snapshots(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, made INTEGER NOT NULL, labels TEXT NOT NULL,
    spans BLOB NOT NULL);
",
    "
ALTER TABLE spans ADD COLUMN proposer INTEGER;
ALTER TABLE spans ADD COLUMN score REAL;
CREATE TABLE suggestions(document INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, label INTEGER NOT NULL,
    proposer INTEGER NOT NULL, score REAL NOT NULL);
CREATE INDEX suggestions_by_place ON suggestions(document, start, stop);
",
    "
ALTER TABLE marks ADD COLUMN remarks TEXT NOT NULL DEFAULT '[]';
ALTER TABLE labels ADD COLUMN letter TEXT;
CREATE TABLE classes(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE document_classes(document INTEGER NOT NULL, class INTEGER NOT NULL, PRIMARY KEY(document, class)) WITHOUT ROWID;
",
    "
CREATE TABLE saving(number INTEGER PRIMARY KEY, hash TEXT NOT NULL);
",
    "
ALTER TABLE documents ADD COLUMN name TEXT NOT NULL DEFAULT '';
",
    "
ALTER TABLE runs ADD COLUMN metrics TEXT NOT NULL DEFAULT '';
UPDATE runs SET metrics = json_object('metric', 'f1',
    'dev', json(CASE WHEN dev_f1 IS NULL THEN '{}' ELSE json_object('f1', dev_f1) END),
    'test', json(CASE WHEN test_f1 IS NULL THEN '{}' ELSE json_object('f1', test_f1) END));
ALTER TABLE runs DROP COLUMN dev_f1;
ALTER TABLE runs DROP COLUMN test_f1;
",
    "
ALTER TABLE runs ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
",
    "
ALTER TABLE documents ADD COLUMN moved BLOB NOT NULL DEFAULT x'';
ALTER TABLE documents ADD COLUMN fields TEXT NOT NULL DEFAULT '[]';
",
];

pub(super) const CREATE_TABLES: &str = "
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources(number INTEGER PRIMARY KEY, path TEXT NOT NULL, split TEXT NOT NULL, format TEXT NOT NULL,
    scheme TEXT NOT NULL, hash TEXT NOT NULL, unit TEXT, choices TEXT NOT NULL DEFAULT '{}');
CREATE TABLE saving(number INTEGER PRIMARY KEY, hash TEXT NOT NULL);
CREATE TABLE labels(id INTEGER PRIMARY KEY, name TEXT NOT NULL, colour INTEGER NOT NULL, letter TEXT);
CREATE TABLE columns(number INTEGER PRIMARY KEY, name TEXT NOT NULL, vals TEXT NOT NULL);
CREATE TABLE documents(id INTEGER PRIMARY KEY, split TEXT NOT NULL, file INTEGER NOT NULL,
    place INTEGER NOT NULL, text TEXT NOT NULL, tokens BLOB NOT NULL, sentences BLOB NOT NULL,
    columns BLOB NOT NULL, name TEXT NOT NULL DEFAULT '',
    moved BLOB NOT NULL DEFAULT x'', fields TEXT NOT NULL DEFAULT '[]');
CREATE TABLE spans(document INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, label INTEGER NOT NULL,
    origin TEXT NOT NULL, decided INTEGER NOT NULL, proposer INTEGER, score REAL);
CREATE INDEX spans_by_place ON spans(document, start, stop);
CREATE TABLE suggestions(document INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, label INTEGER NOT NULL,
    proposer INTEGER NOT NULL, score REAL NOT NULL);
CREATE INDEX suggestions_by_place ON suggestions(document, start, stop);
CREATE TABLE marks(document INTEGER NOT NULL, sentence INTEGER NOT NULL, done INTEGER NOT NULL, flagged INTEGER NOT NULL,
    comment TEXT NOT NULL, remarks TEXT NOT NULL DEFAULT '[]', PRIMARY KEY(document, sentence)) WITHOUT ROWID;
CREATE TABLE classes(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE document_classes(document INTEGER NOT NULL, class INTEGER NOT NULL, PRIMARY KEY(document, class)) WITHOUT ROWID;
CREATE TABLE edits(seq INTEGER PRIMARY KEY, edit TEXT NOT NULL, made INTEGER NOT NULL);
CREATE TABLE views(name TEXT PRIMARY KEY, query TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE snapshots(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, made INTEGER NOT NULL, labels TEXT NOT NULL,
    spans BLOB NOT NULL);
CREATE TABLE runs(number INTEGER PRIMARY KEY, started INTEGER NOT NULL, base TEXT NOT NULL, recipe TEXT NOT NULL,
    outcome TEXT NOT NULL, train_seconds REAL NOT NULL, folder TEXT NOT NULL, metrics TEXT NOT NULL DEFAULT '',
    details TEXT NOT NULL DEFAULT '{}');
";
