//! Columns of one value per row: the other fields of the records.

use super::list_columns::{ReadError, SentenceTable, catch_panic};
use crate::corpus::FieldValue;
use crate::format::Problem;
use parquet::basic::Repetition;
use parquet::file::reader::FileReader;
use parquet::record::Field;
use parquet::schema::types::{Type, TypePtr};
use std::sync::Arc;

/// Fields of the rows of a row group: names with values.
pub(super) type RowFields = Vec<Vec<(String, FieldValue)>>;

impl SentenceTable {
    /// Returns the names of the columns of one value per row.
    pub fn scalar_columns(&self) -> Vec<String> {
        self.scalars().iter().map(|column| column.name().to_owned()).collect()
    }

    fn scalars(&self) -> Vec<TypePtr> {
        let is_scalar = |column: &&TypePtr| {
            column.is_primitive()
                && column.get_basic_info().repetition() != Repetition::REPEATED
                && column.name() != "id"
        };
        self.reader.metadata().file_metadata().schema().get_fields().iter().filter(is_scalar).cloned().collect()
    }

    /// Returns the values of these columns in a row group. Empty if there are no such columns.
    ///
    /// # Errors
    /// Returns an error if the file is damaged or too large.
    pub fn row_fields(&self, number: usize) -> Result<RowFields, Problem> {
        let columns = self.scalars();
        if columns.is_empty() {
            return Ok(Vec::new());
        }
        catch_panic(|| -> Result<_, ReadError> {
            let group = self.reader.get_row_group(number)?;
            let metadata = group.metadata();
            for chunk in metadata.columns() {
                if columns.iter().any(|column| chunk.column_path().parts() == [column.name()]) {
                    self.check(chunk)?;
                }
            }
            let projection = Type::group_type_builder("schema").with_fields(columns).build()?;
            let mut rows = Vec::new();
            for row in group.get_row_iter(Some(projection))? {
                let row = row?;
                let fields =
                    row.get_column_iter().filter_map(|(name, value)| Some((name.clone(), field_value(value)?)));
                rows.push(fields.collect());
            }
            Ok(rows)
        })
    }
}

/// Returns a value as the value of a field. `None` for null.
fn field_value(value: &Field) -> Option<FieldValue> {
    match value {
        Field::Null => None,
        Field::Str(text) => Some(FieldValue::Text(text.clone())),
        Field::Bool(_)
        | Field::Byte(_)
        | Field::Short(_)
        | Field::Int(_)
        | Field::Long(_)
        | Field::UByte(_)
        | Field::UShort(_)
        | Field::UInt(_)
        | Field::ULong(_)
        | Field::Float16(_)
        | Field::Float(_)
        | Field::Double(_) => Some(FieldValue::Json(value.to_string())),
        other => Some(FieldValue::Text(other.to_string())),
    }
}

/// Returns the type of a column of texts.
pub(super) fn text_column(name: &str) -> Result<TypePtr, parquet::errors::ParquetError> {
    let column = Type::primitive_type_builder(name, parquet::basic::Type::BYTE_ARRAY)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(Some(parquet::basic::LogicalType::String));
    Ok(Arc::new(column.build()?))
}
