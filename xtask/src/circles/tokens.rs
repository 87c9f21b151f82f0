//! Words and paths in the tokens that a macro is handed, read as well as tokens tell without knowing the macro.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

/// A path by its segments: `crate`, `order`, `Order`.
pub type Path = Vec<String>;

/// Paths of two or more segments, and single words that can name an item: those with a capital, and those called.
pub fn paths(tokens: &TokenStream) -> Vec<Path> {
    let mut found = Vec::new();
    add_paths(tokens, &mut found);
    found
}

fn add_paths(tokens: &TokenStream, found: &mut Vec<Path>) {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Group(group) => add_paths(&group.stream(), found),
            TokenTree::Ident(_) => {
                let (path, length) = path(&tokens[at..]);
                let behind = &tokens[at + length..];
                if !is_part(&tokens[..at], &path) && (path.len() > 1 || names_item(&path[0], behind)) {
                    found.push(path);
                }
                at += length - 1;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        at += 1;
    }
}

/// The words joined by `::` that begin here, and how many tokens they take.
fn path(tokens: &[TokenTree]) -> (Path, usize) {
    let mut path = Path::new();
    let mut length = 0;
    while let Some(TokenTree::Ident(word)) = tokens.get(length) {
        path.push(plain(word));
        length += 1;
        match &tokens[length..] {
            [a, b, TokenTree::Ident(_), ..] if is(a, ':') && is(b, ':') => length += 2,
            _ => break,
        }
    }
    (path, length)
}

/// Whether what stands before makes of a path the end of something else: a field, a method, a lifetime, a variable
/// of a macro, a path of another crate.
fn is_part(before: &[TokenTree], path: &[String]) -> bool {
    match before {
        [.., a, b] if is(a, '.') && is(b, '.') => false,
        [.., a, b] if is(a, ':') && is(b, ':') => true,
        [.., a] if is(a, '$') => path[0] != "crate",
        [.., a] => is(a, '.') || is(a, '\''),
        [] => false,
    }
}

fn names_item(word: &str, behind: &[TokenTree]) -> bool {
    let called = matches!(behind.first(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
    called || word.starts_with(char::is_uppercase)
}

/// Paths written as texts, as in `#[serde(with = "crate::time::seconds")]`.
pub fn quoted_paths(tokens: &TokenStream) -> Vec<Path> {
    let texts = tokens.clone().into_iter().filter_map(|token| match token {
        TokenTree::Literal(literal) => Some(literal.to_string()),
        TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Punct(_) => None,
    });
    let paths = texts.filter_map(|text| {
        let path: Path = text.trim_matches('"').split("::").map(str::to_owned).collect();
        let is_word =
            |word: &String| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_');
        (path.len() > 1 && path.iter().all(is_word)).then_some(path)
    });
    paths.collect()
}

/// Every word, at any depth.
pub fn words(tokens: &TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    add_words(tokens, &mut found);
    found
}

fn add_words(tokens: &TokenStream, found: &mut Vec<String>) {
    for token in tokens.clone() {
        match token {
            TokenTree::Group(group) => add_words(&group.stream(), found),
            TokenTree::Ident(word) => found.push(plain(&word)),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The names that the body of a `macro_rules!` declares itself: `Keys` in `pub struct Keys { .. }`.
pub fn declared(tokens: &TokenStream) -> Vec<String> {
    const DECLARES: [&str; 8] = ["const", "enum", "fn", "mod", "static", "struct", "trait", "type"];
    let words = words(tokens);
    let pairs = words.windows(2).filter(|pair| DECLARES.contains(&pair[0].as_str()));
    pairs.map(|pair| pair[1].clone()).collect()
}

fn is(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// A word without the `r#` that lets it be a name.
pub fn plain(word: &Ident) -> String {
    let word = word.to_string();
    word.strip_prefix("r#").map_or_else(|| word.clone(), str::to_owned)
}
