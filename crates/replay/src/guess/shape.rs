//! What the values of a column look like: moments and how they are written, amounts, whole numbers.

use domain::limits;
use jiff::fmt::strtime::BrokenDownTime;
use std::collections::BTreeMap;

/// Formats that are tried, those without a doubt first. The word `serial` is a spreadsheet's day number.
const FORMATS: &[&str] = &[
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S%:z",
    "%Y.%m.%d %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d",
];
/// The word for RFC 3339.
const RFC3339: &str = "rfc3339";
/// The word for a spreadsheet's day number.
pub(super) const SERIAL: &str = "serial";
/// Words that exports write where nothing is.
const EMPTY: &[&str] = &[
    "-",
    "--",
    "—",
    "/",
    "null",
    "none",
    "nan",
    "n/a",
    "na",
    "nil",
    "无",
    "空",
    "未支付",
    "未付款",
    "暂无",
    "0000-00-00",
    "0000-00-00 00:00:00",
    "0001-01-01",
    "0001-01-01 00:00:00",
    "1970-01-01 08:00:00",
    "1970-01-01 00:00:00",
    "0",
];

/// What the values of a column look like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// Values that are there.
    pub filled: usize,
    /// Of these, values that differ.
    pub distinct: usize,
    /// Moments, by the format that reads them; a value that several read counts for each.
    pub times: BTreeMap<&'static str, usize>,
    /// Values that are a moment in any way.
    pub moments: usize,
    /// Decimal numbers.
    pub amounts: usize,
    /// Amounts with a comma between groups of three digits.
    pub grouped: usize,
    /// Amounts with a decimal comma.
    pub decimal_comma: usize,
    /// Whole numbers, `2.00` among them.
    pub wholes: usize,
    /// Words that stand for nothing.
    pub empty_words: Vec<String>,
}

impl Shape {
    /// The shape of the values; those that are empty count for nothing.
    pub fn of<'v>(values: impl Iterator<Item = &'v str>) -> Self {
        let mut shape = Self::default();
        let mut seen = std::collections::BTreeSet::new();
        for value in values.filter(|value| !value.is_empty()) {
            if is_empty_word(value) && moments(value).is_empty() && value != "0" {
                if !shape.empty_words.iter().any(|known| known == value) {
                    shape.empty_words.push(value.to_owned());
                }
                continue;
            }
            shape.filled += 1;
            seen.insert(value);
            shape.add(value);
        }
        shape.distinct = seen.len();
        shape
    }

    fn add(&mut self, value: &str) {
        let read = moments(value);
        self.moments += usize::from(!read.is_empty());
        for format in read {
            *self.times.entry(format).or_default() += 1;
        }
        if let Some(amount) = Written::read(value) {
            self.amounts += 1;
            self.grouped += usize::from(amount.is_grouped);
            self.decimal_comma += usize::from(amount.has_decimal_comma);
            self.wholes += usize::from(amount.is_whole);
        }
    }

    /// Whether so many of the values are of a sort that the column is.
    pub fn mostly(&self, of_the_sort: usize) -> bool {
        self.filled > 0 && of_the_sort * 10 >= self.filled * 9
    }

    /// The formats that together read every moment, the ones that read most first.
    pub fn formats(&self) -> Vec<&'static str> {
        let mut by_count: Vec<(&'static str, usize)> = self.times.iter().map(|(&f, &n)| (f, n)).collect();
        let rank = |format: &str| FORMATS.iter().position(|known| *known == format).unwrap_or(FORMATS.len());
        by_count.sort_by_key(|(format, count)| (std::cmp::Reverse(*count), rank(format)));
        by_count.into_iter().map(|(format, _)| format).collect()
    }
}

/// Whether the word stands for nothing.
pub(super) fn is_empty_word(value: &str) -> bool {
    EMPTY.contains(&value.to_lowercase().as_str())
}

/// The formats that read the value as a moment of our time.
pub(super) fn moments(value: &str) -> Vec<&'static str> {
    let read = |format: &&&'static str| {
        let Ok(read) = BrokenDownTime::parse(**format, value) else { return false };
        let year = read.year().or_else(|| read.to_date().ok().map(jiff::civil::Date::year));
        read.to_date().is_ok() && year.is_some_and(|year| (1990..=2100).contains(&year))
    };
    let mut found: Vec<&'static str> = FORMATS.iter().filter(read).copied().collect();
    if domain::Instant::parse(value).is_some() {
        found.push(RFC3339);
    }
    // A local time of ISO 8601, and one in Chinese words, are understood whatever the formats are.
    let is_iso =
        value.len() >= 16 && value.as_bytes()[10] == b'T' && value.parse::<jiff::civil::DateTime>().is_ok();
    let is_chinese = value.contains('年') && value.contains('月') && value.contains('日');
    if found.is_empty() && (is_iso || is_chinese) {
        found.push(FORMATS[0]);
    }
    if found.is_empty() && is_serial(value) {
        found.push(SERIAL);
    }
    found
}

/// A day of a spreadsheet between 1990 and 2100 with its time of day.
fn is_serial(value: &str) -> bool {
    let Some((day, fraction)) = value.split_once('.') else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(day)
        && digits(fraction)
        && fraction.len() > 4
        && day.parse().is_ok_and(|day: u32| (32_874..73_051).contains(&day))
}

/// How an amount is written.
struct Written {
    is_grouped: bool,
    has_decimal_comma: bool,
    is_whole: bool,
}

impl Written {
    fn read(value: &str) -> Option<Self> {
        let signs = |letter: char| "¥￥$€£ 元".contains(letter);
        let size = value.trim_matches(signs);
        let size = size.strip_prefix('-').unwrap_or(size).trim_start_matches(signs);
        if size.is_empty()
            || size.len() > 20
            || !size.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',')
        {
            return None;
        }
        let last = size.rfind(['.', ',']);
        let decimals = last.map_or("", |at| &size[at + 1..]);
        let comma_last = last.is_some_and(|at| size.as_bytes()[at] == b',');
        // 1,299 is grouped, 5,50 has a decimal comma; so has 1.299,00.
        let has_decimal_comma = comma_last && (decimals.len() != 3 || size.contains('.'));
        let (point, group) = if has_decimal_comma { (',', '.') } else { ('.', ',') };
        let (whole, decimals) = size.split_once(point).unwrap_or((size, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let mut groups = whole.split(group);
        let first = groups.next()?;
        let is_fine =
            !first.is_empty() && digits(first) && groups.all(|group| group.len() == 3 && digits(group));
        let is_grouped = whole.contains(group);
        let is_whole = decimals.bytes().all(|byte| byte == b'0')
            && whole.replace(group, "").parse().is_ok_and(|units: u64| units <= limits::LINE_QUANTITY);
        (is_fine && digits(decimals)).then_some(Self { is_grouped, has_decimal_comma, is_whole })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_known_by_their_format() {
        for (value, format) in [
            ("2025-11-01 20:00:03", "%Y-%m-%d %H:%M:%S"),
            ("2025/11/1 8:00:03", "%Y/%m/%d %H:%M:%S"),
            ("2025-11-01 20:00", "%Y-%m-%d %H:%M"),
            ("2025-11-28 20:00:41 +0800", "%Y-%m-%d %H:%M:%S %z"),
            ("2025-11-28T20:00:41+08:00", RFC3339),
            ("20251128200041", "%Y%m%d%H%M%S"),
            ("45962.833368", SERIAL),
            ("2023年6月1日 下午3:05:00", FORMATS[0]),
            ("31/12/2025 20:00", "%d/%m/%Y %H:%M"),
        ] {
            assert_eq!(moments(value), [format], "{value}");
        }
        assert_eq!(moments("11/02/2025 20:00").len(), 2, "month or day first cannot be told from one");
        for value in [
            "4100000000000100001",
            "59.00",
            "13900000000",
            "soon",
            "2025",
            "329.00000",
            "0001-01-01 00:00:00",
        ] {
            assert_eq!(moments(value), Vec::<&str>::new(), "{value}");
        }
    }

    #[test]
    fn amounts_say_how_they_are_written() {
        let shape = |values: &[&str]| Shape::of(values.iter().copied());
        let chinese = shape(&["1,299.00", "¥59", "-3.5", "2.00", "100元"]);
        assert_eq!((chinese.amounts, chinese.grouped, chinese.decimal_comma, chinese.wholes), (5, 1, 0, 4));
        let german = shape(&["5,50", "1.299,00"]);
        assert_eq!((german.amounts, german.decimal_comma), (2, 2));
        assert_eq!(shape(&["1,29,9", "1e3", "abc", "2025-11-01"]).amounts, 0);
    }

    #[test]
    fn words_for_nothing_are_no_values() {
        let shape =
            Shape::of(["-", "2025-11-01 20:00:03", "0001-01-01 00:00:00", "-", "NULL", ""].into_iter());
        assert_eq!((shape.filled, shape.moments), (1, 1));
        assert_eq!(shape.empty_words, ["-", "0001-01-01 00:00:00", "NULL"]);
    }
}
