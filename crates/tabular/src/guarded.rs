//! Calls the reader of workbooks. What it cannot read is an error of the file, also where it panics over it: a number in a
//! cell's place that overflows, a part that ends too soon.

use crate::error::Error;
use calamine::XlsxError;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The result of a call. After an error the reader is not asked again.
pub fn guarded<T>(read: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, Error> {
    let Ok(read) = catch_unwind(AssertUnwindSafe(read)) else {
        let said = "not a workbook that can be read: something in it is out of all bounds";
        return Err(Error::Workbook(said.to_owned()));
    };
    read.map_err(|error| Error::Workbook(format!("not a workbook that can be read: {error}")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_panic_over_a_file_is_an_error_of_the_file() {
        assert_eq!(guarded(|| Ok(1)).unwrap(), 1);
        let error = guarded(|| -> Result<(), XlsxError> { panic!("attempt to multiply with overflow") });
        assert!(error.unwrap_err().to_string().contains("out of all bounds"));
    }
}
