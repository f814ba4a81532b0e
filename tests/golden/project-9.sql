BEGIN TRANSACTION;
CREATE TABLE classes(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE columns(number INTEGER PRIMARY KEY, name TEXT NOT NULL, vals TEXT NOT NULL);
CREATE TABLE document_classes(document INTEGER NOT NULL, class INTEGER NOT NULL, PRIMARY KEY(document, class)) WITHOUT ROWID;
CREATE TABLE documents(id INTEGER PRIMARY KEY, split TEXT NOT NULL, file INTEGER NOT NULL,
    place INTEGER NOT NULL, text TEXT NOT NULL, tokens BLOB NOT NULL, sentences BLOB NOT NULL,
    columns BLOB NOT NULL, name TEXT NOT NULL DEFAULT '');
INSERT INTO "documents" VALUES(0,'train',0,0,'Oslo rain
Vay',X'000000000400000005000000090000000A0000000D000000',X'000000000200000003000000',X'','');
CREATE TABLE edits(seq INTEGER PRIMARY KEY, edit TEXT NOT NULL, made INTEGER NOT NULL);
INSERT INTO "edits" VALUES(0,'{"Spans":{"document":0,"removed":[],"added":[[10,13,65536]]}}',1795986591);
CREATE TABLE labels(id INTEGER PRIMARY KEY, name TEXT NOT NULL, colour INTEGER NOT NULL, letter TEXT);
INSERT INTO "labels" VALUES(0,'LOC',0,NULL);
CREATE TABLE marks(document INTEGER NOT NULL, sentence INTEGER NOT NULL, done INTEGER NOT NULL, flagged INTEGER NOT NULL,
    comment TEXT NOT NULL, remarks TEXT NOT NULL DEFAULT '[]', PRIMARY KEY(document, sentence)) WITHOUT ROWID;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('classes','read');
INSERT INTO "meta" VALUES('name','old');
INSERT INTO "meta" VALUES('position','1');
INSERT INTO "meta" VALUES('proposers','[]');
INSERT INTO "meta" VALUES('reader','5');
CREATE TABLE runs(number INTEGER PRIMARY KEY, started INTEGER NOT NULL, base TEXT NOT NULL, recipe TEXT NOT NULL,
    outcome TEXT NOT NULL, train_seconds REAL NOT NULL, folder TEXT NOT NULL, metrics TEXT NOT NULL DEFAULT '', details TEXT NOT NULL DEFAULT '{}');
INSERT INTO "runs" VALUES(1,1795986600,'Starter','2e-5, 3 epochs','completed',12.5,'runs/old/run-1','{"metric":"f1","dev":{"f1":0.851234567890123},"test":{}}','{"name":"first"}');
INSERT INTO "runs" VALUES(2,1795986700,'Starter','2e-5, 3 epochs','interrupted',0.0,'runs/old/run-2','{"metric":"f1","dev":{},"test":{}}','{}');
INSERT INTO "runs" VALUES(3,1795986800,'Starter','3e-5, 1 epoch','stopped',1.5,'runs/old/run-3','{"metric":"f1","dev":{"f1":0.5},"test":{"f1":0.25}}','{}');
CREATE TABLE saving(number INTEGER PRIMARY KEY, hash TEXT NOT NULL);
CREATE TABLE snapshots(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, made INTEGER NOT NULL, labels TEXT NOT NULL,
    spans BLOB NOT NULL);
CREATE TABLE sources(number INTEGER PRIMARY KEY, path TEXT NOT NULL, split TEXT NOT NULL, format TEXT NOT NULL,
    scheme TEXT NOT NULL, hash TEXT NOT NULL, unit TEXT, choices TEXT NOT NULL DEFAULT '{}');
INSERT INTO "sources" VALUES(0,'old.conll','train','conll','IOB2','0ee0d698433a522782ff2211e53e7de7b88d1e0773e0bb912487bfc9e97132c7',NULL,'{}');
CREATE TABLE spans(document INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, label INTEGER NOT NULL,
    origin TEXT NOT NULL, decided INTEGER NOT NULL, proposer INTEGER, score REAL);
INSERT INTO "spans" VALUES(0,0,4,0,'import',0,NULL,NULL);
INSERT INTO "spans" VALUES(0,10,13,0,'person',1795986591,NULL,NULL);
CREATE TABLE suggestions(document INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, label INTEGER NOT NULL,
    proposer INTEGER NOT NULL, score REAL NOT NULL);
CREATE TABLE views(name TEXT PRIMARY KEY, query TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX spans_by_place ON spans(document, start, stop);
CREATE INDEX suggestions_by_place ON suggestions(document, start, stop);
COMMIT;
PRAGMA user_version=9;
