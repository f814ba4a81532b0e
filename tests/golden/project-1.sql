-- A project file of version 1, as the program of the first landing made it: one document of two sentences, one edit.
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources(number INTEGER PRIMARY KEY, path TEXT NOT NULL, split TEXT NOT NULL, format TEXT NOT NULL,
    scheme TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TABLE labels(id INTEGER PRIMARY KEY, name TEXT NOT NULL, colour INTEGER NOT NULL);
CREATE TABLE columns(number INTEGER PRIMARY KEY, name TEXT NOT NULL, vals TEXT NOT NULL);
CREATE TABLE documents(id INTEGER PRIMARY KEY, split TEXT NOT NULL, file INTEGER NOT NULL,
    first_sentence INTEGER NOT NULL, text TEXT NOT NULL, tokens BLOB NOT NULL, sentences BLOB NOT NULL,
    columns BLOB NOT NULL);
CREATE TABLE spans(document INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, label INTEGER NOT NULL,
    origin TEXT NOT NULL, decided INTEGER NOT NULL);
CREATE INDEX spans_by_place ON spans(document, start, stop);
CREATE TABLE edits(seq INTEGER PRIMARY KEY, edit TEXT NOT NULL, made INTEGER NOT NULL);
CREATE TABLE runs(number INTEGER PRIMARY KEY, started INTEGER NOT NULL, base TEXT NOT NULL, recipe TEXT NOT NULL,
    outcome TEXT NOT NULL, dev_f1 REAL, test_f1 REAL, train_seconds REAL NOT NULL, folder TEXT NOT NULL);
INSERT INTO meta VALUES('name','old'),('position','1');
INSERT INTO sources VALUES(0,'old.conll','train','conll','IOB2','0');
INSERT INTO labels VALUES(0,'LOC',0);
INSERT INTO documents VALUES(0,'train',0,0,'Oslo rain'||char(10)||'Vay',
    x'000000000400000005000000090000000a0000000d000000',x'000000000200000003000000',x'');
INSERT INTO spans VALUES(0,0,4,0,'import',0),(0,10,13,0,'person',1);
INSERT INTO edits VALUES(0,'{"Spans":{"document":0,"removed":[],"added":[[10,13,0]]}}',1);
PRAGMA user_version=1;
