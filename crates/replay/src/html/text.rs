//! Words and figures for the page.

use crate::chart::Part;
use domain::Code;
use std::fmt::Write;

/// Text that is safe in an element and in a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// Both languages side by side; what is put into them is escaped already.
pub(super) fn both(zh: &str, en: &str) -> String {
    format!("<span lang=\"zh-CN\">{zh}</span> <span lang=\"en\">{en}</span>")
}

/// Both languages, a paragraph each.
pub(super) fn paragraphs(zh: &str, en: &str) -> String {
    format!("<p lang=\"zh-CN\">{zh}</p><p lang=\"en\">{en}</p>")
}

/// 1234567 is 1,234,567.
pub(super) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// An amount of minor units with its currency in front, when there is one.
pub(super) fn money(minor: i64, digits: u8, currency: &str) -> String {
    let unit = 10_u64.pow(u32::from(digits));
    let size = minor.unsigned_abs();
    let mut text = count(size / unit);
    if digits > 0 {
        let digits = usize::from(digits);
        let _ = write!(text, ".{:0digits$}", size % unit);
    }
    let sign = if minor < 0 { "-" } else { "" };
    if currency.is_empty() {
        return format!("{sign}{text}");
    }
    format!("<span class=\"unit\">{}</span> {sign}{text}", escaped(currency))
}

/// A share with one decimal, rounded half up; a dash when there is nothing to share.
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".into();
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let tenths = (2_000 * part + whole) / (2 * whole);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// Minutes as people say them.
pub(super) fn minutes(minutes: i64) -> String {
    let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (days, hours, rest) {
        (0, 0, rest) => format!("{rest} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, rest) => format!("{hours} h {rest} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// The same with one figure, for where there is little room: 688 is 11.5 h. Rounded half up.
pub(super) fn short_minutes(minutes: i64) -> String {
    let (unit, name) = match minutes {
        ..120 => return format!("{minutes} min"),
        120..2_880 => (60, "h"),
        _ => (1_440, "d"),
    };
    let tenths = (20 * i128::from(minutes) + unit) / (2 * unit);
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} {name}"),
        (whole, tenth) => format!("{whole}.{tenth} {name}"),
    }
}

/// What a reason of the engine means, in both languages; a code that it does not know is itself.
pub(super) fn reason(code: &str) -> String {
    match Code::ALL.iter().find(|known| known.as_str() == code) {
        Some(known) => both(&escaped(known.zh()), &escaped(known.en())),
        None => escaped(code),
    }
}

/// A heading of a table's column or of a chart.
#[derive(Clone, Copy)]
pub(super) struct Heading(pub &'static str, pub &'static str);

/// A table: the first column are names, the others figures. Cells are escaped already.
pub(super) fn table(headings: &[Heading], rows: &[Vec<String>]) -> String {
    let mut html = String::from("<div class=\"scroll\"><table><thead><tr>");
    for Heading(zh, en) in headings {
        let _ = write!(html, "<th scope=\"col\">{}</th>", both(zh, en));
    }
    html.push_str("</tr></thead><tbody>\n");
    for row in rows {
        html.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            let _ = match at {
                0 => write!(html, "<th scope=\"row\">{cell}</th>"),
                _ => write!(html, "<td>{cell}</td>"),
            };
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table></div>\n");
    html
}

/// What the colours mean.
pub(super) fn legend(entries: &[(&str, Heading)]) -> String {
    let entry = |(class, Heading(zh, en)): &(&str, Heading)| {
        let swatch = format!(
            "<svg class=\"swatch\" viewBox=\"0 0 10 10\" aria-hidden=\"true\">\
             <rect class=\"{class}\" width=\"10\" height=\"10\"/></svg>"
        );
        format!("<li>{swatch}{}</li>", both(zh, en))
    };
    let entries: String = entries.iter().map(entry).collect();
    format!("<ul class=\"legend\">{entries}</ul>\n")
}

/// A lying bar with its name and its figure.
pub(super) fn bar_row(name: &str, figure: &str, parts: &[Part], full: u64, title: &str) -> String {
    let bar = crate::chart::lying(parts, full, title);
    format!("<li><div class=\"name\">{name}</div><div class=\"value\">{figure}</div>{bar}</li>\n")
}

/// Facts with their names, beside each other where there is room. Values are escaped already.
pub(super) fn facts(facts: &[(Heading, String)]) -> String {
    let fact = |(Heading(zh, en), value): &(Heading, String)| {
        format!("<div><dt>{}</dt><dd>{value}</dd></div>\n", both(zh, en))
    };
    let facts: String = facts.iter().map(fact).collect();
    format!("<dl>\n{facts}</dl>\n")
}

/// A part of the page.
pub(super) fn section(Heading(zh, en): Heading, body: &str) -> String {
    format!("<section>\n<h2>{}</h2>\n{body}</section>\n", both(zh, en))
}

/// Figures that are folded away until they are asked for.
pub(super) fn folded(body: &str) -> String {
    let summary = both("查看数据", "Figures");
    format!("<details><summary>{summary}</summary>\n{body}</details>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_element() {
        assert_eq!(
            escaped("<a href='x' b=\"y\">&\u{0}"),
            "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;\u{fffd}"
        );
        assert_eq!(reason("<b>"), "&lt;b&gt;");
    }

    #[test]
    fn figures() {
        for (value, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(value), text);
        }
        assert_eq!(money(123_456, 2, ""), "1,234.56");
        assert_eq!(money(-5, 2, ""), "-0.05");
        assert_eq!(money(1_200, 0, ""), "1,200");
        for (part, whole, text) in [(1, 3, "33.3%"), (1, 8, "12.5%"), (1, 16, "6.3%"), (0, 0, "–")] {
            assert_eq!(percent(part, whole), text);
        }
        for (value, text) in
            [(5, "5 min"), (60, "1 h"), (61, "1 h 1 min"), (1_440, "1 d"), (1_505, "1 d 1 h")]
        {
            assert_eq!(minutes(value), text);
        }
        for (value, text) in
            [(0, "0 min"), (119, "119 min"), (120, "2 h"), (688, "11.5 h"), (2_880, "2 d"), (4_000, "2.8 d")]
        {
            assert_eq!(short_minutes(value), text);
        }
    }
}
