//! What a reader asks of a page, and in which language.
//!
//! Always holds: whatever stands behind an address, the page is shown. What cannot be read counts as not asked, for links
//! are passed on with additions of others.

use crate::wire::query::decoded;
use axum::http::{HeaderMap, header};

/// Letters of a reward's number that are looked at; none is so long.
const MOST: usize = 200;

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    Zh,
    En,
}

impl Lang {
    /// The text in this language.
    pub const fn say<T: Copy>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
    /// The name of it in HTML.
    pub const fn tag(self) -> &'static str {
        self.say("zh-CN", "en")
    }
    /// The name of it in an address.
    pub const fn name(self) -> &'static str {
        self.say("zh", "en")
    }
    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }
    fn of(tag: &str) -> Option<Self> {
        match tag.trim().get(..2)?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }
    /// The one that is wished for most; Chinese where none is.
    fn wished(headers: &HeaderMap) -> Self {
        let wishes = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let wishes = wishes.unwrap_or_default().split(',').filter_map(|wish| {
            let (tag, weight) = wish.split_once(';').unwrap_or((wish, "q=1"));
            Some((Self::of(tag)?, thousandths(weight)))
        });
        // Of two that are wished for alike the first.
        wishes
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
            .map_or(Self::Zh, |(lang, _)| lang)
    }
}

/// A weight such as `q=0.8`; what cannot be read weighs nothing.
fn thousandths(weight: &str) -> u32 {
    let Some((whole, part)) =
        weight.trim().strip_prefix("q=").map(|text| text.split_once('.').unwrap_or((text, "")))
    else {
        return 0;
    };
    let part = format!("{part:0<3}");
    let digits = part.get(..3).and_then(|digits| digits.parse::<u32>().ok());
    whole
        .parse::<u32>()
        .ok()
        .filter(|whole| *whole <= 1)
        .map_or(0, |whole| whole * 1000 + digits.unwrap_or_default())
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub lang: Lang,
    /// The number that a reader wants checked, as it was typed.
    pub reward: Option<String>,
}

impl Asked {
    /// From the address and the headers.
    pub fn read(query: Option<&str>, headers: &HeaderMap) -> Self {
        let mut asked = Self { lang: Lang::wished(headers), reward: None };
        for pair in query.unwrap_or_default().split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(value) = decoded(value) else { continue };
            match name {
                "lang" => asked.lang = Lang::of(&value).unwrap_or(asked.lang),
                "reward" => {
                    let typed: String = value.trim().chars().take(MOST).collect();
                    asked.reward = Some(typed).filter(|typed| !typed.is_empty());
                }
                _ => {}
            }
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[track_caller]
    fn check(wishes: &'static str, query: &str, lang: Lang, reward: Option<&str>) {
        let headers = [(header::ACCEPT_LANGUAGE, HeaderValue::from_static(wishes))].into_iter().collect();
        let asked = Asked { lang, reward: reward.map(str::to_owned) };
        assert_eq!(Asked::read(Some(query), &headers), asked, "{wishes} {query}");
    }

    #[test]
    fn a_reader_is_answered_in_their_language() {
        check("", "", Lang::Zh, None);
        check("en-US,en;q=0.9,zh;q=0.8", "", Lang::En, None);
        check("zh-CN,zh;q=0.9,en;q=0.8", "", Lang::Zh, None);
        check("fr,en;q=0.2,zh;q=0.3", "", Lang::Zh, None);
        check("fr,de", "", Lang::Zh, None);
        check("en;q=0,zh;q=0.001", "", Lang::Zh, None);
        check("en;q=x, zh-Hant; q=0.5", "", Lang::Zh, None);
        check("EN", "", Lang::En, None);
        check("e", "", Lang::Zh, None);
        check("zh", "lang=en", Lang::En, None);
        check("en", "lang=zh-CN", Lang::Zh, None);
        check("en", "lang=x", Lang::En, None);
        check("en", "lang", Lang::En, None);
    }

    #[test]
    fn what_others_add_to_an_address_is_left_alone() {
        check("zh", "reward=rw_1", Lang::Zh, Some("rw_1"));
        check("zh", "from=singlemessage&reward=+rw_1%20&utm_source=%ff&x", Lang::Zh, Some("rw_1"));
        check("zh", "reward=%3Cb%3E", Lang::Zh, Some("<b>"));
        check("zh", "reward=", Lang::Zh, None);
        check("zh", "reward=%ff", Lang::Zh, None);
        let long = format!("reward={}", "x".repeat(5_000));
        check("zh", &long, Lang::Zh, Some(&"x".repeat(MOST)));
    }
}
