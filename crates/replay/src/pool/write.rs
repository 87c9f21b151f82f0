//! The files that a run and an intake leave behind: lists, a summary, and what was left out.
//!
//! What always holds: the same input gives the same bytes. No file names a folder or the moment at which it
//! was written. No list of a former run stands beside the summary of a later one.

use super::{PoolInputs, PoolMapping, PoolReport, PoolRun, Refusals};
use crate::out::write_whole;
use domain::{Lang, ShopId, shop::Shop};
use gift_list::{ListError, csv, heading};
use port::Reader;
use std::{
    fs,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

const LIST: &str = "gift-list";
const SUMMARY: &str = "summary.json";
const BAD_ROWS: &str = "bad-rows.csv";

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The disk said no.
    #[error(transparent)]
    File(#[from] io::Error),
    /// A list could not be made.
    #[error(transparent)]
    List(#[from] ListError),
}

/// Takes away what a former run left in the folder: files of the names that [`write_pool`] writes, nothing else.
/// A symbolic link of such a name goes, what it points to stays.
pub fn remove_pool(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if is_ours(&entry.file_name().to_string_lossy()) && !entry.file_type()?.is_dir() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Whether a file of that name is one that [`write_pool`] writes.
pub fn is_ours(name: &str) -> bool {
    let kind = |name: &str| {
        [".csv", ".xlsx"]
            .into_iter()
            .any(|kind| name == kind || name.starts_with('-') && name.ends_with(kind))
    };
    name == SUMMARY || name == BAD_ROWS || name.strip_prefix(LIST).is_some_and(kind)
}

/// Writes everything into a folder that is there: the lists of each shop, `summary.json`, `bad-rows.csv`. Headings are
/// names of columns. Answers the names of the lists.
pub fn write_pool(
    mapping: &PoolMapping,
    run: &PoolRun,
    report: &PoolReport,
    folder: &Path,
) -> Result<Vec<String>, WriteError> {
    write_pool_in(Lang::En, mapping, run, report, folder)
}

/// The same with headings in that language.
pub fn write_pool_in(
    lang: Lang,
    mapping: &PoolMapping,
    run: &PoolRun,
    report: &PoolReport,
    folder: &Path,
) -> Result<Vec<String>, WriteError> {
    let mut names = Vec::new();
    for shop_id in &run.shops {
        let name = if run.shops.len() == 1 {
            LIST.to_owned()
        } else {
            let alike = |other: &&ShopId| other.as_str().eq_ignore_ascii_case(shop_id.as_str());
            format!("{LIST}-{}", file_part(shop_id.as_str(), run.shops.iter().filter(alike).count() > 1))
        };
        lists(lang, run.engine.reader(), &mapping.shop(shop_id.clone()), &folder.join(&name))?;
        names.push(name);
    }
    let mut text = serde_json::to_string_pretty(report).map_err(io::Error::from)?;
    text.push('\n');
    write_whole(&folder.join(SUMMARY), |file| file.write_all(text.as_bytes()))?;
    bad_rows_in(lang, &run.inputs, &run.refused, &folder.join(BAD_ROWS))?;
    Ok(names)
}

/// A part of a file's name that stands for that id and no other: what is no ASCII letter, digit, `-`, `_` or `.` is written
/// as its bytes, `%3A`; of ids that differ by their case alone, which some systems take for one name, so are capitals.
fn file_part(id: &str, differ_by_case: bool) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    id.bytes().fold(String::new(), |name, byte| {
        if plain(byte) && !(differ_by_case && byte.is_ascii_uppercase()) {
            name + char::from(byte).encode_utf8(&mut [0; 4])
        } else {
            format!("{name}%{byte:02X}")
        }
    })
}

/// A file of that name and kind; a dot in the name is a part of it.
fn with(name: &Path, kind: &str) -> PathBuf {
    name.with_file_name(format!("{}.{kind}", name.file_name().unwrap_or_default().to_string_lossy()))
}

/// One shop's list, as CSV and as a workbook.
fn lists(lang: Lang, reader: &Arc<dyn Reader>, shop: &Shop, path: &Path) -> Result<(), WriteError> {
    let rows = |shop: &ShopId| gift_list::rows(reader.clone(), shop.clone(), None).map_err(ListError::from);
    write_whole(&with(path, "csv"), |file| {
        let mut file = BufWriter::new(file);
        let mut text = String::from(csv::MARK);
        csv::row(heading(lang).into_iter().map(Into::into), &mut text);
        for row in rows(&shop.shop_id)? {
            row.map_err(ListError::from)?.csv(&shop.time_zone, &mut text);
            file.write_all(text.as_bytes())?;
            text.clear();
        }
        file.write_all(text.as_bytes())?;
        Ok::<_, WriteError>(file.flush()?)
    })?;
    write_whole(&with(path, "xlsx"), |file| {
        Ok(gift_list::write_in(lang, rows(&shop.shop_id)?, &shop.time_zone, file)?)
    })
}

/// The columns of what was left out.
const LEFT_OUT: [&str; 8] = ["file", "row", "column", "value", "code", "message", "message_zh", "order"];
/// The same in Chinese.
const LEFT_OUT_ZH: [&str; 8] = ["文件", "行", "列", "内容", "代码", "原因（英文）", "原因", "订单"];

/// Writes what was left out: rows that could not be read, then orders that were refused, with the place of each.
/// Reasons are in both languages; headings are names of columns.
pub fn bad_rows(inputs: &PoolInputs, refused: &Refusals, path: &Path) -> io::Result<()> {
    bad_rows_in(Lang::En, inputs, refused, path)
}

/// How such a list begins: the mark of its encoding and the headings, a line.
pub fn bad_rows_heading(lang: Lang) -> String {
    let mut text = String::from(csv::MARK);
    csv::row(lang.pick(LEFT_OUT, LEFT_OUT_ZH).into_iter().map(Into::into), &mut text);
    text
}

/// The same with headings in that language.
pub fn bad_rows_in(lang: Lang, inputs: &PoolInputs, refused: &Refusals, path: &Path) -> io::Result<()> {
    let mut text = bad_rows_heading(lang);
    for bad in &inputs.details {
        let place = [csv::cell(&bad.file), bad.row.to_string().into(), csv::cell(&bad.column)];
        let why =
            [csv::cell(&bad.value), bad.code.as_str().into(), bad.code.en().into(), bad.code.zh().into()];
        let order = csv::cell(bad.order.as_deref().unwrap_or_default());
        csv::row(place.into_iter().chain(why).chain([order]), &mut text);
    }
    for order in &refused.told {
        let (file, row) = order.place;
        let file = inputs.names.get(file).map_or("", String::as_str);
        let first = order.refusal.violations.first();
        let field = first.map_or("", |found| found.field.as_str());
        let code = first.map_or(order.refusal.code, |found| found.code);
        let message = first.map_or(&order.refusal.detail, |found| &found.message).in_minor_units();
        let place = [csv::cell(file), row.to_string().into(), csv::cell(field)];
        let order_id = csv::cell(order.order_id.as_str());
        let why = [order_id.clone(), code.as_str().into(), csv::cell(&message), code.zh().into(), order_id];
        csv::row(place.into_iter().chain(why), &mut text);
    }
    write_whole(path, |file| file.write_all(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// A-G-11: no two shops have one file, wherever it lies.
    #[test]
    fn a_g_11_each_shop_has_a_file_of_its_own() {
        let ids =
            ["a:b", "a_b", "a.b", "a.c", "a-b", "a%3Ab", "a/b", "店铺#1", "Tea", "tea", "TEA", "..", "a b"];
        let by_case = |id: &str| ids.iter().filter(|other| other.eq_ignore_ascii_case(id)).count() > 1;
        let name =
            |id: &str| with(Path::new(&format!("out/gift-list-{}", file_part(id, by_case(id)))), "csv");
        let names: BTreeSet<String> =
            ids.iter().map(|id| name(id).to_string_lossy().to_ascii_lowercase()).collect();
        assert_eq!(names.len(), ids.len(), "{names:?}");
        for (id, expected) in [
            ("a:b", "out/gift-list-a%3Ab.csv"),
            ("a.b", "out/gift-list-a.b.csv"),
            ("tea", "out/gift-list-tea.csv"),
            ("TEA", "out/gift-list-%54%45%41.csv"),
            ("a/b", "out/gift-list-a%2Fb.csv"),
        ] {
            assert_eq!(name(id), Path::new(expected));
        }
    }

    /// Only what the command writes is taken away at the start of a run.
    #[test]
    fn only_files_of_the_names_that_are_written_are_ours() {
        for name in
            ["gift-list.csv", "gift-list.xlsx", "gift-list-a%3Ab.csv", "gift-list-tea.xlsx", "summary.json"]
        {
            assert!(is_ours(name), "{name}");
        }
        for name in [
            "gift-list",
            "gift-lists.csv",
            "my-gift-list.csv",
            "gift-list.csv.bak",
            "summary.csv",
            "orders.csv",
        ] {
            assert!(!is_ours(name), "{name}");
        }
    }
}
