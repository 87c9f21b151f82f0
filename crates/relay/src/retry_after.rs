//! How long a receiver asks to be left alone.

use std::time::{Duration, UNIX_EPOCH};

use reqwest::header::{HeaderMap, RETRY_AFTER};

/// The longest pause a receiver may ask for: the longest of our own schedule.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// `Retry-After` as seconds or as an HTTP date; nothing if it is neither or lies in the past.
pub(crate) fn retry_after(headers: &HeaderMap, now_seconds: i64) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if let Ok(seconds) = value.parse::<u64>() {
        Duration::from_secs(seconds)
    } else {
        let date = httpdate::parse_http_date(value).ok()?;
        let now = Duration::from_secs(u64::try_from(now_seconds).ok()?);
        date.duration_since(UNIX_EPOCH).ok()?.checked_sub(now)?
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_and_bounded() {
        // 1994-11-06T08:49:37Z is 784,111,777 seconds after 1970.
        for (value, expected) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("999999999", Some(86_400)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(77)),
            ("Sat, 06 Nov 2094 08:49:37 GMT", Some(86_400)),
            ("Sat, 06 Nov 1993 08:49:37 GMT", None),
            ("-1", None),
            ("soon", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            let expected = expected.map(Duration::from_secs);
            assert_eq!(retry_after(&headers, 784_111_700), expected, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), 0), None);
    }
}
