//! What was seen, as text for people, Chinese and English.
//!
//! What always holds: names, telephone numbers, addresses and what else may name people are masked unless it is asked for
//! plainly; so is what looks like a telephone number or an e-mail address in any column.

use super::{column::Column, look::Look, words, write::Draft};
use std::fmt::Write;

/// Examples that are shown of a column.
const SHOWN: usize = 3;
/// Letters that are shown of an example.
const LETTERS: usize = 28;

/// How examples are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Examples {
    /// Without what may name people.
    Masked,
    /// As they stand in the file.
    Plain,
}

/// The report of a look and of the draft that came of it.
pub fn tell(look: &Look, draft: &Draft, examples: Examples) -> String {
    let mut out = String::new();
    let mut line = |name: &str, text: &str| {
        let width = name.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum::<usize>();
        // Writing to a text cannot fail.
        let _ = writeln!(out, "{name}{}{text}", " ".repeat(26_usize.saturating_sub(width).max(1)));
    };
    line("文件 file", &look.file);
    written(look, &mut line);
    let rows = look.columns.first().map_or(0, |column| column.values.len());
    let more = if look.glance.is_whole { "" } else { "，后面还有 · more follow" };
    line("行 rows", &format!("{rows}{more}"));
    orders(look, &mut line);
    let times = &look.times;
    if !times.formats.is_empty() {
        line("时间 times", &times.formats.join("  "));
    }
    if times.is_ambiguous {
        line("", "日与月可能颠倒 · day and month may be the other way round");
    }
    if times.has_no_seconds {
        line("", "没有秒，排名只到分钟 · without seconds ranks are by the minute");
    }
    if !look.empty_words.is_empty() {
        line("表示没有 stand for nothing", &look.empty_words.join("  "));
    }
    let _ = writeln!(out, "\n列 columns");
    for (at, column) in look.columns.iter().enumerate() {
        let _ = writeln!(out, "  {}", of_column(look, at, column, examples));
    }
    found(look, draft, &mut out);
    out
}

fn written(look: &Look, line: &mut dyn FnMut(&str, &str)) {
    let glance = &look.glance;
    line("编码 encoding", &format!("{} ({})", glance.encoding, glance.known_by));
    if let Some(delimiter) = glance.delimiter {
        let name = match delimiter {
            '\t' => "Tab".to_owned(),
            sign => sign.to_string(),
        };
        line("分隔符 separator", &name);
    }
    for sheet in &glance.sheets {
        let read = if Some(&sheet.name) == glance.sheet.as_ref() { "  ← 读这一张 · read" } else { "" };
        let hidden = if sheet.is_hidden { "  隐藏 hidden" } else { "" };
        line("工作表 sheet", &format!("{}{hidden}{read}", sheet.name));
    }
    match look.heading_row {
        Some(row) => line("表头行 heading row", &row.to_string()),
        None => line("表头行 heading row", "没有 none"),
    }
}

fn orders(look: &Look, line: &mut dyn FnMut(&str, &str)) {
    let grouping = &look.grouping;
    if grouping.orders == 0 {
        return;
    }
    let several = grouping.of_several_rows;
    line("订单 orders", &format!("{}，其中多行 {several} · {several} of several rows", grouping.orders));
    if several > 0 && !grouping.together {
        line("", "同一订单的行不都相邻 · the rows of an order do not all stand together");
    }
    if grouping.blank_below {
        line("", "订单的列只在第一行 · what belongs to the order stands on its first row only");
    }
}

fn of_column(look: &Look, at: usize, column: &Column, examples: Examples) -> String {
    let role = look.role(at).map_or(String::new(), |(role, is_sure)| {
        let (key, name) = role.words();
        format!("  → {name} {key}{}", if is_sure { "" } else { " ?" })
    });
    let twice = if column.is_usable || column.heading.is_empty() {
        ""
    } else {
        "  (重名或含 {}| · cannot be named)"
    };
    let masked = examples == Examples::Masked && is_personal(look, at, column);
    let mut shown: Vec<String> = Vec::new();
    for value in column.values.iter().filter(|value| !value.is_empty()) {
        let value = if masked || (examples == Examples::Masked && names_someone(value)) {
            mask(value)
        } else {
            cut(value)
        };
        if !shown.contains(&value) {
            shown.push(value);
        }
        if shown.len() == SHOWN {
            break;
        }
    }
    let shown = if shown.is_empty() { "(空 empty)".to_owned() } else { shown.join(" | ") };
    let heading = if column.heading.is_empty() { "(无名 no heading)" } else { &column.heading };
    format!("{heading}{role}{twice}: {shown}")
}

fn found(look: &Look, draft: &Draft, out: &mut String) {
    let names = |roles: &[words::Role]| {
        let name = |role: &words::Role| format!("{} {}", role.words().1, role.words().0);
        roles.iter().map(name).collect::<Vec<_>>().join("，")
    };
    let _ = writeln!(out);
    for (name, table) in &look.fits {
        let _ = writeln!(out, "自带映射可用 · a shipped mapping fits: --mapping {name} ({table})");
    }
    if !draft.unsure.is_empty() {
        let _ = writeln!(out, "不确定，请核对 · not sure, please check: {}", names(&draft.unsure));
    }
    if !draft.missing.is_empty() {
        let _ = writeln!(out, "缺少 · missing: {}", names(&draft.missing));
    }
}

/// Whether a column may name people: by its heading, unless its values are moments or amounts with decimals.
fn is_personal(look: &Look, at: usize, column: &Column) -> bool {
    let is_measure = look.role(at).is_some_and(|(role, _)| role.needs() != words::Needs::Text);
    let mut values = column.values.iter().filter(|value| !value.is_empty());
    let is_money = column.shape.mostly(column.shape.amounts) && values.all(|value| value.contains('.'));
    words::is_personal(&column.heading) && !is_measure && !is_money
}

/// Whether a value looks like a telephone number or an e-mail address, whatever its column.
fn names_someone(value: &str) -> bool {
    let has_mail = value.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    let mobile = |digits: &str| digits.len() == 11 && digits.starts_with('1') && !digits.starts_with("10");
    has_mail || value.split(|letter: char| !letter.is_ascii_digit()).any(mobile)
}

fn mask(value: &str) -> String {
    let first = value.chars().next().map(String::from).unwrap_or_default();
    format!("{first}***")
}

fn cut(value: &str) -> String {
    if value.chars().count() <= LETTERS {
        return value.to_owned();
    }
    let kept: String = value.chars().take(LETTERS).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_masked() {
        for (value, named) in [
            ("13900001111", true),
            ("电话 13900001111 下午", true),
            ("li@example.com", true),
            ("4100000000000100001", false),
            ("10060000005900", false),
            ("@home", false),
        ] {
            assert_eq!(names_someone(value), named, "{value}");
        }
        assert_eq!((mask("张三丰"), mask("")), ("张***".to_owned(), "***".to_owned()));
    }
}
