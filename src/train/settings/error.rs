//! Error of a setting. The form translates it, the command line prints it.

/// Invalid text of a setting, with the English description of the allowed values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// The text is not a number, or is outside of the allowed range.
    #[error("{0}")]
    OutOfRange(&'static str),
    /// The text is not one of these values.
    #[error("Enter one of these values: {}", .0.join(", "))]
    NotAnOption(&'static [&'static str]),
    /// A comma of an integer does not separate thousands.
    #[error("Commas are only allowed between thousands, for example 12,000. {0}")]
    Comma(&'static str),
    /// A fraction has a decimal comma. The first value is the number with a decimal point.
    #[error("Use a decimal point, not a comma: {0}. {1}")]
    DecimalComma(String, &'static str),
    /// A fraction has commas that are not decimal commas.
    #[error("Use a decimal point and no commas. {0}")]
    Commas(&'static str),
}

/// Stored settings that this version cannot use, so the run could not be reproduced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoredSettingsError {
    /// The setting is unknown, or its value is invalid.
    #[error("unsupported setting {id} = {value}")]
    Unsupported {
        /// Id of the setting.
        id: String,
        /// Stored value.
        value: String,
    },
    /// The setting is missing.
    #[error("setting {0} is missing")]
    Missing(String),
}
