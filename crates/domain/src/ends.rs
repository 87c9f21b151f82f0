//! Ends as people write them (A-G-3): who writes `23:59:59` means the whole day.
//!
//! Always holds: an interval is half-open, so an end that is given as 23:59:59, without a fraction and on the wall
//! of the shop's zone, is the next 00:00:00: read so, kept so, answered so, with a warning that says it. Only
//! ends are read like this; starts and the moments at which things happened stay what they are. Every door reads
//! its ends here.

use crate::{
    Code, Instant, Violation,
    time::{Window, Zone},
};
use serde_json::Value;

/// What an end of a window is called.
const NAME: &str = "ends_at";
/// What ends are called in terms.
const NAMES: [&str; 2] = [NAME, "until"];

/// Reads the ends of one request, and remembers which of them were written as the last second of a day.
#[derive(Debug)]
pub struct Ends<'a> {
    zone: &'a Zone,
    moved: Vec<Violation>,
}

impl<'a> Ends<'a> {
    /// Of a shop in that zone.
    pub const fn new(zone: &'a Zone) -> Self {
        Self { zone, moved: Vec::new() }
    }
    /// The end that is meant by one that was given for a field.
    pub fn read(&mut self, field: &str, given: Instant) -> Instant {
        let meant = self.zone.end(given);
        if meant != given {
            let message = format!(
                "{} is taken as the end of that day, {}",
                self.zone.format(given),
                self.zone.format(meant)
            );
            self.moved.push(Violation::with(field, Code::EndOfDay, message));
        }
        meant
    }
    /// A window of a field, with the end that is meant.
    pub fn window(&mut self, field: &str, given: Window) -> Window {
        Window { ends_at: self.read(&format!("{field}.{NAME}"), given.ends_at), ..given }
    }
    /// Puts the ends that are meant into JSON: a text called `ends_at` or `until`, or the same anywhere below. What is no
    /// moment stays, for its reader to refuse.
    pub fn put(&mut self, field: &str, value: &mut Value) {
        match value {
            Value::String(text) if field.rsplit('.').next().is_some_and(|name| NAMES.contains(&name)) => {
                if let Some(given) = Instant::parse(text) {
                    let meant = self.read(field, given);
                    if meant != given {
                        *text = meant.to_string();
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.put(&format!("{field}[{index}]"), item);
                }
            }
            Value::Object(fields) => {
                for (name, value) in fields.iter_mut() {
                    self.put(&format!("{field}.{name}"), value);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    /// A warning for each end that was moved.
    pub fn into_warnings(self) -> Vec<Violation> {
        self.moved
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_g_3_the_last_second_of_a_day_means_the_next_day_whatever_the_offset() {
        for (zone, given, meant) in [
            ("Asia/Shanghai", "2031-03-10T23:59:59+08:00", "2031-03-11T00:00:00+08:00"),
            ("Asia/Shanghai", "2031-03-10T15:59:59Z", "2031-03-11T00:00:00+08:00"),
            ("Asia/Shanghai", "2031-12-31T23:59:59+08:00", "2032-01-01T00:00:00+08:00"),
            // The wall of the shop decides, not the one of whoever wrote it.
            ("Asia/Shanghai", "2031-03-10T23:59:59Z", "2031-03-10T23:59:59Z"),
            ("Asia/Shanghai", "2031-03-10T23:59:59.000001+08:00", "2031-03-10T23:59:59.000001+08:00"),
            ("Asia/Shanghai", "2031-03-10T23:59:58+08:00", "2031-03-10T23:59:58+08:00"),
            ("Asia/Shanghai", "2031-03-10T23:59:00+08:00", "2031-03-10T23:59:00+08:00"),
            ("America/New_York", "2031-03-08T23:59:59-05:00", "2031-03-09T00:00:00-05:00"),
            ("America/New_York", "2031-03-09T23:59:59-04:00", "2031-03-10T00:00:00-04:00"),
            // The clock is set forward over midnight, and back over it: both times it was 23:59:59.
            ("America/Sao_Paulo", "2018-11-03T23:59:59-03:00", "2018-11-04T01:00:00-02:00"),
            ("America/Sao_Paulo", "2018-02-17T23:59:59-02:00", "2018-02-18T00:00:00-03:00"),
            ("America/Sao_Paulo", "2018-02-17T23:59:59-03:00", "2018-02-18T00:00:00-03:00"),
            // Set back from 01:00 to 00:00: the day ends at the first of the two midnights.
            ("America/Havana", "2022-11-05T23:59:59-04:00", "2022-11-06T00:00:00-04:00"),
        ] {
            let (zone, at) = (Zone::find(zone).unwrap(), |text| Instant::parse(text).unwrap());
            let mut ends = Ends::new(&zone);
            assert_eq!(ends.read("ends_at", at(given)), at(meant), "{given}");
            assert_eq!(ends.read("ends_at", at(meant)), at(meant), "{given}: what is meant is meant");
            let codes: Vec<Code> = ends.into_warnings().iter().map(|moved| moved.code).collect();
            assert_eq!(codes, if given == meant { vec![] } else { vec![Code::EndOfDay] }, "{given}");
        }
    }

    #[test]
    fn a_g_3_ends_are_found_by_their_name_at_any_depth() {
        let zone = Zone::shanghai();
        let mut ends = Ends::new(&zone);
        let last = "2031-03-10T23:59:59+08:00";
        let mut terms = json!({
            "starts_at": last, "window": { "starts_at": last, "ends_at": last }, "ends_at": "soon",
            "waves": [{ "ends_at": last }], "note": last,
        });
        ends.put("terms", &mut terms);
        let meant = "2031-03-10T16:00:00Z";
        let expected = json!({
            "starts_at": last, "window": { "starts_at": last, "ends_at": meant }, "ends_at": "soon",
            "waves": [{ "ends_at": meant }], "note": last,
        });
        assert_eq!(terms, expected);
        let fields: Vec<String> = ends.into_warnings().into_iter().map(|moved| moved.field).collect();
        assert_eq!(fields, ["terms.waves[0].ends_at", "terms.window.ends_at"]);
    }
}
