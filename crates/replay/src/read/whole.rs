//! A digest of all that a row says, to tell whether two rows are the same.
//!
//! What always holds: it depends on what stands under which name, and on nothing else: not on the order of the columns,
//! on the encoding, on whether a workbook or a text holds it, nor on empty cells. Decimals that are zeros do not count,
//! nor does the `T` between a date and its time: workbooks leave out the ones and write the other. But the columns that
//! the mapping reads as ids and words count word for word: goods 1.1 are not goods 1.10.

use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash, Hasher},
};
use tabular::Record;

/// How it is asked whether two rows are the same.
pub(super) enum Sameness {
    /// Nobody asks.
    NotAsked,
    /// Two rows of one file, as they are written.
    InOneFile,
    /// Two rows of files that may be written in several ways.
    AcrossFiles(Whole),
}

impl Sameness {
    /// What is the same for the same row only; 0 where nobody asks.
    pub fn of(&mut self, record: &Record<'_>) -> u128 {
        match self {
            Self::NotAsked => 0,
            Self::InOneFile => as_written(record),
            Self::AcrossFiles(whole) => whole.of(record),
        }
    }
}

/// Rows of one order are compared by it and nothing else, so that 64 bits do; no more is spent on it.
fn as_written(record: &Record<'_>) -> u128 {
    let mut hasher = DefaultHasher::new();
    for at in (0..record.len()).filter(|at| !record.raw(*at).is_empty()) {
        (at, record.raw(at)).hash(&mut hasher);
    }
    // 0 is where nobody asks.
    u128::from(hasher.finish()) + 1
}

/// The columns of a file in the order in which they are digested.
pub(super) struct Whole {
    /// A digest of each name, where the column stands, and whether it holds numbers.
    columns: Vec<([u8; 16], usize, bool)>,
    bytes: Vec<u8>,
}

impl Whole {
    /// `numbers` are the places of the columns that may hold numbers: not ids and words that the mapping reads.
    pub fn new(heading: &[String], numbers: &[usize]) -> Self {
        let named = heading.iter().enumerate().filter(|(_, name)| !name.is_empty());
        let mut columns: Vec<_> =
            named.map(|(at, name)| (name_digest(name), at, numbers.contains(&at))).collect();
        columns.sort_unstable();
        Self { columns, bytes: Vec::new() }
    }

    /// 16 bytes of the digest of a row.
    pub fn of(&mut self, record: &Record<'_>) -> u128 {
        self.bytes.clear();
        for (name, at, is_number) in &self.columns {
            add(&mut self.bytes, name, record.cell(*at), *is_number);
        }
        // What stands in a column without a name counts by its place.
        let named = self.columns.len();
        if record.len() > named {
            for at in (0..record.len()).filter(|at| !self.columns.iter().any(|(_, named, _)| named == at)) {
                let mut place = [0xff; 16];
                place[..8].copy_from_slice(&(at as u64).to_le_bytes());
                add(&mut self.bytes, &place, record.cell(at), false);
            }
        }
        first_bytes(blake3::hash(&self.bytes))
    }
}

fn add(to: &mut Vec<u8>, name: &[u8; 16], cell: &str, is_number: bool) {
    let cell = written_alike(cell, is_number);
    if !cell.is_empty() {
        to.extend_from_slice(name);
        to.extend_from_slice(&(cell.len() as u64).to_le_bytes());
        to.extend_from_slice(cell.as_bytes());
    }
}

fn name_digest(name: &str) -> [u8; 16] {
    let digest = blake3::hash(name.as_bytes());
    *digest.as_bytes().first_chunk().expect("a digest has 32 bytes")
}

fn first_bytes(digest: blake3::Hash) -> u128 {
    let bytes: &[u8; 16] = digest.as_bytes().first_chunk().expect("a digest has 32 bytes");
    u128::from_be_bytes(*bytes)
}

/// A cell as text and workbooks write it alike.
fn written_alike(cell: &str, is_number: bool) -> Cow<'_, str> {
    let bytes = cell.as_bytes();
    if !bytes.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-') {
        return Cow::Borrowed(cell);
    }
    if bytes.len() == 19 && bytes[10] == b'T' && bytes[4] == b'-' && bytes[13] == b':' {
        return Cow::Owned(cell.replacen('T', " ", 1));
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match cell.split_once('.').filter(|_| is_number) {
        Some((whole, decimals)) if digits(whole.strip_prefix('-').unwrap_or(whole)) && digits(decimals) => {
            Cow::Borrowed(cell.trim_end_matches('0').trim_end_matches('.'))
        }
        Some(_) | None => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use tabular::{Heading, How};

    fn digests(bytes: &[u8]) -> Vec<u128> {
        let how = How { heading: Heading::Columns(&["订单", "金额"]), ..How::default() };
        let mut table = tabular::read(bytes, &how).unwrap();
        let mut records = table.records(&how.heading).unwrap();
        let mut whole = Whole::new(records.heading(), &[records.column("金额").unwrap()]);
        let mut found = Vec::new();
        while let Some(record) = records.next().unwrap() {
            found.push(whole.of(&record));
        }
        found
    }

    #[test]
    fn a_row_is_the_same_however_it_is_written() {
        let text = "订单,时间,金额,备注\n8001,2023-06-01 08:05:00,59.00,谢谢\n8002,,-0.50,\n";
        let expected = digests(text.as_bytes());
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (column, name) in (0..).zip(["订单", "时间", "金额", "备注"]) {
            sheet.write(0, column, name).unwrap();
        }
        let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
        let at = rust_xlsxwriter::ExcelDateTime::parse_from_str("2023-06-01T08:05:00").unwrap();
        sheet.write(1, 0, "8001").unwrap();
        sheet.write_datetime_with_format(1, 1, &at, &date).unwrap();
        sheet.write(1, 2, 59).unwrap();
        sheet.write(1, 3, "谢谢").unwrap();
        sheet.write(2, 0, 8_002).unwrap();
        sheet.write(2, 2, -0.5).unwrap();
        for (how, bytes) in [
            ("wide", wide),
            ("a workbook", book.save_to_buffer().unwrap()),
            (
                "other columns first",
                "备注;金额;订单;时间\n谢谢;59.00;8001;2023-06-01 08:05:00\n;-0.50;8002;\n".into(),
            ),
            (
                "empty cells",
                "订单,金额,时间,备注,空,,\n'8001,59.0,2023-06-01 08:05:00, 谢谢 ,,,\n=\"8002\",-0.5,,,,\n"
                    .into(),
            ),
        ] {
            assert_eq!(digests(&bytes), expected, "{how}");
        }
        for other in [
            "订单,时间,金额,备注\n8001.0,2023-06-01 08:05:00,59.00,谢谢\n8002,,-0.5,\n",
            "订单,时间,金额,备注\n8001,2023-06-01 08:05:00,59.01,谢谢\n8002,,-0.5,\n",
            "订单,时间,金额,备注二\n8001,2023-06-01 08:05:00,59.00,谢谢\n8002,,-0.5,\n",
            "订单,时间,金额,备注,\n8001,2023-06-01 08:05:00,59.00,谢谢,x\n8002,,-0.5,\n",
            "订单,备注,金额,时间\n8001,2023-06-01 08:05:00,59.00,谢谢\n8002,,-0.5,\n",
        ] {
            let found = digests(other.as_bytes());
            assert_ne!(found[0], expected[0], "{other}");
            assert_eq!(found[1], expected[1], "{other}");
        }
    }
}
