//! Quotes of a running engine.

use super::Run;
use money::Currency;
use preview::{Ask, PreviewError, Quoted};

impl Run {
    pub fn quoted(&self, ask: &Ask) -> Result<Quoted, PreviewError> {
        self.quoting.quote(&self.shop, ask, self.engine.now())
    }
    /// The code of a refusal, with the field at fault where there is one: `not_found lines[0].line_id`.
    pub fn no_quote(&self, ask: &Ask) -> String {
        match self.quoted(ask) {
            Err(PreviewError::Refused(refusal)) => match refusal.violations.first() {
                Some(first) => format!("{} {}", first.code, first.field),
                None => refusal.code.to_string(),
            },
            Err(other) => panic!("{other:?}"),
            Ok(quoted) => format!("pays {}", Currency::CNY.digits(quoted.quote.payable)),
        }
    }
}
