//! Connection to the SQLite file of a project: its settings, its version, and the rejection of other files.
//!
//! A project file can come from an untrusted source. SQLite therefore runs in defensive mode, and a file with a
//! trigger, a view or an unknown table is rejected.

use super::project_file::ProjectError;
use super::schema::{CREATE_TABLES, MIGRATIONS, NAMES, SCHEMA_VERSION};
use crate::disk;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use std::path::Path;
use std::time::Duration;

/// Timeout for another program that writes the same file.
const BUSY: Duration = Duration::from_secs(5);

/// Opens a project for reading and writing. A missing file becomes an empty project.
///
/// # Errors
/// Returns an error if SQLite fails, or if the file has a newer version, belongs to another program or has an unknown
/// schema.
pub(super) fn writable(path: &Path) -> Result<Connection, ProjectError> {
    let fail = |source| ProjectError::Sqlite { path: path.to_owned(), source };
    if !path.exists() {
        disk::write_private(path, b"")?;
    }
    let connection = Connection::open(path).map_err(fail)?;
    prepare(&connection).map_err(fail)?;
    let version = version(&connection).map_err(fail)?;
    let refuse = |reason: String| Err(ProjectError::Unusable { path: path.to_owned(), reason });
    if let Some(reason) = rejection_reason(&connection, version).map_err(fail)? {
        return refuse(reason);
    }
    if version > SCHEMA_VERSION {
        return refuse(format!("created by a newer version (schema {version}, supported {SCHEMA_VERSION})"));
    }
    connection.pragma_update(None, "journal_mode", "WAL").map_err(fail)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(fail)?;
    migrate(&connection, version).map_err(fail)?;
    Ok(connection)
}

/// Opens a project that another program has open, for reading.
///
/// # Errors
/// Returns an error under the conditions of [`writable`], or if the file has an older version, which only the other
/// program can upgrade.
pub(super) fn shared(path: &Path) -> Result<Connection, ProjectError> {
    let connection = read_only(path)?;
    let version = version(&connection).map_err(|source| ProjectError::Sqlite { path: path.to_owned(), source })?;
    if version < SCHEMA_VERSION {
        let reason = "another program has it open, and it has an older version that must be upgraded first; close it \
                      in the other program and open it again";
        return Err(ProjectError::Unusable { path: path.to_owned(), reason: reason.to_owned() });
    }
    Ok(connection)
}

/// Opens a project of any version read-only.
///
/// # Errors
/// Returns an error under the conditions of [`writable`].
pub(super) fn read_only(path: &Path) -> Result<Connection, ProjectError> {
    let fail = |source| ProjectError::Sqlite { path: path.to_owned(), source };
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(fail)?;
    prepare(&connection).map_err(fail)?;
    let version = version(&connection).map_err(fail)?;
    match rejection_reason(&connection, version).map_err(fail)? {
        Some(reason) => Err(ProjectError::Unusable { path: path.to_owned(), reason }),
        None => Ok(connection),
    }
}

/// Applies the settings of every connection.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    Ok(())
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |r| r.get(0))
}

/// Returns the reason if a database is not a project of this program. `None` for a project, an empty file, and a newer
/// version.
fn rejection_reason(connection: &Connection, version: i64) -> rusqlite::Result<Option<String>> {
    let first = |sql: &str| connection.query_row(sql, [], |r| r.get::<_, String>(0)).optional();
    if version < 0 {
        return Ok(Some(format!("not a Tagwright project (invalid schema version {version})")));
    }
    if version == 0 {
        let table = first("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' LIMIT 1")?;
        return Ok(table.map(|name| format!("database of another program (contains a table “{name}”)")));
    }
    let active =
        first("SELECT type || ' “' || name || '”' FROM sqlite_master WHERE type IN ('trigger', 'view') LIMIT 1")?;
    if let Some(what) = active {
        let reason = "Tagwright projects never contain one, and it could change labels unnoticed";
        return Ok(Some(format!(
            "contains a {what}: {reason}; remove it with an SQLite tool, or open the dataset itself"
        )));
    }
    if version > SCHEMA_VERSION {
        return Ok(None);
    }
    let mut tables =
        connection.prepare("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'")?;
    let names: Vec<String> = tables.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
    let unknown = names.into_iter().find(|name| !NAMES.contains(&name.as_str()));
    Ok(unknown.map(|name| format!("not a Tagwright project: unknown table “{name}”")))
}

/// Migrates the tables to the current version.
fn migrate(connection: &Connection, version: i64) -> rusqlite::Result<()> {
    if version == 0 {
        return connection.execute_batch(&format!("BEGIN;{CREATE_TABLES}PRAGMA user_version={SCHEMA_VERSION};COMMIT;"));
    }
    let done = usize::try_from(version - 1).unwrap_or(0);
    for (next, migration) in (version + 1..).zip(MIGRATIONS.iter().skip(done)) {
        connection.execute_batch(&format!("BEGIN;{migration}PRAGMA user_version={next};COMMIT;"))?;
    }
    Ok(())
}
