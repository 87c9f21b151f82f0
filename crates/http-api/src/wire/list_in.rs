//! Lists that a shop hands in: one id a row in the first column, a heading or none, as CSV of any sort or a workbook.
//!
//! What always holds: every row of the list is handed out with its row as a spreadsheet counts, also those that cannot be
//! read; only blank rows and the heading are passed over.

use crate::wire::limits;
use crate::wire::problem::Problem;
use domain::InvalidId;
use tabular::{Heading, How, Record};

/// With which words the heading of a list of SKUs begins, in whatever case and with blanks or without.
pub const SKUS: &[&str] = &[
    "sku",
    "skus",
    "sku id",
    "sku_id",
    "sku code",
    "seller_sku",
    "SKU编码",
    "SKU编号",
    "SKU ID",
    "商家编码",
    "商家SKU",
    "商品编码",
    "商品编号",
    "商品ID",
    "商品货号",
    "规格编码",
    "货号",
    "item",
    "item_id",
];
/// With which words the heading of a list of customers begins.
pub const CUSTOMERS: &[&str] = &[
    "customer",
    "customers",
    "customer id",
    "customer_id",
    "buyer",
    "buyer id",
    "buyer_id",
    "user_id",
    "member_id",
    "客户ID",
    "客户编号",
    "顾客ID",
    "顾客编号",
    "会员ID",
    "会员编号",
    "会员名",
    "会员昵称",
    "买家ID",
    "买家昵称",
    "买家会员名",
    "买家账号",
    "用户ID",
    "用户名",
    "用户昵称",
    "用户编号",
];

/// A row of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct ListRow {
    /// As a spreadsheet counts.
    pub row: usize,
    /// Its cells without the blanks around them; what is no text is shown as `\u{fffd}`.
    pub cells: Vec<String>,
    /// Whether its cells can be relied on: the quotes fit, all of it is text, and it stands in one line.
    pub is_whole: bool,
}

impl ListRow {
    /// A cell; empty where the row has none.
    pub fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", String::as_str)
    }
    /// Whether something stands beyond so many cells.
    pub fn is_wider(&self, than: usize) -> bool {
        self.cells.iter().skip(than).any(|cell| !cell.is_empty())
    }
    /// The id in the first cell.
    pub fn id<T>(&self, read: impl Fn(&str) -> Result<T, InvalidId>) -> Result<T, InvalidId> {
        if self.is_whole { read(self.cell(0)) } else { Err(InvalidId::Text) }
    }
}

/// Reads a list. A heading that begins with one of the words is passed over. What is no list at all, or has more than
/// [`limits::IMPORT_ROWS`] rows, is `malformed_body`.
pub fn rows(bytes: &[u8], heading: &[&str]) -> Result<Vec<ListRow>, Problem> {
    let wrong = |error: tabular::Error| Problem::malformed(format!("not a list: {error}"));
    if bytes.trim_ascii().is_empty() {
        return Ok(Vec::new());
    }
    let how = How { heading: Heading::Words(heading), ..How::default() };
    let mut table = tabular::read(bytes, &how).map_err(wrong)?;
    let mut records = table.records(&how.heading).map_err(wrong)?;
    let mut rows = Vec::new();
    while let Some(record) = records.next().map_err(wrong)? {
        if rows.len() >= limits::IMPORT_ROWS {
            return Err(Problem::malformed(format!("more than {} rows", limits::IMPORT_ROWS)));
        }
        rows.push(row(&record));
    }
    Ok(rows)
}

fn row(record: &Record<'_>) -> ListRow {
    let flawed = (0..record.len()).any(|at| record.flaw(at).is_some());
    ListRow {
        row: usize::try_from(record.row()).unwrap_or(usize::MAX),
        cells: (0..record.len()).map(|at| record.shown(at)).collect(),
        is_whole: record.fault().is_none() && !flawed && record.lines() == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], heading: &[&str]) -> Vec<(usize, String, bool)> {
        let rows = rows(bytes, heading).expect("a list");
        rows.into_iter().map(|row| (row.row, row.cells.join("|"), row.is_whole)).collect()
    }

    #[test]
    fn lists_are_read_as_shops_have_them() {
        let plain = |rows: &[(usize, &str)]| {
            rows.iter().map(|&(row, text)| (row, text.to_owned(), true)).collect::<Vec<_>>()
        };
        for (bytes, rows) in [
            (&b"sku\rA-1\rA-2\rA-3\r"[..], &[(2, "A-1"), (3, "A-2"), (4, "A-3")][..]),
            (b"A-1\rA-2", &[(1, "A-1"), (2, "A-2")]),
            (b"\nsku\nM-1\n", &[(3, "M-1")]),
            (b"sep=,\nsku\nJ-1\n", &[(3, "J-1")]),
            (b"\xef\xbb\xbfsep=;\r\nSKU ID;name\r\nJ-1;x\r\n", &[(3, "J-1|x")]),
            (b" SKU \n\n\nA-1\n", &[(4, "A-1")]),
            (b"sku\n'001\n=\"002\"\n=1+1\n", &[(2, "001"), (3, "002"), (4, "=1+1")]),
            (b"A;1\nA|2\n", &[(1, "A;1"), (2, "A|2")]),
            (b"\xc9\xcc\xbc\xd2\xb1\xe0\xc2\xeb\n\xba\xec\xc9\xab\n", &[(2, "红色")]),
            (b"\xff\xfeA\0\n\0B\0\n\0", &[(1, "A"), (2, "B")]),
            (b"", &[]),
            (b" \r\n\r\n", &[]),
        ] {
            assert_eq!(read(bytes, SKUS), plain(rows), "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(read("买家昵称\nt***1\n".as_bytes(), CUSTOMERS), plain(&[(2, "t***1")]));
        assert_eq!(
            read("sku\nu1\n".as_bytes(), CUSTOMERS),
            plain(&[(1, "sku"), (2, "u1")]),
            "no heading of this list"
        );
    }

    /// What our own files hold is read as what it was, also where a cell is kept from being run as a formula.
    #[test]
    fn our_own_files_come_back_as_they_were() {
        let ids = [
            "-u1",
            "'-u1",
            "''-u1",
            "'u1",
            "=1+1",
            "＝1",
            "@x",
            "+86",
            "000123",
            "a,b",
            "say \"no\"",
            "张三",
        ];
        let mut text = gift_list::csv::MARK.to_owned() + "customer_id,note\n";
        for id in ids {
            crate::wire::csv_out::row([crate::wire::csv_out::cell(id), "x".into()], &mut text);
        }
        let rows = rows(text.as_bytes(), CUSTOMERS).expect("a list");
        let read: Vec<&str> = rows.iter().map(|row| row.cell(0)).collect();
        assert_eq!(read, ids, "{text}");
    }

    #[test]
    fn a_row_that_is_no_id_is_handed_out_all_the_same() {
        let rows = read(b"customer_id\n\"u1\nu2\"\nu3\n\"u4\nu5\nu\xff6\n", CUSTOMERS);
        let whole: Vec<(usize, bool)> = rows.iter().map(|(row, _, whole)| (*row, *whole)).collect();
        assert_eq!(whole, [(2, false), (3, true), (4, false), (5, true), (6, false)], "{rows:?}");
        assert!(rows_of("<html>").contains("HTML") && rows_of("\u{d0}").contains("none"));
    }

    fn rows_of(text: &str) -> String {
        rows(text.as_bytes(), SKUS).map_or_else(|problem| format!("{problem:?}"), |_| "none wrong".into())
    }
}
