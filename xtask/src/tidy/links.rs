//! Links between the pages: a relative link of a `.md` file leads to something that stands in the
//! repository, and an anchor to a heading of its page. Every finding is `file:line: message`.
//!
//! Addresses of the web are not asked: a check must say the same today and tomorrow, without a network.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{File, Tree};

/// Every link that leads nowhere, in the order of the files. `stands` says whether a path of the
/// repository, a file or a folder, is there: the tree knows only the texts.
pub fn check(tree: &Tree, stands: impl Fn(&str) -> bool) -> Vec<String> {
    let pages: Vec<&File> = tree.files.iter().filter(|file| file.extension() == "md").collect();
    let anchors: BTreeMap<&str, BTreeSet<String>> =
        pages.iter().map(|page| (page.path.as_str(), anchors(&page.text))).collect();
    let mut found = Vec::new();
    for page in pages {
        for (line, target) in links(&page.text) {
            if let Some(message) = fault(&page.path, &target, &anchors, &stands) {
                found.push(format!("{}:{line}: `{target}`: {message}", page.path));
            }
        }
    }
    found
}

/// What is wrong with a link of the page, if anything is.
fn fault(
    page: &str,
    target: &str,
    anchors: &BTreeMap<&str, BTreeSet<String>>,
    stands: impl Fn(&str) -> bool,
) -> Option<String> {
    if ["http://", "https://", "mailto:"].iter().any(|scheme| target.starts_with(scheme)) {
        return None;
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, name)| (path, Some(name)));
    let Some(path) = resolve(page, path) else {
        return Some("a link is relative to its page and stays inside the repository".to_owned());
    };
    if !stands(&path) {
        return Some(format!("there is no {path}"));
    }
    let anchor = anchor?;
    match anchors.get(path.as_str()) {
        None => Some(format!("{path} is no page, so it has no anchors")),
        Some(names) if names.contains(anchor) => None,
        Some(_) => Some(format!("{path} has no heading for #{anchor}")),
    }
}

/// The path of a link from the root on; nothing when it begins there or leads out of it.
fn resolve(page: &str, link: &str) -> Option<String> {
    if link.is_empty() {
        return Some(page.to_owned());
    }
    if link.starts_with('/') {
        return None;
    }
    let mut folders: Vec<&str> = page.split('/').collect();
    folders.pop();
    for name in link.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(folders.pop()?),
            name => folders.push(name),
        }
    }
    Some(folders.join("/"))
}

/// The lines of a page that are no code, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence: Option<&str> = None;
    let mut after_gap = true;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let words = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| words.starts_with(mark));
        let inside = fence.is_some();
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None | Some(_), None | Some(_)) => {}
        }
        // Four blanks after an empty line begin a block of code, which goes on while they do.
        let indented = after_gap && line.starts_with("    ");
        after_gap = words.is_empty() || indented;
        !inside && mark.is_none() && !indented
    })
}

/// Every link of a page with its line: of words, of pictures, of definitions and of HTML.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        let line = without_code(line);
        let mut add = |target: &str| found.push((number, target.to_owned()));
        for (at, mark) in line.match_indices("](") {
            add(inline_target(&line[at + mark.len()..]));
        }
        if let Some((name, target)) = line.split_once("]: ")
            && name.starts_with('[')
        {
            add(target.split_whitespace().next().unwrap_or_default());
        }
        for attribute in ["href=\"", "src=\""] {
            quoted(&line, attribute).for_each(&mut add);
        }
    }
    found
}

/// The target at the beginning of what follows `](`, without angle brackets and title.
fn inline_target(rest: &str) -> &str {
    if let Some((target, _)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        return target;
    }
    let mut depth = 0_usize;
    let end = rest.find(|letter: char| {
        depth += usize::from(letter == '(');
        let ends = letter.is_whitespace() || (letter == ')' && depth == 0);
        depth = depth.saturating_sub(usize::from(letter == ')'));
        ends
    });
    &rest[..end.unwrap_or(rest.len())]
}

/// What stands in quotation marks behind each place of an attribute.
fn quoted<'a>(line: &'a str, attribute: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(attribute)
        .filter_map(|(at, found)| line[at + found.len()..].split_once('"').map(|(value, _)| value))
}

/// The line without what stands between backticks.
fn without_code(line: &str) -> String {
    let mut rest = line;
    let mut kept = String::new();
    while let Some(start) = rest.find('`') {
        let ticks = rest[start..].len() - rest[start..].trim_start_matches('`').len();
        let (before, code) = (&rest[..start], &rest[start + ticks..]);
        kept.push_str(before);
        // A tick without its fellow is a tick.
        let end = code.find(&"`".repeat(ticks)).map_or(0, |end| end + ticks);
        rest = &code[end..];
    }
    kept + rest
}

/// The names that a link may end with: those of the headings, and those that HTML gives.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for (_, line) in prose(text) {
        for attribute in [" id=\"", " name=\""] {
            names.extend(quoted(line, attribute).map(str::to_owned));
        }
        let title = line.trim_start_matches('#');
        if (1..=6).contains(&(line.len() - title.len())) && title.starts_with(' ') {
            let name = anchor(title.trim().trim_end_matches('#').trim_end());
            let before = times.entry(name.clone()).or_default();
            names.insert(if *before == 0 { name } else { format!("{name}-{before}") });
            *before += 1;
        }
    }
    names
}

/// The anchor that repository hosts make of a heading: letters in lower case, `-` for a blank, nothing for
/// other signs; of a link its words.
fn anchor(title: &str) -> String {
    let mut words = title.to_owned();
    while let Some(at) = words.find("](") {
        let end = at + "](".len() + inline_target(&words[at + "](".len()..]).len();
        words.replace_range(at..(end + 1).min(words.len()), "");
    }
    let letter = |sign: char| match sign {
        ' ' => Some('-'),
        sign if sign.is_alphanumeric() || matches!(sign, '-' | '_') => Some(sign),
        _ => None,
    };
    words.to_lowercase().chars().filter_map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHER: &str = "# Other\n\n## What a shop cannot change\n\n## Figures\n\n## Figures\n";

    /// What is found in `docs/a.md`, beside `docs/other.md`, `README.md` and a picture.
    fn found(text: &str) -> Vec<String> {
        let files = [("docs/a.md", text), ("docs/other.md", OTHER), ("README.md", "# Front\n")];
        let stand = ["docs/a.md", "docs/other.md", "README.md", "docs/flow.svg", "docs", "examples/pool"];
        check(&Tree::of(&files), |path| stand.contains(&path))
    }

    #[track_caller]
    fn leads(text: &str) {
        assert_eq!(found(text), [""; 0], "{text}");
    }

    #[track_caller]
    fn leads_nowhere(text: &str, expected: &str) {
        assert_eq!(found(text), [format!("docs/a.md:{expected}")], "{text}");
    }

    #[test]
    fn a_link_leads_to_a_file_or_folder() {
        for good in ["other.md", "../README.md", "./flow.svg", "../docs/", "../examples/pool", "<other.md>"] {
            leads(&format!("See [it]({good}).\n"));
            leads(&format!("See [it]({good} \"title\").\n"));
            leads(&format!("[it]: {good}\n").replace(['<', '>'], ""));
        }
        leads_nowhere("x\n\n[it](gone.md)\n", "3: `gone.md`: there is no docs/gone.md");
        leads_nowhere("![it](gone.svg)\n", "1: `gone.svg`: there is no docs/gone.svg");
        leads_nowhere("[it]: gone.md\n", "1: `gone.md`: there is no docs/gone.md");
        leads_nowhere("<img src=\"gone.svg\">\n", "1: `gone.svg`: there is no docs/gone.svg");
        leads_nowhere("[a\nb](gone(1).md)\n", "2: `gone(1).md`: there is no docs/gone(1).md");
        leads_nowhere("[a](other.md) [b](gone.md)\n", "1: `gone.md`: there is no docs/gone.md");
    }

    #[test]
    fn a_link_stays_inside() {
        let refused = "a link is relative to its page and stays inside the repository";
        leads_nowhere("[it](/docs/other.md)\n", &format!("1: `/docs/other.md`: {refused}"));
        leads_nowhere("[it](../../other.md)\n", &format!("1: `../../other.md`: {refused}"));
    }

    #[test]
    fn an_anchor_is_a_heading_of_its_page() {
        leads("[it](other.md#what-a-shop-cannot-change)\n[it](other.md#figures) [it](other.md#figures-1)\n");
        leads("[it](#deep)\n\n### Deep\n");
        leads("[it](#here)\n\n<a id=\"here\"></a>\n");
        leads_nowhere("[it](#deep)\n", "1: `#deep`: docs/a.md has no heading for #deep");
        leads_nowhere(
            "[it](other.md#figures-2)\n",
            "1: `other.md#figures-2`: docs/other.md has no heading for #figures-2",
        );
        leads_nowhere(
            "[it](flow.svg#x)\n",
            "1: `flow.svg#x`: docs/flow.svg is no page, so it has no anchors",
        );
        leads_nowhere("[it](#no)\n\n    # no\n", "1: `#no`: docs/a.md has no heading for #no");
    }

    #[test]
    fn an_anchor_is_made_as_hosts_make_it() {
        let cases = [
            ("Presale pool and gifts (预售池与赠品)", "presale-pool-and-gifts-预售池与赠品"),
            ("Settings of `serve`", "settings-of-serve"),
            ("What's new, in_all?", "whats-new-in_all"),
            ("A - B", "a---b"),
            ("See [the API](api.md#x) first", "see-the-api-first"),
        ];
        for (title, expected) in cases {
            assert_eq!(anchor(title), expected);
        }
    }

    #[test]
    fn code_and_the_web_are_passed_over() {
        leads("```sh\n[it](gone.md)\n```\n");
        leads("~~~\n```\n[it](gone.md)\n~~~\n");
        leads("Text:\n\n    [it](gone.md)\n\n    [it](gone.md)\n");
        leads("`[it](gone.md)` and ``a ` [it](gone.md)``\n");
        leads("[it](https://example.com/x#y) [it](mailto:a@example.com)\n");
        leads_nowhere("a ` [it](gone.md)\n", "1: `gone.md`: there is no docs/gone.md");
        leads_nowhere("- item\n    [it](gone.md)\n", "2: `gone.md`: there is no docs/gone.md");
        leads_nowhere("```\n```\n[it](gone.md)\n", "3: `gone.md`: there is no docs/gone.md");
    }
}
