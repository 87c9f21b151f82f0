//! Words among the time formats that are no format.

/// The word for RFC 3339 among the time formats.
pub(crate) const RFC3339: &str = "rfc3339";
/// The word for the days of a spreadsheet as a number, counted from 1900.
pub(crate) const SERIAL: &str = "serial";
/// The same of a workbook that counts from 1904.
pub(crate) const SERIAL_1904: &str = "serial1904";
/// All of them.
pub(super) const WORDS: [&str; 3] = [RFC3339, SERIAL, SERIAL_1904];
