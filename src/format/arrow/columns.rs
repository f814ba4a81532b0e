//! Values of a record batch: strings, numbers, and lists of them.

use crate::format::Problem;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use std::ops::Range;

/// True for string types that can be read.
pub(super) fn is_text(of: &DataType) -> bool {
    matches!(of, DataType::Utf8 | DataType::LargeUtf8)
}

/// True for types of strings, integers and booleans.
pub(super) fn is_value(of: &DataType) -> bool {
    is_text(of) || of.is_integer() || *of == DataType::Boolean
}

/// Returns the element type of a list type.
pub(super) fn entry(of: &DataType) -> Option<&DataType> {
    match of {
        DataType::List(field) | DataType::LargeList(field) => Some(field.data_type()),
        _ => None,
    }
}

/// Value of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Text(&'a str),
    Number(i128),
    Truth(bool),
}

/// Values of a column, by index.
pub(super) struct Values(ArrayRef);

impl Values {
    /// Returns the values of an array.
    ///
    /// # Errors
    /// Returns an error unless the values are strings, integers or booleans.
    pub fn of(array: ArrayRef) -> Result<Self, Problem> {
        if is_value(array.data_type()) {
            return Ok(Self(array));
        }
        let what = array.data_type();
        Err(Problem::at(0, 0, format!("unsupported column type {what}; convert the column to text or integers")))
    }

    /// Returns the value at an index; `None` if it is missing.
    pub fn get(&self, at: usize) -> Option<Value<'_>> {
        if at >= self.0.len() || self.0.is_null(at) {
            return None;
        }
        let array = &self.0;
        let number = match array.data_type() {
            DataType::Utf8 => return Some(Value::Text(array.as_string::<i32>().value(at))),
            DataType::LargeUtf8 => return Some(Value::Text(array.as_string::<i64>().value(at))),
            DataType::Boolean => return Some(Value::Truth(array.as_boolean().value(at))),
            DataType::Int8 => array.as_primitive::<Int8Type>().value(at).into(),
            DataType::Int16 => array.as_primitive::<Int16Type>().value(at).into(),
            DataType::Int32 => array.as_primitive::<Int32Type>().value(at).into(),
            DataType::Int64 => array.as_primitive::<Int64Type>().value(at).into(),
            DataType::UInt8 => array.as_primitive::<UInt8Type>().value(at).into(),
            DataType::UInt16 => array.as_primitive::<UInt16Type>().value(at).into(),
            DataType::UInt32 => array.as_primitive::<UInt32Type>().value(at).into(),
            DataType::UInt64 => array.as_primitive::<UInt64Type>().value(at).into(),
            _ => return None,
        };
        Some(Value::Number(number))
    }
}

/// Lists of values, one per row.
pub(super) struct Lists {
    lists: ArrayRef,
    pub values: Values,
}

impl Lists {
    /// Returns the lists of an array.
    ///
    /// # Errors
    /// Returns an error unless the array is a list of strings, integers or booleans.
    pub fn of(lists: ArrayRef) -> Result<Self, Problem> {
        let values = match lists.data_type() {
            DataType::List(_) => lists.as_list::<i32>().values().clone(),
            DataType::LargeList(_) => lists.as_list::<i64>().values().clone(),
            other => return Err(Problem::at(0, 0, format!("unsupported column type {other}; expected a list"))),
        };
        Ok(Self { values: Values::of(values)?, lists })
    }

    /// Returns the value indices of a row; `None` if the list is missing.
    pub fn row(&self, at: usize) -> Option<Range<usize>> {
        if at >= self.lists.len() || self.lists.is_null(at) {
            return None;
        }
        let (from, to) = match self.lists.data_type() {
            DataType::List(_) => {
                let offsets = self.lists.as_list::<i32>().value_offsets();
                (usize::try_from(offsets[at]).ok()?, usize::try_from(offsets[at + 1]).ok()?)
            }
            DataType::LargeList(_) => {
                let offsets = self.lists.as_list::<i64>().value_offsets();
                (usize::try_from(offsets[at]).ok()?, usize::try_from(offsets[at + 1]).ok()?)
            }
            _ => return None,
        };
        Some(from..to)
    }
}
