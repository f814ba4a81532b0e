//! Error of a numeric setting. The form translates it, the command line prints it.

/// Invalid text of a numeric setting, with the English description of the allowed range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// The text is not a number, or is outside of the allowed range.
    #[error("{0}")]
    OutOfRange(&'static str),
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
