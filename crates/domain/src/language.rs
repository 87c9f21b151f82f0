//! The language in which people are spoken to. Codes, ids and keys are the same in all of them.

use crate::campaign::field::Words;

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese, in simplified letters.
    Zh,
}

impl Lang {
    /// The language of a name as people and systems write it: `zh`, `zh-CN`, `zh_CN.UTF-8`, `en`, `en_US.UTF-8`.
    ///
    /// ```
    /// use domain::Lang;
    ///
    /// assert_eq!(Lang::find("zh_CN.UTF-8"), Some(Lang::Zh));
    /// assert_eq!(Lang::find("EN"), Some(Lang::En));
    /// assert_eq!((Lang::find("C.UTF-8"), Lang::find("zhx")), (None, None));
    /// ```
    pub fn find(name: &str) -> Option<Self> {
        let language = name.split(['_', '-', '.', '@']).next().unwrap_or_default();
        match language.to_ascii_lowercase().as_str() {
            "en" => Some(Self::En),
            "zh" => Some(Self::Zh),
            _ => None,
        }
    }

    /// The text of this language.
    pub const fn of(self, words: Words) -> &'static str {
        match self {
            Self::En => words.en,
            Self::Zh => words.zh,
        }
    }

    /// The one of this language.
    pub fn pick<T>(self, en: T, zh: T) -> T {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }
}
