//! Reads a scenario's text into steps: a verb, its words, and what is expected of the answer.
//!
//! One step a line. An indented line goes on with the step above; a line that begins with `|` is one
//! line of its body; `#` begins a remark; `repeat 1..3 VERB ...` makes a step for each number, put
//! where `*` stands.

/// A word of a line: plain, or `name=value`. `by u1` is `by=u1`, as for the other [`LINKS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    Plain(String),
    Named(String, String),
}

/// Words that take the next one with them, so that lines read like sentences.
const LINKS: [&str; 5] = ["by", "at", "pays", "until", "from"];

/// One step of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Step {
    /// The line that it begins on, from 1.
    pub line: usize,
    /// As it stands in the file.
    pub text: String,
    /// What to do.
    pub verb: String,
    /// With what.
    pub words: Vec<Word>,
    /// What the answer must show: items, each of words. `None`: that it succeeds.
    pub expected: Option<Vec<Vec<Word>>>,
    /// Lines that follow, each with `|` before it.
    pub body: Option<String>,
}

/// Reads a whole text; the line and what is wrong with it when it cannot be read.
pub fn read(text: &str) -> Result<Vec<Step>, (usize, String)> {
    let mut steps = Vec::new();
    for raw in gather(text)? {
        let line = raw.line;
        for one in repeat(raw).map_err(|wrong| (line, wrong))? {
            steps.push(parse(one).map_err(|wrong| (line, wrong))?);
        }
    }
    Ok(steps)
}

/// A step's lines, put together but not yet read.
struct Raw {
    line: usize,
    text: String,
    body: Option<String>,
}

fn gather(text: &str) -> Result<Vec<Raw>, (usize, String)> {
    let mut found: Vec<Raw> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let content = match line.trim() {
            body if body.starts_with('|') => body,
            said => without_remark(said),
        };
        if content.is_empty() {
            continue;
        }
        let goes_on = line.starts_with([' ', '\t']);
        match (content.strip_prefix('|'), found.last_mut()) {
            (Some(row), Some(step)) => {
                let body = step.body.get_or_insert_default();
                body.push_str(row.strip_prefix(' ').unwrap_or(row));
                body.push('\n');
            }
            (None, Some(step)) if goes_on => {
                step.text.push(' ');
                step.text.push_str(content);
            }
            (Some(_), None) => return Err((index + 1, "a body without a step above it".into())),
            (None, _) => found.push(Raw { line: index + 1, text: content.to_owned(), body: None }),
        }
    }
    Ok(found)
}

/// A line up to its remark: a `#` at the beginning of a word, outside quotation marks.
fn without_remark(line: &str) -> &str {
    let (mut in_quotes, mut begins) = (false, true);
    for (at, sign) in line.char_indices() {
        match sign {
            '"' => in_quotes = !in_quotes,
            '#' if begins && !in_quotes => return line[..at].trim_end(),
            _ => {}
        }
        begins = sign.is_whitespace();
    }
    line
}

/// The steps that a `repeat` line stands for; any other line stands for itself.
fn repeat(raw: Raw) -> Result<Vec<Raw>, String> {
    let Some(rest) = raw.text.strip_prefix("repeat ") else {
        return Ok(vec![raw]);
    };
    let wrong = || "repeat is written `repeat 1..3 VERB ...`".to_owned();
    let (range, pattern) = rest.trim().split_once(' ').ok_or_else(wrong)?;
    let (first, last) = range.split_once("..").ok_or_else(wrong)?;
    let bound = |text: &str| text.parse::<u32>().map_err(|_| wrong());
    let numbers = bound(first)?..=bound(last)?;
    let with = |text: &str, number: u32| text.replace('*', &number.to_string());
    Ok(numbers
        .map(|number| Raw {
            line: raw.line,
            text: with(pattern.trim(), number),
            body: raw.body.as_deref().map(|body| with(body, number)),
        })
        .collect())
}

fn parse(raw: Raw) -> Result<Step, String> {
    let tokens = tokens(&raw.text)?;
    let arrow = tokens.iter().position(|token| token.is("->"));
    let (said, expected) = match arrow {
        Some(at) => (&tokens[..at], Some(&tokens[at + 1..])),
        None => (&tokens[..], None),
    };
    let Some((verb, words)) = said.split_first() else {
        return Err("a line begins with a verb".into());
    };
    let expected = match expected {
        Some([]) => return Err("nothing is expected after `->`".into()),
        Some(tokens) => Some(tokens.split(|token| token.is(";")).map(linked).collect::<Result<_, _>>()?),
        None => None,
    };
    Ok(Step {
        line: raw.line,
        verb: verb.text.clone(),
        words: linked(words)?,
        expected,
        text: raw.text,
        body: raw.body,
    })
}

/// A piece of a line; what was quoted is never taken for a sign.
struct Token {
    text: String,
    name: Option<String>,
    quoted: bool,
}

impl Token {
    fn is(&self, sign: &str) -> bool {
        !self.quoted && self.name.is_none() && self.text == sign
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let mut end = rest.len();
        let mut in_quotes = false;
        for (at, sign) in rest.char_indices() {
            match sign {
                '"' => in_quotes = !in_quotes,
                _ if sign.is_whitespace() && !in_quotes => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        if in_quotes {
            return Err("a quotation mark is not closed".into());
        }
        tokens.push(token(&rest[..end]));
        rest = rest[end..].trim_start();
    }
    Ok(tokens)
}

fn token(text: &str) -> Token {
    let named = text.split_once('=').filter(|(name, _)| is_name(name));
    let (name, value) = match named {
        Some((name, value)) => (Some(name.to_owned()), value),
        None => (None, text),
    };
    Token { text: value.replace('"', ""), name, quoted: value.starts_with('"') }
}

fn is_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.');
    text.bytes().next().is_some_and(|b| b.is_ascii_lowercase()) && text.bytes().all(plain)
}

/// Joins the link words with what follows them.
fn linked(tokens: &[Token]) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut rest = tokens.iter();
    while let Some(token) = rest.next() {
        words.push(match &token.name {
            Some(name) => Word::Named(name.clone(), token.text.clone()),
            None if !token.quoted && LINKS.contains(&token.text.as_str()) => {
                let next = rest.next().filter(|next| next.name.is_none());
                let next = next.ok_or_else(|| format!("`{}` needs a word after it", token.text))?;
                Word::Named(token.text.clone(), next.text.clone())
            }
            None => Word::Plain(token.text.clone()),
        });
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Word {
        Word::Plain(text.into())
    }
    fn named(name: &str, value: &str) -> Word {
        Word::Named(name.into(), value.into())
    }

    #[test]
    fn a_line_is_a_verb_its_words_and_what_is_expected() {
        let text = "# head\n\norder o1 by u1 pays 100.00 note=\"a #b\" # remark\n  at 10:00 -> applied\n";
        let steps = read(text).unwrap();
        assert_eq!(steps.len(), 1);
        assert_eq!((steps[0].line, steps[0].verb.as_str()), (3, "order"));
        let (by, pays) = (named("by", "u1"), named("pays", "100.00"));
        let (note, at) = (named("note", "a #b"), named("at", "10:00"));
        assert_eq!(steps[0].words, [plain("o1"), by, pays, note, at]);
        let steps = read("claim o1 by u1 -> ok until 11:45 ; c1 \"->\"").unwrap();
        let expected = vec![vec![plain("ok"), named("until", "11:45")], vec![plain("c1"), plain("->")]];
        assert_eq!(steps[0].expected, Some(expected));
    }

    #[test]
    fn bodies_and_repeats() {
        let steps = read("import c1\n| sku\n|  A-1\nrepeat 2..3 order o* by u*\n").unwrap();
        assert_eq!(steps[0].body.as_deref(), Some("sku\n A-1\n"));
        assert_eq!(steps[1].words, [plain("o2"), named("by", "u2")]);
        assert_eq!((steps[2].line, steps[2].text.as_str()), (4, "order o3 by u3"));
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        for (text, line) in [
            ("clock 1\nclaim o1 ->", 2),
            ("| x", 1),
            ("claim o1 by", 1),
            ("shop s1 name=\"x", 1),
            ("repeat 1-3 day x", 1),
            ("-> ok", 1),
        ] {
            assert_eq!(read(text).unwrap_err().0, line, "{text}");
        }
    }
}
