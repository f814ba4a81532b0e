BEGIN TRANSACTION;
CREATE TABLE columns(number INTEGER PRIMARY KEY, name TEXT NOT NULL, vals TEXT NOT NULL);
CREATE TABLE documents(id INTEGER PRIMARY KEY, split TEXT NOT NULL, file INTEGER NOT NULL,
    place INTEGER NOT NULL, text TEXT NOT NULL, tokens BLOB NOT NULL, sentences BLOB NOT NULL,
    columns BLOB NOT NULL);
INSERT INTO "documents" VALUES(0,'train',0,0,'Oslo rain
Vay',X'000000000400000005000000090000000A0000000D000000',X'000000000200000003000000',X'');
CREATE TABLE edits(seq INTEGER PRIMARY KEY, edit TEXT NOT NULL, made INTEGER NOT NULL);
INSERT INTO "edits" VALUES(0,'{"Spans":{"document":0,"removed":[],"added":[[10,13,0]]}}',1);
CREATE TABLE labels(id INTEGER PRIMARY KEY, name TEXT NOT NULL, colour INTEGER NOT NULL);
INSERT INTO "labels" VALUES(0,'LOC',0);
CREATE TABLE marks(document INTEGER NOT NULL, sentence INTEGER NOT NULL, done INTEGER NOT NULL, flagged INTEGER NOT NULL,
    comment TEXT NOT NULL, PRIMARY KEY(document, sentence)) WITHOUT ROWID;
INSERT INTO "marks" VALUES(0,1,1,0,'sure');
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('name','old');
INSERT INTO "meta" VALUES('position','1');
INSERT INTO "meta" VALUES('proposers','["Starter"]');
CREATE TABLE runs(number INTEGER PRIMARY KEY, started INTEGER NOT NULL, base TEXT NOT NULL, recipe TEXT NOT NULL,
    outcome TEXT NOT NULL, dev_f1 REAL, test_f1 REAL, train_seconds REAL NOT NULL, folder TEXT NOT NULL);
CREATE TABLE snapshots(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, made INTEGER NOT NULL, labels TEXT NOT NULL,
    spans BLOB NOT NULL);
CREATE TABLE sources(number INTEGER PRIMARY KEY, path TEXT NOT NULL, split TEXT NOT NULL, format TEXT NOT NULL,
    scheme TEXT NOT NULL, hash TEXT NOT NULL, unit TEXT, choices TEXT NOT NULL DEFAULT '{}');
INSERT INTO "sources" VALUES(0,'old.conll','train','conll','IOB2','0',NULL,'{}');
CREATE TABLE spans(document INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, label INTEGER NOT NULL,
    origin TEXT NOT NULL, decided INTEGER NOT NULL, proposer INTEGER, score REAL);
INSERT INTO "spans" VALUES(0,0,4,0,'import',0,NULL,NULL);
INSERT INTO "spans" VALUES(0,10,13,0,'person',1,NULL,NULL);
CREATE TABLE suggestions(document INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, label INTEGER NOT NULL,
    proposer INTEGER NOT NULL, score REAL NOT NULL);
INSERT INTO "suggestions" VALUES(0,5,9,0,0,0.5);
CREATE TABLE views(name TEXT PRIMARY KEY, query TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX spans_by_place ON spans(document, start, stop);
CREATE INDEX suggestions_by_place ON suggestions(document, start, stop);
PRAGMA user_version=4;
COMMIT;
